import { expect, test } from 'vitest'
import { compareTimes } from '../../bench/rank-times.ts'

test('times of one kind are told apart in half of the cases, which is by nobody', () => {
  const times = Array.from({ length: 1_000 }, (_, n) => n % 97)
  expect(compareTimes(times, times.toReversed())).toMatchObject({ auc: 0.5, ratio: 1, ratioOfShort: 1 })
})

test.for([
  { name: 'all longer', first: [4, 5, 6], second: [1, 2, 3], auc: 1 },
  { name: 'all shorter', first: [1, 2, 3], second: [4, 5, 6], auc: 0 },
  { name: 'all equal', first: [7, 7], second: [7, 7, 7], auc: 0.5 },
  { name: 'one of two longer', first: [1, 3], second: [2, 2], auc: 0.5 },
  { name: 'equal ones count half', first: [2, 3], second: [1, 2], auc: 0.875 },
])('of times that are $name', ({ first, second, auc }) => {
  expect(compareTimes(first, second).auc).toBe(auc)
})

test('a difference that is planted is found, as far beyond chance as the bench asks', () => {
  // By a fifth of their spread; pseudo-random, so that every run is the same.
  let seed = 1
  const next = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const noise = (shift: number): number[] => Array.from({ length: 3_000 }, () => 1_000 + 500 * next() + shift)
  const [same, other] = [compareTimes(noise(0), noise(0)), compareTimes(noise(100), noise(0))]
  expect(Math.abs(same.auc - 0.5)).toBeLessThan(4 * same.error)
  expect(other.auc - 0.5).toBeGreaterThan(0.03 + 4 * other.error)
})
