import { DropError } from '#protocol/error.ts'
import type { CheckedListing } from './inbox.ts'

/**
 * Watches who follows a list page by page, while the server says that there is more: it may go on inventing items for ever.
 * @returns takes every page that was asked for, in turn. @throws DropError `bad_answer` as soon as there were more items than
 * the server has said that the box holds, or more that are repeated, or a page that promises more without an item
 */
export function watchPages(): (page: Pick<CheckedListing, 'items' | 'repeated' | 'more' | 'count'>) => void {
  let promised = 0
  let listed = 0
  let again = 0
  return ({ items, repeated, more, count }) => {
    // An arrival between two pages raises it; a drop that is deleted meanwhile was there before.
    promised = Math.min(Math.max(promised, count), MOST_ITEMS)
    listed += items.length
    again += repeated.length
    const isEndless = more && items.length + repeated.length === 0
    if (listed > promised || again > promised || isEndless) throw new DropError('bad_answer')
  }
}

/** Items of a box that a client looks through, whatever the server promises. */
const MOST_ITEMS = 1_000_000
