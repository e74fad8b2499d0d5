import { expect, test } from 'vitest'
import { LIMITS } from '#client/answers.ts'
import { timeToForget } from '#client/clocks.ts'
import { noteDate, shownTime } from '#client/server-time.ts'
import { ask } from '#client/server.ts'
import { lost, says, serverThat } from '../kit/network.ts'

test('a clock that was put back by a day while a server was silent made the client ask all day', async () => {
  for (const jumpMs of [-86_400_000, 86_400_000, -30 * 365 * 86_400_000]) {
    const server = serverThat([lost], 15_000)
    const clock = (): number => server.clock() + (server.waits.length > 1 ? jumpMs : 0)
    await expect(ask({ ...server, clock }, { name: 'limits' }, LIMITS)).rejects.toMatchObject({ code: 'offline' })
    expect(server.waits).toEqual([1_000, 2_000, 4_000, 8_000])
  }
})

const NOW = 1_800_000_000_000
const DAY = 86_400_000

test.for([0, 600_000, -600_000, 3 * DAY, -3 * DAY, 7_300 * DAY, -7_300 * DAY])(
  'a drop that waits was shown as expired by a clock %i ms ahead',
  (aheadMs) => {
    const page = {}
    expect(shownTime(page, NOW + aheadMs)).toBe(NOW + aheadMs)
    const answer = { field: (name: string) => (name === 'Date' ? new Date(NOW).toUTCString() : null) }
    noteDate(page, answer, NOW + aheadMs)
    // An hour later, by either clock.
    expect(shownTime(page, NOW + aheadMs + 3_600_000)).toBe(NOW + 3_600_000)
    // An answer that a cache kept for an hour is no news of now.
    noteDate(page, { field: (name) => answer.field(name) ?? '3600' }, NOW + aheadMs + 3_600_000)
    expect(shownTime(page, NOW + aheadMs + 3_600_000)).toBe(NOW + 3_600_000)
  },
)

test.for([3 * DAY, 7_300 * DAY, -3 * DAY, -7_300 * DAY])(
  'of two clocks %i ms apart the one that is behind says what is forgotten',
  async (aheadMs) => {
    const server = serverThat([says({ largest: 1, time: NOW / 1_000 })], 0)
    const device = { ...server, clock: () => NOW + aheadMs }
    expect(await timeToForget(device, [NOW + aheadMs - 1])).toBe(Math.min(NOW, NOW + aheadMs))
    expect(server.exchanges).toHaveLength(1)
    // Nobody is asked while nothing seems to be over.
    await timeToForget(device, [NOW + aheadMs + 1])
    await timeToForget(device, [])
    expect(server.exchanges).toHaveLength(1)
    const silent = { ...serverThat([lost], 0), clock: () => NOW + aheadMs }
    expect(await timeToForget(silent, [NOW + aheadMs - 1])).toBe(Number.NEGATIVE_INFINITY)
  },
)
