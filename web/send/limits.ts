import { LARGEST_ENTRY } from '#client/entry-head.ts'
import { archiveLength, cleanNames } from '#client/layout.ts'
import { isShortEnough } from '#client/names.ts'
import { contentCapacity, isOnePart, largestArchive } from '#client/capacity.ts'
import { MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { MAX_FILES, type Draft } from './draft.ts'
import type { Limits } from './send-state.ts'

/** Says before any work whether a draft can be sealed and sent: with sums alone, before any cryptography has been fetched. */

export { MAX_FILES }

type Content = Pick<Draft, 'text' | 'files'>

/** The excess of a draft. `room`: bytes of text and such files that would fit. */
export type Excess =
  | { readonly at: 'count' | 'text' }
  | { readonly at: 'path'; readonly name: string }
  | { readonly at: 'size'; readonly room: number }

/** Whether a draft is sealed into one part. */
export function fitsOnePart({ text, files }: Content): boolean {
  return isOnePart(textBytes(text), files)
}

/**
 * Why a draft cannot be sealed, or the server would not take it; `undefined` if nothing is known against it.
 * @param limits - of the server, once it has said so
 */
export function findExcess(draft: Content, limits: Limits | undefined): Excess | undefined {
  const { files, text } = draft
  if (files.length > MAX_FILES) return { at: 'count' }
  if (textBytes(text) > MAX_TEXT_BYTES) return { at: 'text' }
  const long = cleanNames(files, text !== '').findIndex((name) => !isShortEnough(name))
  if (long !== -1) return { at: 'path', name: files[long]?.name ?? '' }
  const room = limits === undefined ? LARGEST_ENTRY : Math.min(roomFor(draft, limits), LARGEST_ENTRY)
  if (files.some(({ size }) => size > LARGEST_ENTRY)) return { at: 'size', room }
  const isOver = limits !== undefined && archiveLength(textBytes(text), files) > limits.archive
  return isOver ? { at: 'size', room } : undefined
}

/**
 * The limits of a drop.
 * @param largest - bytes of ciphertext. @param headerBytes - of its age header. @param extraBytes - the letterhead of a letter
 */
export function limitsOf(largest: number, headerBytes?: number, extraBytes = 0): Limits {
  const archive = Math.max(0, largestArchive(largest, headerBytes) - extraBytes)
  return { largest, archive, room: roundDown(contentCapacity(archive, true, [{ name: 'n'.repeat(255) }])) }
}

/** The most bytes of text and files that fit, as many files as there are and named as they are. */
export function roomFor({ files, text }: Content, { archive }: Limits): number {
  return contentCapacity(archive, text !== '', files)
}

/** To two digits. */
function roundDown(bytes: number): number {
  const step = 10 ** (Math.floor(Math.log10(Math.max(bytes, 10))) - 1)
  return Math.floor(bytes / step) * step
}

function textBytes(text: string): number {
  return new TextEncoder().encode(text).length
}
