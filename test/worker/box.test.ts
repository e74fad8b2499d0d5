import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import { admit, list, newBox, recall, remove, resolve, type Box, type BoxItem } from '../../worker/box.ts'
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
          // Only what somebody took out while it was stored, so never more than a box was asked to hold.
          if (items.length >= QUOTA.items || sizeOf(items) + each.size > QUOTA.bytes) continue
          const recalled = recall(box, { id, size: each.size, parts: 1 }, now)
          ;({ box } = recalled)
          items = [...items, recalled.item]
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
  const { box, item } = recall(newBox(ADDRESS), { id: formatDropId(new Uint8Array(16)), size: 1, parts: 1 }, now)
  const fate = { outcome: 'live', size: 1, parts: 1, expiresAtMs: now + 1 } as const
  const first = list(box, item, fate, now)
  // Idle boxes are removed when their last day is over.
  const later = recall(newBox(ADDRESS), { id: item.id, size: 1, parts: 1 }, now + DAY)
  expect(list(later.box, later.item, fate, now + DAY).item.seq).toBeGreaterThan(first.item.seq + 900_000)
})

test('what a shelf says decides what becomes of an item', () => {
  const now = 20_000 * DAY
  const { item } = recall(newBox(ADDRESS), { id: formatDropId(new Uint8Array(16)), size: 1, parts: 1 }, now)
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

function inState(items: readonly BoxItem[], state: BoxItem['state']): readonly BoxItem[] {
  return items.filter((item) => item.state === state)
}

function sizeOf(items: readonly BoxItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}
