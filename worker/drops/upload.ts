import type { Extent } from '#protocol/extent.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_ATTEMPTS, MIN_PART_BYTES, PART_BYTES, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { endOfLife, isUnder, newDrop, type Drop, type LinkTerms } from './drop.ts'
import type { Part } from './part-rows.ts'

/** The creation of a drop in parts: announced, stored part by part, committed. Pure, like `drop.ts`. docs/protocol.md §6.8. */
export type Begin =
  | { readonly outcome: 'begun'; readonly drop: Drop }
  /** The same drop is here already. */
  | { readonly outcome: 'present'; readonly drop: Drop }
  | { readonly outcome: 'taken' }

/** Announces a drop. It lives for a day, and from its commit on for its own life. */
export function begin(
  present: Drop | undefined,
  id: DropId,
  terms: LinkTerms | BoxTerms,
  extent: Extent,
  now: number,
): Begin {
  if (present === undefined) {
    const expiresAtMs = now + UPLOAD_LIFE_SECONDS * 1_000
    return { outcome: 'begun', drop: newDrop(id, terms, expiresAtMs, { ...extent, digest: '', blobs: [] }) }
  }
  const isSame = present.parts === extent.parts && present.size === extent.size && isUnder(present, terms)
  return isSame ? { outcome: 'present', drop: present } : { outcome: 'taken' }
}

export type Expect = 'expected' | 'kept' | 'bad_request' | 'gone' | 'try_later'

/**
 * Whether a part may be stored.
 * @param attempts - all that have been made at the drop.
 */
export function expect(drop: Drop, attempts: readonly Part[], part: Part): Expect {
  if (drop.parts === 1) return 'bad_request'
  if (drop.phase !== 'uploading' && drop.phase !== 'live') return 'gone'
  if (part.n >= drop.parts) return 'bad_request'
  const received = attempts.filter(({ state }) => state === 'received')
  const same = received.find(({ n }) => n === part.n)
  if (same !== undefined && equalBytes(same.digest, part.digest)) return 'kept'
  if (drop.phase === 'live' || !fits(drop, received, part)) return 'bad_request'
  return attempts.length < drop.parts + MAX_ATTEMPTS ? 'expected' : 'try_later'
}

/** Whether the missing parts can make up the size, once this one is here. */
export function fits(drop: Drop, received: readonly Part[], part: Part): boolean {
  const last = drop.parts - 1
  if (part.size > PART_BYTES || part.size < leastOf(part.n, last)) return false
  const others = received.filter(({ n }) => n !== part.n)
  const missing = drop.parts - others.length - 1
  const isLastMissing = part.n !== last && !others.some(({ n }) => n === last)
  const least = missing * MIN_PART_BYTES - (isLastMissing ? MIN_PART_BYTES - leastOf(last, last) : 0)
  const rest = drop.size - part.size - others.reduce((sum, { size }) => sum + size, 0)
  return rest >= least && rest <= missing * PART_BYTES
}

/** Whether all parts are here. @param received - by part, each at most once. */
export function isComplete(drop: Drop, received: readonly Part[]): boolean {
  const size = received.reduce((sum, part) => sum + part.size, 0)
  return size === drop.size && received.length === drop.parts && received.every(({ n }, index) => n === index)
}

/** All of it is here, as the sender has sealed it: its life begins. */
export function commit(drop: Drop, digest: string, now: number): Drop {
  return { ...drop, phase: 'live', digest, expiresAtMs: endOfLife(drop, now) }
}

function leastOf(n: number, last: number): number {
  return n === last ? 1 : MIN_PART_BYTES
}
