import { expect, test } from 'vitest'
import { DropError } from '#protocol/error.ts'
import { lost, type Reply } from '../../kit/network.ts'
import { NOW } from '../../kit/boxes.ts'
import { SOURCES, type Reading, type Seen, type Source, type World } from './support/sources.ts'

/** A line that a test cuts and mends. While it is cut, time passes only as somebody waits; then it stands still. */
class Line implements World {
  isCut = false
  /** Whether requests for the second part hang until somebody lets go of them. */
  isSlow = false
  seen: Seen[] = []
  reading: Reading | undefined
  #now = NOW
  #end = Infinity
  #waiting: (() => void)[] = []

  readonly clock = (): number => this.#now
  readonly onChange = (): void => void (this.reading && this.seen.push(this.reading.seen()))
  readonly part = (n: number): Reply | undefined => {
    if (n === 1 && this.isSlow) return hangs
    return n === 1 && this.isCut ? lost : undefined
  }
  readonly wait = (ms: number): Promise<void> => {
    // The page looks for what is new besides.
    if (ms === 20_000 || this.#now >= this.#end) return new Promise((resolve) => this.#waiting.push(resolve))
    this.#now += ms
    return Promise.resolve()
  }

  /** @param patienceMs - how long somebody waits for it before time stands still */
  cut(patienceMs: number): void {
    this.isCut = true
    this.#end = this.#now + patienceMs
  }

  mend(): void {
    this.isCut = false
    this.#end = Infinity
    for (const goOn of this.#waiting.splice(0)) goOn()
  }
}

const hangs: Reply = ({ signal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new DropError('stopped'))))

const PATIENT = { timeout: 30_000 }

/** A drop whose opening has been pressed. @param set - sets the state of the line by then */
async function begin(
  open: Source,
  set: (line: Line) => void,
): Promise<{ line: Line; reading: Reading; opened: Promise<void> }> {
  const line = new Line()
  const reading = (line.reading = await open(line))
  set(line)
  return { line, reading, opened: reading.open() }
}

test.for(SOURCES)(
  'of %s: an outage of ten minutes costs the part that was under way, and no press',
  async ([, open]) => {
    const { line, opened, reading } = await begin(open, (each) => each.cut(600_000))
    await expect.poll(() => reading.seen(), PATIENT).toMatchObject({ at: 'receiving', flow: 'waiting' })
    await expect.poll(() => line.clock() - NOW, PATIENT).toBeGreaterThanOrEqual(600_000)
    const before = reading.asked().length
    line.mend()
    await opened
    expect(reading.seen()).toMatchObject({ at: 'opened', text: 'the film' })
    expect([...new Set(reading.asked().slice(before))]).toEqual([1])
    expect(reading.asked().filter((n) => n === 0)).toHaveLength(1)
  },
)

test.for(SOURCES)(
  'of %s: a number that was seen is never taken back, and after a pause it goes on from there',
  async ([, open]) => {
    const { line, opened, reading } = await begin(open, (each) => (each.isSlow = true))
    await expect.poll(() => reading.seen().carried?.bytes, PATIENT).toBeGreaterThan(1_000_000)
    await expect.poll(() => reading.asked(), PATIENT).toEqual([0, 1])
    reading.pause()
    await opened
    expect(reading.seen()).toMatchObject({ at: 'receiving', flow: 'paused' })
    line.isSlow = false
    await reading.goOn()
    expect(reading.seen()).toMatchObject({ at: 'opened', text: 'the film' })
    expect(reading.asked()).toEqual([0, 1, 1])
    const bytes = line.seen.flatMap(({ carried }) => (carried?.stage === 'receiving' ? [carried.bytes] : []))
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
  },
)

test.for(SOURCES)('of %s: what comes in after a pause changes nothing', async ([, open]) => {
  const late = Promise.withResolvers<void>()
  const line = new Line()
  const reading = await open({
    clock: line.clock,
    wait: line.wait,
    part: (n) =>
      n === 0
        ? undefined
        : async (exchange) => {
            await late.promise
            return lost(exchange)
          },
  })
  const opened = reading.open()
  await expect.poll(() => reading.seen().carried?.bytes, PATIENT).toBeGreaterThan(1_000_000)
  reading.pause()
  const paused = reading.seen()
  late.resolve()
  await opened
  expect(reading.seen()).toEqual(paused)
})

test.for(SOURCES)(
  'of %s: cancelling removes what has come in, and opening it again fetches all of it',
  async ([, open]) => {
    const { line, reading } = await begin(open, (each) => each.cut(0))
    await expect.poll(() => reading.seen(), PATIENT).toMatchObject({ at: 'receiving', flow: 'waiting' })
    await reading.cancel()
    expect(reading.seen().at).not.toBe('receiving')
    const before = reading.asked().length
    line.mend()
    await reading.open()
    expect(reading.seen()).toMatchObject({ at: 'opened', text: 'the film' })
    expect(reading.asked().slice(before)).toEqual([0, 1])
  },
)

test.for(SOURCES)(
  'of %s: what comes in for a screen that was left is not shown, and is not asked for any more',
  async ([, open]) => {
    const { line, opened, reading } = await begin(open, (each) => each.cut(0))
    await expect.poll(() => reading.seen(), PATIENT).toMatchObject({ at: 'receiving', flow: 'waiting' })
    reading.leave()
    const left = reading.seen()
    const before = reading.asked().length
    line.mend()
    await opened
    expect(reading.seen()).toEqual(left)
    expect(reading.asked()).toHaveLength(before)
  },
)
