import { MAX_BOX_READERS, PART_CHUNKS } from '#protocol/limits.ts'
import { CHUNK_BYTES, HEADER_BYTES, headerSize, payloadSize } from './crypto/sizes.ts'
import { archiveSize, LETTERHEAD_BYTES, overheadSize, type Described, type Letterhead } from './layout.ts'
import { BLOCK_BYTES, sizeClass } from './pad.ts'

/**
 * How much text and how many bytes of files fit where a limit counts ciphertext: what a person is told is what fits, and not
 * the limit, of which padding and headers take a part. docs/protocol.md §3.3.
 */

/** Bytes of plaintext of one part: every server takes a drop of that. docs/protocol.md §3.5. */
export const ONE_PART_BYTES: number = PART_CHUNKS * CHUNK_BYTES

/** Whether a message is sealed into one part, which every server takes. @param textBytes - of UTF-8. */
export function isOnePart(textBytes: number, files: readonly Described[], letterhead?: Letterhead): boolean {
  return archiveSize(textBytes, files, letterhead) <= ONE_PART_BYTES
}

/**
 * The most bytes of an archive, before it is padded, whose ciphertext has at most `largest`; 0 if there are none.
 * @param headerBytes - of the age header
 */
export function largestArchive(largest: number, headerBytes: number = HEADER_BYTES): number {
  let [least, most] = [0, Math.max(0, Math.floor(largest / BLOCK_BYTES))]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (headerBytes + payloadSize(sizeClass(middle * BLOCK_BYTES)) > largest) most = middle - 1
    else least = middle
  }
  return least * BLOCK_BYTES
}

/**
 * The most bytes of text and files that fit an archive, if the files are so many and named so.
 * @param archiveBytes - of the largest archive that is taken, before it is padded
 */
export function contentCapacity(
  archiveBytes: number,
  hasText: boolean,
  files: readonly { readonly name: string }[],
): number {
  return Math.max(0, archiveBytes - overheadSize(hasText, files))
}

/** The most bytes of text and files that go in one part. */
export function onePartCapacity(hasText = true, files: readonly { readonly name: string }[] = ANY_FILE): number {
  return contentCapacity(largestArchive(HEADER_BYTES + payloadSize(ONE_PART_BYTES)), hasText, files)
}

/** The same of a drop for a box, for any number of readers: its letterhead counts. @param largest - bytes of ciphertext */
export function letterCapacity(
  largest: number,
  hasText = true,
  files: readonly { readonly name: string }[] = ANY_FILE,
): number {
  return contentCapacity(largestArchive(largest, headerSize(MAX_BOX_READERS)) - LETTERHEAD_BYTES, hasText, files)
}

/** Bytes of ciphertext that a box has to take, for so many of text and a file to fit. */
export function largestFor(contentBytes: number): number {
  const archive = contentBytes + overheadSize(true, ANY_FILE) + LETTERHEAD_BYTES
  return headerSize(MAX_BOX_READERS) + payloadSize(sizeClass(archive))
}

/** A file whose name takes as much room as one without folders can. */
const ANY_FILE = [{ name: 'n'.repeat(255) }]
