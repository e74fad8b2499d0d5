import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDropId } from '#protocol/id.ts'
import { isPossible } from '#protocol/extent.ts'
import { MAX_ATTEMPTS, MIN_PART_BYTES, PART_BYTES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { newDrop, type Drop } from '../../worker/drops/drop.ts'
import type { Part } from '../../worker/drops/part-rows.ts'
import * as upload from '../../worker/drops/upload.ts'
import { runs } from '../runs.ts'

const key = 'A'.repeat(43) as PublicKey
const terms = { authority: 'drop.example', ttlSeconds: 300, reads: 1, locator: key, claim: key, sender: key }
const anyPart = fc.oneof(
  fc.constantFrom(MIN_PART_BYTES, PART_BYTES),
  fc.integer({ min: MIN_PART_BYTES, max: PART_BYTES }),
)
const anyLast = fc.oneof(fc.constantFrom(1, PART_BYTES), fc.integer({ min: 1, max: PART_BYTES }))
/** Sizes of parts as they may be, and an order in which they come. */
const anyCut = fc
  .tuple(fc.array(anyPart, { minLength: 1, maxLength: 8 }), anyLast)
  .map(([firsts, last]) => [...firsts, last])
const anyOrder = anyCut.chain((sizes) =>
  fc.tuple(fc.constant(sizes), fc.shuffledSubarray([...sizes.keys()], { minLength: sizes.length })),
)

function dropOf(sizes: readonly number[]): Drop {
  const size = sum(sizes)
  return newDrop(formatDropId(new Uint8Array(16)), terms, 1, { size, parts: sizes.length, digest: '', blobs: [] })
}

function partOf(n: number, size: number, byte = n): Part {
  return { n, size, blob: `${n} ${size}`, digest: new Uint8Array(32).fill(byte), state: 'received' }
}

test('parts that add up are taken in whatever order they come, and only then they are whole', () => {
  fc.assert(
    fc.property(anyOrder, ([sizes, order]) => {
      const drop = dropOf(sizes)
      expect(isPossible(drop)).toBe(true)
      const here: Part[] = []
      for (const n of order) {
        const part = partOf(n, sizes[n] ?? 0)
        expect(upload.isComplete(drop, byNumber(here))).toBe(false)
        expect(upload.expect(drop, here, part)).toBe('expected')
        here.push(part)
        expect(upload.expect(drop, here, part)).toBe('kept')
      }
      expect(upload.isComplete(drop, byNumber(here))).toBe(true)
    }),
    { numRuns: runs(300, 3_000) },
  )
})

test('a part is taken exactly if there are lengths for those that are missing, with which all add up', () => {
  const anyWrong = fc.oneof(anyPart, anyLast, fc.integer({ min: 0, max: PART_BYTES + 2 }))
  fc.assert(
    fc.property(anyOrder, fc.nat(8), anyWrong, fc.nat(9), ([sizes, order], count, size, n) => {
      const drop = dropOf(sizes)
      const here = order.slice(0, count).map((each) => partOf(each, sizes[each] ?? 0))
      const answer = upload.expect(drop, here, partOf(n, size, 99))
      expect(answer).toBe(canAddUp(drop, here, n, size) ? 'expected' : 'bad_request')
    }),
    { numRuns: runs(1_000, 10_000) },
  )
})

test('after every part that is taken the rest can still come: no drop gets to where it can never be whole', () => {
  fc.assert(
    fc.property(anyCut, fc.array(fc.tuple(fc.nat(8), anyPart), { maxLength: 30 }), (sizes, offers) => {
      const drop = dropOf(sizes)
      let here: Part[] = []
      for (const [index, [n, size]] of offers.entries()) {
        const part = partOf(n, size, 100 + index)
        if (upload.expect(drop, here, part) === 'expected') here = [...here.filter((each) => each.n !== n), part]
      }
      for (let n = 0; n < drop.parts; n++) {
        if (here.some((each) => each.n === n)) continue
        // As much as leaves enough for the others.
        const size = Math.min(PART_BYTES, restOf(drop, here) - leastOf(drop, missingFrom(drop, here, n)))
        expect(upload.expect(drop, here, partOf(n, size))).toBe('expected')
        here.push(partOf(n, size))
      }
      expect(upload.isComplete(drop, byNumber(here))).toBe(true)
    }),
    { numRuns: runs(300, 3_000) },
  )
})

test('a part of what has been committed or has ended is not taken, and attempts have an end', () => {
  const drop = dropOf([MIN_PART_BYTES, 1])
  const [first, last] = [partOf(0, MIN_PART_BYTES), partOf(1, 1)]
  const live = { ...drop, phase: 'live' } as const
  expect(upload.expect(live, [first, last], last)).toBe('kept')
  expect(upload.expect(live, [first, last], partOf(1, 1, 9))).toBe('bad_request')
  for (const phase of ['read', 'revoked', 'locked'] as const)
    expect(upload.expect({ ...drop, phase }, [first, last], last)).toBe('gone')
  const lost = Array.from({ length: MAX_ATTEMPTS + 2 }, (): Part => ({ ...last, state: 'writing' }))
  expect(upload.expect(drop, lost, first)).toBe('try_later')
  expect(upload.expect(drop, lost.slice(1), first)).toBe('expected')
})

/** Whether the rest is between the least and the most that the missing parts may be. */
function canAddUp(drop: Drop, here: readonly Part[], n: number, size: number): boolean {
  const last = drop.parts - 1
  if (n > last || size > PART_BYTES || size < (n === last ? 1 : MIN_PART_BYTES)) return false
  const others = here.filter((each) => each.n !== n)
  const missing = missingFrom(drop, others, n)
  const rest = restOf(drop, others) - size
  return rest >= leastOf(drop, missing) && rest <= missing.length * PART_BYTES
}

/** The numbers of the missing parts other than `n`. */
function missingFrom(drop: Drop, here: readonly Part[], n: number): readonly number[] {
  const all = Array.from({ length: drop.parts }, (_, each) => each)
  return all.filter((each) => each !== n && !here.some((other) => other.n === each))
}

function leastOf(drop: Drop, numbers: readonly number[]): number {
  return sum(numbers.map((n) => (n === drop.parts - 1 ? 1 : MIN_PART_BYTES)))
}

function restOf(drop: Drop, here: readonly Part[]): number {
  return drop.size - sum(here.map(({ size }) => size))
}

function byNumber(parts: readonly Part[]): Part[] {
  return parts.toSorted((a, b) => a.n - b.n)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0)
}
