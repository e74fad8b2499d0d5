import { expect, test } from 'vitest'
import { furthest, makeTransferMeter, makeThinning } from '#client/transfer.ts'

/** A transfer that is noted every quarter of a second, with so many bytes in each. */
function run(quarters: readonly number[], total: number, before = 0) {
  let now = 5_000
  let bytes = before
  const pace = makeTransferMeter(() => now)
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

test('a transfer that is held up does not stand on the figure of a tenth of a second ago', () => {
  let now = 0
  const isDrawn = makeThinning(() => now)
  const drawn: number[] = []
  const note = (bytes: number): void => {
    if (isDrawn(bytes, 1_000)) drawn.push(bytes)
  }
  // All of it within a millisecond, as on a busy machine; then nothing comes any more.
  for (let bytes = 0; bytes <= 700; bytes++) note(bytes)
  expect(drawn.at(-1)).toBe(700)
  expect(drawn.length).toBeLessThanOrEqual(71)
  // Bytes that are lost on the way are taken off at once.
  note(699)
  expect(drawn.at(-1)).toBe(699)
  note(700)
  expect(drawn.at(-1)).toBe(699)
  now += 100
  note(701)
  expect(drawn.at(-1)).toBe(701)
})

test('a number that somebody has seen is taken back after a pause, or the end is told twice', () => {
  const at = (bytes: number, total = 1_000) => ({ stage: 'sending', bytes, total }) as const
  expect(furthest(undefined, at(5))).toEqual(at(5))
  expect(furthest(at(600), at(400))).toEqual(at(600))
  expect(furthest(at(600), at(700))).toEqual(at(700))
  expect(furthest(at(1_000), at(400))).toEqual(at(990))
  // Another transfer, or another stage of it, begins at its own beginning.
  expect(furthest(at(600), at(0, 2_000))).toEqual(at(0, 2_000))
  expect(furthest(at(600), { ...at(0), stage: 'checking' })).toEqual({ ...at(0), stage: 'checking' })
})
