import type { Bytes } from '#protocol/bytes.ts'

/**
 * Keeps the parts of one drop's ciphertext while they come in: on disk, where they outlive a crash, or in memory. What it
 * holds is sealed; the link that opens it is nowhere beside it.
 */
export interface Staging {
  /** A part that was kept whole; `undefined` if it was not. */
  read(n: number): Promise<Bytes | undefined>
  /** Keeps a part: whole or not at all. */
  keep(n: number, part: Bytes): Promise<void>
  /** Removes everything. */
  clear(): Promise<void>
}

export function memoryStaging(): Staging {
  const parts = new Map<number, Bytes>()
  return {
    read: async (n) => parts.get(n),
    keep: async (n, part) => void parts.set(n, part),
    clear: async () => parts.clear(),
  }
}

/** The ciphertext of a drop, part by part, wherever it lies. */
export interface Parts {
  readonly count: number
  /** Bytes of ciphertext, as the server says. */
  readonly size: number
  part(n: number): Promise<Bytes>
}
