import { MAX_PARTS, MIN_PART_BYTES, PART_BYTES } from './limits.ts'
import { parsePlainDictionary } from './structured-field.ts'

/** How much a drop in parts is going to be, said before any of it is sent. docs/protocol.md §6.8. */
export interface Extent {
  /** Bytes of ciphertext. */
  readonly size: number
  /** At least 2: what fits one part is created in one request. */
  readonly parts: number
}

/** The `Drop-Extent` field: a structured-field dictionary (RFC 9651 §3.2). */
export function formatExtent({ size, parts }: Extent): string {
  return `size=${size}, parts=${parts}`
}

/** The extent in a `Drop-Extent` field; `undefined` if it is none, or if so many bytes do not fit so many parts. */
export function parseExtent(field: string): Extent | undefined {
  const members = parsePlainDictionary(field, 2)
  const size = members?.get('size')
  const parts = members?.get('parts')
  if (typeof size !== 'number' || typeof parts !== 'number') return undefined
  if (!Number.isInteger(size) || !Number.isInteger(parts) || parts < 2 || parts > MAX_PARTS) return undefined
  return isPossible({ size, parts }) ? { size, parts } : undefined
}

/** Whether so many bytes can come in so many parts. */
export function isPossible({ size, parts }: Extent): boolean {
  return size > (parts - 1) * MIN_PART_BYTES && size <= parts * PART_BYTES
}
