import { isClockFault } from '#client/clocks.ts'
import { sinceMsOf } from '#client/box/card-fault.ts'
import { isDropError } from '#protocol/error.ts'

/** Why a box cannot be written to, whatever the letter is. */
export type CardRefusal =
  /** `sinceMs`: when the last keys ran out, milliseconds since 1970; `undefined` if nobody said. */
  | { readonly why: 'stale'; readonly sinceMs: number | undefined }
  | { readonly why: 'clock'; readonly ownMs: number; readonly serverMs: number }
  | { readonly why: 'future' | 'foreign' | 'bad' | 'rolled-back' | 'gone' }

/** The refusal that an error of `fetchCard` stands for; `undefined` if another try may do. */
export function refusalOf(error: unknown): CardRefusal | undefined {
  if (!isDropError(error)) return undefined
  if (isClockFault(error)) return { why: 'clock', ownMs: error.ownMs, serverMs: error.serverMs }
  switch (error.code) {
    case 'stale_card':
      return { why: 'stale', sinceMs: sinceMsOf(error) }
    case 'future_card':
      return { why: 'future' }
    case 'foreign_card':
      return { why: 'foreign' }
    case 'bad_card':
      return { why: 'bad' }
    case 'rolled_back_card':
      return { why: 'rolled-back' }
    case 'gone':
      return { why: 'gone' }
    default:
      return undefined
  }
}
