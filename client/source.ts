import type { Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'

/**
 * Where the bytes of a file come from. Any range at any time, so that a part can be sealed again after whatever went
 * wrong, and no file is in memory whole.
 */
export interface ByteSource {
  readonly size: number
  /**
   * Exactly the bytes from `start` up to `end`, in memory that the source never writes to again: they are hashed, then
   * sealed. Memory that was taken from `memory.ts` is given back then.
   * @throws FileFault if they cannot be read, or the file has changed since it was chosen.
   */
  read(start: number, end: number): Promise<Bytes>
}

export function memorySource(bytes: Bytes): ByteSource {
  return { size: bytes.length, read: async (start, end) => bytes.slice(start, end) }
}

/** A file that cannot be sealed, and which. */
export class FileFault extends DropError {
  declare readonly code: 'file_changed' | 'file_unreadable'
  /** The name under which it was chosen. */
  readonly file: string

  constructor(code: 'file_changed' | 'file_unreadable', file: string, options?: { cause?: unknown }) {
    super(code, options)
    this.file = file
  }
}
