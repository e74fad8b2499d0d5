import type { WireCode } from '#protocol/error.ts'

/** Tells the operator that something is wrong with the server itself: once, and again only after a while. It names nothing. */
export class Reports {
  readonly #say: (sentence: string) => void
  readonly #now: () => number
  readonly #told = new Map<WireCode, number>()

  /** @param now - milliseconds; only differences count. */
  constructor(say: (sentence: string) => void, now: () => number = () => performance.now()) {
    this.#say = say
    this.#now = now
  }

  /** Hears of a problem that the server has answered. */
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

/** How long the same is not said again. */
const SILENCE_MS = 600_000
