import type { Bytes } from '#protocol/bytes.ts'
import { keepMemory } from './memory.ts'

/**
 * Keeps the parts of one drop's ciphertext while they come in: on disk, where they outlive a crash, or in memory. Its content
 * is sealed; the link that opens it is nowhere beside it.
 */
export interface Staging {
  /** Bytes of a part that was kept whole; `undefined` if it was not. */
  size(n: number): Promise<number | undefined>
  /** A part that was kept whole, in memory that the caller may give back; `undefined` if it was not. */
  read(n: number): Promise<Bytes | undefined>
  /** Keeps a part: whole or not at all. The memory is the staging's then, which gives it back when the part is kept elsewhere. */
  keep(n: number, part: Bytes): Promise<void>
  /** Removes everything. */
  clear(): Promise<void>
}

export function memoryStaging(): Staging {
  const parts = new Map<number, Bytes>()
  return {
    size: async (n) => parts.get(n)?.length,
    read: async (n) => parts.get(n),
    keep: async (n, part) => void parts.set(n, keepMemory(part)),
    clear: async () => parts.clear(),
  }
}

/** The ciphertext of a drop, part by part, wherever it is kept. */
export interface Parts {
  readonly count: number
  /** Bytes of ciphertext, as the server says. */
  readonly size: number
  /** In memory that the caller may give back. */
  part(n: number): Promise<Bytes>
}
