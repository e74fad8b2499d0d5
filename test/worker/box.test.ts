import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import {
  admit,
  isCrowded,
  list,
  makeRoom,
  newBox,
  recall,
  remove,
  resolve,
  type Box,
  type BoxItem,
} from '../../worker/box.ts'
import { runs } from '../runs.ts'

const ADDRESS = formatBoxAddress(new Uint8Array(32))
const DAY = 86_400_000
const QUOTA = { items: 5, bytes: 1_000, bytesPerDay: 600 }

type Step =
  | { readonly kind: 'admit'; readonly size: number; readonly isInvited: boolean }
  | { readonly kind: 'recall' | 'list' | 'remove'; readonly at: number; readonly size: number }
  | { readonly kind: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('admit' as const), size: fc.integer({ min: 1, max: 400 }), isInvited: fc.boolean() }),
  fc.record({
    kind: fc.constantFrom('recall' as const, 'list' as const, 'remove' as const),
    at: fc.nat(9),
    size: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(2 * DAY) }),
)

test('whatever comes and goes, a box counts what it holds, admits no more than it may, and uses no place twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 20_000 * DAY
      let box: Box = newBox(ADDRESS)
      let items: BoxItem[] = []
      let invitation = { hash: 'A'.repeat(43), items: 50, bytes: 5_000, expires: 0 }
      const places: number[] = []
      let isWithin = true
      for (const [index, each] of steps.entries()) {
        const id = formatDropId(new Uint8Array(16).fill(index))
        if (each.kind === 'wait') now += each.ms
        else if (each.kind === 'admit') {
          const house = { quota: QUOTA, terms: undefined, invitation: each.isInvited ? invitation : undefined }
          const admitted = admit(box, { id, size: each.size, parts: 1 }, { ...house, largest: 1_000 }, now)
          if (admitted.outcome !== 'admitted') continue
          ;({ box } = admitted)
          items = [...items, admitted.item]
          invitation = admitted.invitation ?? invitation
          const isWithinDay = each.isInvited || box.dayBytes <= QUOTA.bytesPerDay
          isWithin &&= isWithinDay && items.length <= QUOTA.items && sizeOf(items) <= QUOTA.bytes
        } else if (each.kind === 'recall') {
          const again = recall(box, { id, size: each.size, parts: 1 }, { quota: QUOTA, terms: undefined }, now)
          if (again === undefined) continue
          ;({ box } = again)
          items = [...items, again.item]
        } else {
          const item = items[each.at]
          if (item === undefined) continue
          items = items.filter((other) => other !== item)
          if (each.kind === 'remove') box = remove(box, item)
          else if (item.state === 'pending') {
            const fate = { outcome: 'live', size: item.size, parts: 1, expiresAtMs: now + DAY } as const
            const listed = list(box, item, fate, now)
            ;({ box } = listed)
            items = [...items, listed.item]
            places.push(listed.item.seq)
          } else items = [...items, item]
        }
        const [listed, pending] = [inState(items, 'listed'), inState(items, 'pending')]
        expect(box).toMatchObject({
          items: listed.length,
          bytes: sizeOf(listed),
          pending: pending.length,
          pendingBytes: sizeOf(pending),
        })
        expect(box.dayBytes).toBeGreaterThanOrEqual(0)
      }
      expect(isWithin).toBe(true)
      expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
    }),
    { numRuns: runs(200, 5_000) },
  )
})

test('a place is not used twice though the row of the box was removed in between', () => {
  const now = 20_000 * DAY
  const { box, item } = recalled(now)
  const fate = { outcome: 'live', size: 1, parts: 1, expiresAtMs: now + 1 } as const
  const first = list(box, item, fate, now)
  // Idle boxes are removed when their last day is over.
  const later = recalled(now + DAY)
  expect(list(later.box, later.item, fate, now + DAY).item.seq).toBeGreaterThan(first.item.seq + 900_000)
})

