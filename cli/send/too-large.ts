import { contentCapacity, largestArchive, letterCapacity } from '#client/capacity.ts'
import { Failure } from '../failure.ts'
import { sizeAtMost, sizeAgainst } from '../terminal/format.ts'

/** Text and files, as far as their size goes. */
export interface MessageSizes {
  readonly text: string
  readonly files: readonly { readonly name: string; readonly size: number }[]
}

/**
 * The failure for a message that does not fit: in numbers of its text and files, not of their ciphertext.
 * @param where - `the server at https://drop.example`. @param largest - bytes of ciphertext that it takes, if it has said so
 */
export function tooLarge(where: string, largest: number | undefined, bulk: MessageSizes, isLetter = false): Failure {
  const room = largest === undefined ? undefined : roomFor(largest, bulk, isLetter)
  const own = `${sizeAgainst(bytesOf(bulk), room ?? Infinity)}${bulk.files.length > 1 ? ' in all' : ''}`
  return new Failure(
    room === undefined
      ? `too large: ${where} does not take ${own}`
      : `too large: ${own}, and ${where} takes at most ${sizeAtMost(room)}`,
    { hint: 'send it in pieces, as several drops' },
  )
}

function roomFor(largest: number, { text, files }: MessageSizes, isLetter: boolean): number {
  return isLetter
    ? letterCapacity(largest, text !== '', files)
    : contentCapacity(largestArchive(largest), text !== '', files)
}

function bytesOf({ text, files }: MessageSizes): number {
  return files.reduce((sum, { size }) => sum + size, Buffer.byteLength(text))
}
