import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import type { StatusInBox } from '../../worker/drops/rpc.ts'
import {
  admit,
  isCrowded,
  reserveRoom,
  makeRoom,
  newBox,
  remove,
  type Box,
  type BoxItem,
} from '../../worker/boxes/box.ts'
import { settle, type Settlement } from '../../worker/boxes/settlement.ts'
import { runs } from '../runs.ts'

const ADDRESS = formatBoxAddress(new Uint8Array(32))
const DAY = 86_400_000
const QUOTA = { items: 5, bytes: 1_000, bytesPerDay: 600 }
const NOBODY = { terms: undefined, invitation: undefined, expired: { items: 0, bytes: 0 } }

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

test('a box counts its content, admits no more than it may, and uses no place twice, in any order of arrivals and departures', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 20_000 * DAY
      let box: Box = newBox(ADDRESS)
      let items: BoxItem[] = []
      let invitation = { hash: 'A'.repeat(43), items: 50, bytes: 5_000, expires: 0 }
      const places: number[] = []
      let isWithin = true
      let isTold = true
      for (const [index, each] of steps.entries()) {
        const id = formatDropId(new Uint8Array(16).fill(index))
        if (each.kind === 'wait') now += each.ms
        else if (each.kind === 'admit') {
          const house = { ...NOBODY, quota: QUOTA, invitation: each.isInvited ? invitation : undefined }
          const admitted = admit(box, { id, size: each.size, parts: 1 }, { ...house, largest: 1_000 }, now)
          if (admitted.outcome !== 'admitted') continue
          ;({ box } = admitted)
          items = [...items, admitted.item]
          invitation = admitted.invitation ?? invitation
          const isWithinDay = each.isInvited || box.dayBytes <= QUOTA.bytesPerDay
          isWithin &&= isWithinDay && items.length <= QUOTA.items && sizeOf(items) <= QUOTA.bytes
        } else if (each.kind === 'recall') {
          // It is there, and its room had gone to another.
          const { outcome, change } = answered(box, undefined, liveAt(now, each.size), now, id, waitingIn(items))
          isTold &&= outcome === (change?.item === undefined ? 'box_full' : 'settled')
          if (change?.item === undefined) continue
          items = [...items.filter((item) => !change.leaving.includes(item)), change.item]
          box = change.box ?? box
          places.push(change.item.seq)
          const [held, day] = [sizeOf(items), box.dayBytes]
          isWithin &&= items.length <= QUOTA.items && held <= QUOTA.bytes && day <= QUOTA.bytesPerDay
        } else {
          const item = items[each.at]
          if (item === undefined) continue
          items = items.filter((other) => other !== item)
          if (each.kind === 'remove') box = remove(box, item)
          else if (item.state === 'pending') {
            const { change } = answered(box, item, liveAt(now, item.size), now)
            if (change?.item === undefined) throw new Error('what has its room kept is listed')
            items = [...items, change.item]
            box = change.box ?? box
            places.push(change.item.seq)
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
      expect([isWithin, isTold]).toEqual([true, true])
      expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
    }),
    { numRuns: runs(200, 5_000) },
  )
})

test('a place is not used twice though the row of the box was removed in between', () => {
  const now = 20_000 * DAY
  const first = answered(newBox(ADDRESS), undefined, liveAt(now, 1), now)
  // Idle boxes are removed when their last day is over.
  const later = answered(newBox(ADDRESS), undefined, liveAt(now + DAY, 1), now + DAY)
  expect(later.change?.item?.seq).toBeGreaterThan((first.change?.item?.seq ?? 0) + 900_000)
})

test('the answer of a shelf decides about an item', () => {
  const now = 20_000 * DAY
  const { box, item } = kept(now)
  const live = liveAt(now, 1)
  const uploading = { outcome: 'uploading', expiresAtMs: now + DAY } as const
  const inParts: BoxItem = { ...item, parts: 2 }
  const listed: BoxItem = { ...item, state: 'listed' }
  const becomes = (of: BoxItem | undefined, status: StatusInBox, at = now): unknown => {
    const { outcome, change } = answered(of === listed ? { ...box, items: 1, pending: 0 } : box, of, status, at)
    const [left, written] = [change?.leaving.length ?? 0, change?.item]
    return written === undefined ? [outcome, left] : [outcome, left, written.state, written.dueMs]
  }
  expect(becomes(item, live)).toEqual(['settled', 0, 'listed', live.expiresAtMs])
  expect(becomes(undefined, live)).toEqual(['settled', 0, 'listed', live.expiresAtMs])
  expect(becomes(listed, live)).toEqual(['settled', 0])
  // Heard when it has expired.
  expect(becomes(item, live, live.expiresAtMs)).toEqual(['settled', 1])
  expect(becomes(undefined, live, live.expiresAtMs)).toEqual(['settled', 0])
  for (const [outcome, answer] of [
    ['gone', 'settled'],
    ['turned_away', 'box_full'],
  ] as const) {
    expect([becomes(item, { outcome }), becomes(listed, { outcome })]).toEqual([
      [answer, 1],
      [answer, 1],
    ])
    expect(becomes(undefined, { outcome })).toEqual([answer, 0])
  }
  expect([becomes(item, uploading), becomes(item, uploading, item.dueMs)]).toEqual([
    ['settled', 0],
    ['settled', 1],
  ])
  expect([becomes(inParts, uploading), becomes(inParts, uploading, item.dueMs)]).toEqual([
    ['settled', 0],
    ['settled', 0, 'pending', item.dueMs + 600_000],
  ])
  expect(becomes(listed, uploading, item.dueMs)).toEqual(['settled', 0])
})

