import { CHUNK_BYTES, HEADER_BYTES, payloadSize } from '#client/crypto/sizes.ts'
import { LARGEST_ENTRY } from '#client/entry-head.ts'
import { archiveSize } from '#client/layout.ts'
import { BLOCK_BYTES, sizeClass } from '#client/pad.ts'
import { MAX_TEXT_BYTES, PART_CHUNKS } from '#protocol/limits.ts'
import { MAX_FILES, type Draft } from './draft.ts'

/** Says before any work whether a draft can be sealed and sent: with sums alone, before any cryptography has been fetched. */

export { MAX_FILES }

type Content = Pick<Draft, 'text' | 'files'>

/** What is too much about a draft. `largest`: bytes of ciphertext that are taken. */
export type Excess = { readonly at: 'count' | 'text' } | { readonly at: 'size'; readonly largest: number }

/** Bytes of the ciphertext of a draft. */
export function sealedSize({ text, files }: Content): number {
  return sealedAs(archiveSize(textBytes(text), files))
}

/** Whether a draft is sealed into one part, which every server takes. */
export function isOnePart({ text, files }: Content): boolean {
  return archiveSize(textBytes(text), files) <= PART_CHUNKS * CHUNK_BYTES
}

/**
 * Why a draft cannot be sealed, or the server would not take it; `undefined` if nothing is known against it.
 * @param largest - bytes of ciphertext that the server takes, once it has said so
 */
export function findExcess(draft: Content, largest: number | undefined): Excess | undefined {
  if (draft.files.length > MAX_FILES) return { at: 'count' }
  if (textBytes(draft.text) > MAX_TEXT_BYTES) return { at: 'text' }
  if (draft.files.some(({ size }) => size > LARGEST_ENTRY)) {
    return { at: 'size', largest: Math.min(largest ?? LARGEST_ENTRY, LARGEST_ENTRY) }
  }
  return largest !== undefined && sealedSize(draft) > largest ? { at: 'size', largest } : undefined
}

/** Bytes of text and files that are promised to fit: a round number below what is left of the largest archive. */
export function roomBytes(largest: number): number {
  // Our own two entries, and the heads and the padding of a text and of a file, with a long name.
  const left = largestArchive(largest) - OWN_BYTES - 8 * BLOCK_BYTES
  const step = 10 ** (Math.floor(Math.log10(Math.max(left, 10))) - 1)
  return Math.max(0, Math.floor(left / step) * step)
}

function textBytes(text: string): number {
  return new TextEncoder().encode(text).length
}

function sealedAs(archiveBytes: number): number {
  return HEADER_BYTES + payloadSize(archiveBytes)
}

/** The most bytes of an archive whose ciphertext, with the padding, is at most `largest` bytes; 0 if there are none. */
function largestArchive(largest: number): number {
  let [least, most] = [0, Math.floor(largest / BLOCK_BYTES)]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (sealedAs(sizeClass(middle * BLOCK_BYTES)) > largest) most = middle - 1
    else least = middle
  }
  return least * BLOCK_BYTES
}

/** Meta, token and the two closing blocks of an archive: as good as nothing, and the same for every draft. */
const OWN_BYTES = 6 * BLOCK_BYTES
