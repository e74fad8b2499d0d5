import { expect, test } from 'vitest'
import { LIMITS } from '#client/answers.ts'
import { ask } from '#client/server.ts'
import { lost, serverThat } from './support/network.ts'

test('a clock that was put back by a day while a server was silent made the client ask all day', async () => {
  for (const jumpMs of [-86_400_000, 86_400_000, -30 * 365 * 86_400_000]) {
    const server = serverThat([lost], 15_000)
    const clock = (): number => server.clock() + (server.waits.length > 1 ? jumpMs : 0)
    await expect(ask({ ...server, clock }, { name: 'limits' }, LIMITS)).rejects.toMatchObject({ code: 'offline' })
    expect(server.waits).toEqual([1_000, 2_000, 4_000, 8_000])
  }
})
