import { expect, test } from 'vitest'
import { makePace } from '#client/pace.ts'

/** A transfer that is noted every quarter of a second, with so many bytes in each. */
function run(quarters: readonly number[], total: number, before = 0) {
  let now = 5_000
  let bytes = before
  const pace = makePace(() => now)
  pace.note(bytes, total)
  return quarters.map((gone) => {
    now += 250
    bytes += gone
    return pace.note(bytes, total)
  })
}

test('a steady transfer is told as it is, once it has been seen for two seconds', () => {
  const told = run(Array<number>(40).fill(250), 100_000)
  expect(told.slice(0, 7)).toEqual(Array<undefined>(7).fill(undefined))
  for (const [index, rate] of told.entries()) {
    if (index < 7) continue
    expect(rate?.bytesPerSecond).toBeCloseTo(1_000)
    expect(rate?.secondsLeft).toBeCloseTo((100_000 - 250 * (index + 1)) / 1_000)
  }
})

test('what was there before does not count as speed', () => {
  expect(run(Array<number>(12).fill(100), 10_000_000, 9_000_000).at(-1)?.bytesPerSecond).toBeCloseTo(400)
})

test('bytes that come in jumps are told evenly', () => {
  const jumps = Array.from({ length: 120 }, (_, index) => (index % 12 === 11 ? 12_000 : 0))
  for (const rate of run(jumps, 1_000_000).slice(60)) {
    expect(rate?.bytesPerSecond).toBeGreaterThan(3_000)
    expect(rate?.bytesPerSecond).toBeLessThan(5_300)
  }
})

test('a change of speed is seen within half a minute', () => {
  const told = run([...Array<number>(100).fill(1_000), ...Array<number>(120).fill(100)], 1_000_000)
  expect(told.at(-1)?.bytesPerSecond).toBeLessThan(600)
})

test('where nothing moves, and where bytes are lost, there is no time to tell', () => {
  expect(run(Array<number>(40).fill(0), 100).at(-1)).toBeUndefined()
  expect(
    run([1_000, -1_000, ...Array<number>(38).fill(0)], 100_000).every((rate) => (rate?.secondsLeft ?? 0) >= 0),
  ).toBe(true)
  expect(run(Array<number>(40).fill(1_000), 10).at(-1)?.secondsLeft).toBe(0)
})
