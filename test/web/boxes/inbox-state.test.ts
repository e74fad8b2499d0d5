import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Item } from '#protocol/box-api.ts'
import {
  NO_ITEMS,
  withGone,
  withNewer,
  withOlder,
  withoutDeleted,
  type ItemsPage,
} from '../../../web/read/item-list.ts'
import { answerTo, FIRST_INBOX, reduceInbox, wouldLoseInbox } from '../../../web/pages/box/inbox/state.ts'
import { NOW } from '../../kit/boxes.ts'
import { manyItems, numberedDrop, numberedItem } from './support/inbox-stage.tsx'

const page = (items: readonly Item[], all: readonly Item[], more = false): ItemsPage => ({
  items,
  repeated: [],
  more,
  count: all.length,
  bytes: all.reduce((sum, { size }) => sum + size, 0),
})

test('however a box is divided into pages, older and newer, its list is the same: newest first, each drop once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, most, part) => {
        const all = manyItems(count)
        const middle = Math.floor(part * count)
        let list = NO_ITEMS
        const old = all.slice(0, middle).toReversed()
        for (let start = 0; start < Math.max(1, old.length); start += most)
          list = withOlder(list, page(old.slice(start, start + most), all, start + most < old.length))
        for (let start = middle; start < count; start += most)
          list = withNewer(list, page(all.slice(start, Math.min(count, start + most)), all))
        expect(list.items).toEqual(all.toReversed())
        expect([list.hasOlder, list.repeated.size, list.newestSeq]).toEqual([false, 0, count])
        expect(list.totals?.count).toBe(count)
      },
    ),
  )
})

test('the same page twice changes nothing; the same drop in another place is shown once, and marked', () => {
  const all = manyItems(5)
  const list = withOlder(NO_ITEMS, page(all.toReversed(), all))
  expect(withOlder(list, page(all.toReversed(), all))).toEqual(list)
  const again = { ...numberedItem(1), seq: 9 }
  const marked = withNewer(list, page([again], all))
  expect(marked.items).toEqual(list.items)
  expect([...marked.repeated]).toEqual([again.drop])
  // It is not asked for again and again.
  expect(marked.newestSeq).toBe(9)
})

test('what was deleted leaves the list and its totals; what is gone leaves only what can be selected', () => {
  const all = manyItems(5)
  const list = withOlder(NO_ITEMS, page(all.toReversed(), all))
  const drops = all.slice(1, 3).map(({ drop }) => drop)
  const less = withoutDeleted(list, new Set(drops))
  expect(less.items).toEqual([all[4], all[3], all[0]])
  expect(less.totals?.count).toBe(3)
  expect(less.totals?.bytes).toBe((list.totals?.bytes ?? 0) - (all[1]?.size ?? 0) - (all[2]?.size ?? 0))
  let state = { ...FIRST_INBOX, list: withGone(list, drops) }
  state = reduceInbox(state, { type: 'selected', drops: all.map(({ drop }) => drop), isSelected: true })
  expect(state.selected.size).toBe(3)
})

test('what is hidden by a filter is not selected, so that it is not deleted unseen', () => {
  const all = manyItems(3)
  let state = reduceInbox(FIRST_INBOX, { type: 'listed', what: 'older', page: page(all.toReversed(), all) })
  state = reduceInbox(state, { type: 'selected', drops: [numberedDrop(1)], isSelected: true })
  state = reduceInbox(state, { type: 'deletion-asked', drops: [numberedDrop(1)] })
  state = reduceInbox(state, { type: 'filtered', thread: undefined })
  expect([state.selected.size, state.deletion]).toEqual([0, undefined])
})

test('an answer that failed is as it was typed, and keeps the page from being left', () => {
  const drop = numberedDrop(1)
  let state = reduceInbox(FIRST_INBOX, {
    type: 'answer',
    drop,
    event: { type: 'drafted', draft: { text: 'Thank you' } },
  })
  state = reduceInbox(state, { type: 'answer', drop, event: { type: 'worked', work: { stage: 'starting' } } })
  state = reduceInbox(state, {
    type: 'answer',
    drop,
    event: { type: 'refused', fault: { at: 'server', code: 'offline' } },
  })
  expect(answerTo(state, drop)).toMatchObject({ desk: { draft: { text: 'Thank you', expiry: '2592000' } } })
  expect(wouldLoseInbox(state)).toBe(true)
  state = reduceInbox(state, { type: 'answer-sent', drop, draft: answerTo(state, drop).desk.draft, expiresAtMs: NOW })
  expect(wouldLoseInbox(state)).toBe(false)
})
