import { MIN_PART_BYTES, PART_BYTES } from './limits.ts'

/** The size of a drop in parts, announced before any of it is sent. docs/protocol.md §6.8. */
export interface Extent {
  /** Bytes of ciphertext. */
  readonly size: number
  /** At least 2: a drop that fits one part is created in one request. */
  readonly parts: number
}

/** The `Drop-Extent` field: a structured-field dictionary (RFC 9651 §3.2). */
export function formatExtent({ size, parts }: Extent): string {
  return `size=${size}, parts=${parts}`
}

/** Whether so many bytes can come in so many parts. */
export function isPossible({ size, parts }: Extent): boolean {
  return size > (parts - 1) * MIN_PART_BYTES && size <= parts * PART_BYTES
}
