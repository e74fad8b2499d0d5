import type { WireCode } from '#protocol/error.ts'

/** Tells the operator about faults of the server itself: each once, and again only after a while. It names nobody and nothing sent. */
export class Reports {
  readonly #say: (sentence: string) => void
  readonly #now: () => number
  readonly #told = new Map<WireCode, number>()

  /** @param now - milliseconds; only differences count. */
  constructor(say: (sentence: string) => void, now: () => number = () => performance.now()) {
    this.#say = say
    this.#now = now
  }

  /** Takes note of a problem in an answer. */
  notice(code: WireCode): void {
    const sentence = SENTENCES[code]
    if (sentence === undefined) return
    const last = this.#told.get(code)
    if (last !== undefined && this.#now() - last < SILENCE_MS) return
    this.#told.set(code, this.#now())
    this.#say(sentence)
  }
}

const SENTENCES: Readonly<Partial<Record<WireCode, string>>> = {
  lost: 'Somebody asked for a message whose ciphertext is gone from the data folder. Was a file removed, or the disk damaged?',
  internal:
    'A request failed by a fault of this server (internal). If it happens again, stop it and start it: the databases are checked then.',
}

/** Milliseconds until the same fault is reported again. */
const SILENCE_MS = 600_000
