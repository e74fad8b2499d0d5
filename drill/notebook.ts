import { utf8 } from '#protocol/bytes.ts'

/** Something that people had and a server must not have. */
export interface Note {
  /** Its kind, as a report names it: never the thing itself. */
  readonly what: string
  /** The name of its owner. */
  readonly who: string
  readonly bytes: Uint8Array
  /** Whether programs write it as text. */
  readonly isText: boolean
  /** The columns in which docs/storage.md declares it, such as `cards.jws`: it may be there, as it is, and nowhere else. */
  readonly declared: readonly string[]
}

/** Everything that the people of a drill had: the search is for this. */
export class Notebook {
  readonly #notes = new Map<string, Note>()
  readonly #stanzas = new Map<string, number>()

  /** In the order in which they were noted, each thing once. */
  get notes(): readonly Note[] {
    return [...this.#notes.values()]
  }

  text(who: string, what: string, text: string, declared: readonly string[] = []): void {
    this.#add({ who, what, bytes: utf8(text), isText: true, declared })
  }

  bytes(who: string, what: string, bytes: Uint8Array, declared: readonly string[] = []): void {
    this.#add({ who, what, bytes: bytes.slice(), isText: false, declared })
  }

  /**
   * Plaintext of which no piece may be found. Any run of 23 bytes of a short one is noticed; of a long one samples are searched
   * for.
   */
  plaintext(who: string, what: string, plaintext: Uint8Array): void {
    const { length } = plaintext
    if (length < 2 * SLICE_BYTES) return this.#add({ who, what, bytes: plaintext.slice(), isText: true, declared: [] })
    const step = Math.max(SLICE_BYTES, Math.floor(length / MOST_SLICES))
    for (let at = 0; at + SLICE_BYTES <= length; at += step) {
      const slice = plaintext.slice(at, at + SLICE_BYTES)
      // Zeros and the like belong to nobody.
      if (new Set(slice).size > 2) this.#add({ who, what, bytes: slice, isText: true, declared: [] })
    }
  }

  /** The words of a phrase or a code, of which three in a row already tell too much. */
  words(who: string, what: string, words: readonly string[]): void {
    for (let at = 0; at + RUN <= words.length; at++) {
      const run = words.slice(at, at + RUN)
      for (const mark of WORD_MARKS) this.text(who, what, run.join(mark))
    }
  }

  /** Notes for how many recipients a drop was sealed, padding included. @param drop - its id, in hex */
  sealed(drop: string, stanzas: number): void {
    this.#stanzas.set(drop, stanzas)
  }

  /** The number of recipients of a drop, if it was noted. */
  stanzasOf(drop: string): number | undefined {
    return this.#stanzas.get(drop)
  }

  #add(note: Note): void {
    const key = `${note.declared.join()} ${Buffer.from(note.bytes).toString('base64')}`
    if (note.bytes.length === 0) return
    if (!this.#notes.has(key)) this.#notes.set(key, note)
  }
}

/** Bytes of plaintext that are searched for as one thing. */
const SLICE_BYTES = 12
const MOST_SLICES = 64

/** Words in a row, and the separators that programs put between them. */
const RUN = 3
const WORD_MARKS = [' ', '-', ',', ', ', '\n', '","', '']