test('a drop that was announced once more as a smaller one is listed only if there is room for all of it', () => {
  const now = 20_000 * DAY
  const { box, item } = kept(now)
  const { change } = answered(box, item, liveAt(now, 600), now)
  expect(change).toMatchObject({ leaving: [item], item: { state: 'listed', size: 600 } })
  expect(change?.box).toMatchObject({ items: 1, bytes: 600, pending: 0, pendingBytes: 0, dayBytes: 600 })
  // Its row stays until its shelf has turned it away.
  expect(answered(box, item, liveAt(now, 601), now)).toEqual({ outcome: 'box_full' })
})

test('to strangers a tenth of a box with a card is shut, and nothing of an address without one', () => {
  const now = 20_000 * DAY
  const quota = { items: 10, bytes: 1_000, bytesPerDay: 9_999 }
  const invitation = { hash: 'A'.repeat(43), items: 9, bytes: 999, expires: 0 }
  const carded = { ...NOBODY, quota, largest: 999, terms: { largest: 999, invitation: false } }
  const deposit = { id: formatDropId(new Uint8Array(16)), size: 100, parts: 1 }
  const outcomeOf = (box: Box, house: Parameters<typeof admit>[2]): string => admit(box, deposit, house, now).outcome
  for (const full of [{ items: 9 }, { bytes: 801 }, { pending: 9 }, { pendingBytes: 801 }]) {
    const box = { ...newBox(ADDRESS), ...full }
    expect(outcomeOf(box, { ...carded, invitation: undefined })).toBe('box_full')
    expect(outcomeOf(box, { ...carded, invitation })).toBe('admitted')
    expect(outcomeOf(box, { ...carded, terms: undefined, invitation: undefined })).toBe('admitted')
    expect(reserveRoom(box, deposit, carded, now)).toBeUndefined()
    // Expired drops do not count.
    const late = { items: full.items ?? 0, bytes: full.bytes ?? 0 }
    const isHeld = late.items + late.bytes > 0
    expect(outcomeOf(box, { ...carded, expired: late })).toBe(isHeld ? 'admitted' : 'box_full')
  }
  expect(outcomeOf({ ...newBox(ADDRESS), items: 8, bytes: 800 }, { ...carded, invitation: undefined })).toBe('admitted')
})

test('pending drops make room for a stranger, as much as they must and no more', () => {
  const quota = { items: 16, bytes: 9_999, bytesPerDay: 400 }
  const sized = (size: number): BoxItem => ({ ...kept(0).item, size })
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

/** The box after an answer of the drop's shelf. */
function answered(
  box: Box,
  item: BoxItem | undefined,
  status: StatusInBox,
  now: number,
  id = formatDropId(new Uint8Array(16)),
  waiting: readonly BoxItem[] = [],
): Settlement {
  return settle({ box, id, item, waiting: () => waiting, capacity: { ...NOBODY, quota: QUOTA } }, status, now)
}

function liveAt(now: number, size: number): Extract<StatusInBox, { outcome: 'live' }> {
  return { outcome: 'live', size, parts: 1, expiresAtMs: now + DAY }
}

/** Room for a drop of one byte in an empty box. */
function kept(now: number): { readonly box: Box; readonly item: BoxItem } {
  const deposit = { id: formatDropId(new Uint8Array(16)), size: 1, parts: 1 }
  const found = reserveRoom(newBox(ADDRESS), deposit, { ...NOBODY, quota: QUOTA }, now)
  if (found === undefined) throw new Error('there is room')
  return found
}

/** Uninvited pending items, in the order of a rack. */
function waitingIn(items: readonly BoxItem[]): readonly BoxItem[] {
  return inState(items, 'pending').filter(({ invitation }) => invitation === undefined)
}

function inState(items: readonly BoxItem[], state: BoxItem['state']): readonly BoxItem[] {
  return items.filter((item) => item.state === state)
}

function sizeOf(items: readonly BoxItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}
