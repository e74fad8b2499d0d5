import { BLOCK_BYTES, sizeClass } from '#client/pad.ts'
import { MAX_ENTRIES, PART_BYTES } from '#protocol/limits.ts'
import type { Draft } from './draft.ts'

/**
 * Says before any work whether a draft fits one part. It repeats the sums of the archive and of the envelope, because their
 * modules bring the cryptography with them, and a person can type before that has been fetched. A test holds them together.
 */
export function draftSize(draft: Pick<Draft, 'text' | 'files'>): number {
  const text = draft.text === '' ? 0 : entrySize(new TextEncoder().encode(draft.text).length)
  const files = draft.files.reduce((sum, { name, size }) => sum + entrySize(size) + longNameSize(name), 0)
  const types = draft.files.reduce((sum, { type }) => sum + type.length + '"",'.length, 0)
  return text + files + entrySize(META_BYTES + types) + entrySize(TOKEN_BYTES) + END_BYTES
}

/** Why a draft cannot be sealed into one part: too many files, or too many bytes. `undefined` if it can. */
export function findExcess(draft: Pick<Draft, 'text' | 'files'>): 'count' | 'size' | undefined {
  if (draft.files.length > MAX_FILES) return 'count'
  return sizeClass(draftSize(draft)) > LARGEST_ARCHIVE ? 'size' : undefined
}

/** Bytes of text and files that are promised to fit: a round number below what is left of the largest archive. */
export function roomBytes(): number {
  const left = LARGEST_ARCHIVE - draftSize({ text: '', files: [] }) - 2 * 2 * BLOCK_BYTES
  return Math.floor(left / 100_000) * 100_000
}

/** Files in a drop, besides the text and our own two entries. */
export const MAX_FILES: number = MAX_ENTRIES - 3

/** A header block, and the body rounded up to blocks. */
function entrySize(bytes: number): number {
  return BLOCK_BYTES + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}

/** A name that does not fit the header takes an entry of its own. Cleaning a name may lengthen it by a few bytes. */
function longNameSize(name: string): number {
  return new TextEncoder().encode(name).length > 80 ? 3 * BLOCK_BYTES : 0
}

/** `{"v":1,"text":false,"types":[]}` with some room. */
const META_BYTES = 40
const TOKEN_BYTES = 32
const END_BYTES = 2 * BLOCK_BYTES

/** The largest class whose envelope fits a part: header for one hybrid recipient, nonce, a tag for each 64 KiB. */
const LARGEST_ARCHIVE = largestClass(PART_BYTES - 4_096 - 16 - 16 * Math.ceil(PART_BYTES / 65_536))

/** The largest size class that is at most `bytes`. */
function largestClass(bytes: number): number {
  let size = Math.floor(bytes / BLOCK_BYTES) * BLOCK_BYTES
  while (sizeClass(size) > bytes) size -= BLOCK_BYTES
  return sizeClass(size)
}