test('what a shelf says decides what becomes of an item', () => {
  const now = 20_000 * DAY
  const { item } = recalled(now)
  const [live, gone] = [
    { outcome: 'live', size: 1, parts: 1, expiresAtMs: now + DAY } as const,
    { outcome: 'gone' } as const,
  ]
  const uploading = { outcome: 'uploading', expiresAtMs: now + DAY } as const
  const listed: BoxItem = { ...item, state: 'listed' }
  const inParts: BoxItem = { ...item, parts: 2 }
  const late = item.dueMs
  expect([resolve(item, live, now), resolve(listed, live, now)]).toEqual(['list', 'stay'])
  expect([resolve(item, gone, now), resolve(listed, gone, now)]).toEqual(['remove', 'remove'])
  expect([resolve(item, uploading, now), resolve(item, uploading, late)]).toEqual(['stay', 'remove'])
  expect([resolve(inParts, uploading, now), resolve(inParts, uploading, late)]).toEqual([
    'stay',
    { askAgainMs: late + 600_000 },
  ])
  expect(resolve(listed, uploading, late)).toBe('stay')
})

test('to strangers a tenth of a box with a card is shut, and nothing of an address without one', () => {
  const now = 20_000 * DAY
  const quota = { items: 10, bytes: 1_000, bytesPerDay: 9_999 }
  const invitation = { hash: 'A'.repeat(43), items: 9, bytes: 999, expires: 0 }
  const carded = { quota, largest: 999, terms: { largest: 999, invitation: false } }
  const order = { id: formatDropId(new Uint8Array(16)), size: 100, parts: 1 }
  const outcomeOf = (box: Box, house: Parameters<typeof admit>[2]): string => admit(box, order, house, now).outcome
  for (const full of [{ items: 9 }, { bytes: 801 }, { pending: 9 }, { pendingBytes: 801 }]) {
    const box = { ...newBox(ADDRESS), ...full }
    expect(outcomeOf(box, { ...carded, invitation: undefined })).toBe('box_full')
    expect(outcomeOf(box, { ...carded, invitation })).toBe('admitted')
    expect(outcomeOf(box, { ...carded, terms: undefined, invitation: undefined })).toBe('admitted')
    expect(recall(box, order, carded, now)).toBeUndefined()
  }
  expect(outcomeOf({ ...newBox(ADDRESS), items: 8, bytes: 800 }, { ...carded, invitation: undefined })).toBe('admitted')
})

test('what is on its way makes room for a stranger, as much as it must and no more', () => {
  const quota = { items: 16, bytes: 9_999, bytesPerDay: 400 }
  const sized = (size: number): BoxItem => ({ ...recalled(0).item, size })
  const cases: readonly [sizes: readonly number[], size: number, left: number][] = [
    [[], 400, 0],
    [[50], 50, 0],
    [[50], 51, 1],
    [[90, 10, 10], 10, 1],
    [[40, 40], 101, 2],
    [[1, 1, 1], 1, 0],
    [[1, 1, 1, 1], 1, 1],
    [[1, 1, 1, 1, 1, 1], 1, 3],
  ]
  for (const [sizes, size, left] of cases) {
    const waiting = sizes.map(sized)
    expect([sizes, makeRoom(waiting, size, quota)]).toEqual([sizes, waiting.slice(0, left)])
    const box = { ...newBox(ADDRESS), pending: sizes.length, pendingBytes: sizeOf(waiting) }
    expect(isCrowded(box, size, quota)).toBe(left > 0 || size > 100)
  }
})

function recalled(now: number): { readonly box: Box; readonly item: BoxItem } {
  const order = { id: formatDropId(new Uint8Array(16)), size: 1, parts: 1 }
  const found = recall(newBox(ADDRESS), order, { quota: QUOTA, terms: undefined }, now)
  if (found === undefined) throw new Error('there is room')
  return found
}

function inState(items: readonly BoxItem[], state: BoxItem['state']): readonly BoxItem[] {
  return items.filter((item) => item.state === state)
}

function sizeOf(items: readonly BoxItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}
