import { expect, test } from 'vitest'
import { LIMITS } from '#client/answers.ts'
import { ask, type Progress } from '#client/server.ts'
import { lost, refuses, says, serverThat, type Reply } from '../kit/network.ts'

// The devices that stand between a client and its server, and answer in its place. All requests are in answers.test.ts.

const limits = { name: 'limits' } as const
const good = says({ largest: 5, time: 6 })
const page = (status: number, fields: Readonly<Record<string, string>> = {}): Reply => says('<html>', fields, status)
const later = { 'Retry-After': '10' }

test.for([408, 425, 429, 500, 502, 503, 504, 530])(
  'a gateway that says %i is waited out as it asks',
  async (status) => {
    const server = serverThat([page(status, later), page(status), good])
    expect(await ask(server, limits, LIMITS)).toEqual({ largest: 5, time: 6 })
    expect(server.waits).toEqual([10_000, 2_000])
  },
)

test.for([
  [408, 'offline'],
  [425, 'offline'],
  [429, 'rate_limited'],
  [504, 'offline'],
] as const)('who never hears but %i is told so as %s, when patience ends', async ([status, code]) => {
  const server = serverThat([page(status)], 8_000)
  await expect(ask(server, limits, LIMITS)).rejects.toMatchObject({ name: 'DropError', code, status })
  expect(server.waits).toEqual([1_000, 2_000, 4_000])
})

test('a command with four seconds of patience gave up on a rate limit that asked for ten', async () => {
  const server = serverThat([page(429, later), page(429, later), good], 4_000)
  await ask(server, limits, LIMITS)
  expect(server.waits).toEqual([10_000, 10_000])
  const endless = serverThat([page(429, later)], 4_000)
  await expect(ask(endless, limits, LIMITS)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(endless.waits).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 10_000])
  const hours = serverThat([page(429, { 'Retry-After': '3600' })], 4_000)
  await expect(ask(hours, limits, LIMITS)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(hours.waits).toEqual([])
})

test('a gateway that named a date was asked again before it, and given up on', async () => {
  const until = { 'Retry-After': 'Tue, 01 Dec 2026 11:00:00 GMT', Date: 'Tue, 01 Dec 2026 10:59:30 GMT' }
  const server = serverThat([page(503, until), good], 4_000)
  expect(await ask(server, limits, LIMITS)).toEqual({ largest: 5, time: 6 })
  expect(server.waits).toEqual([30_000])
})

test('who waits for a rate limit is told that it is one', async () => {
  const told: Progress[] = []
  const onProgress = (progress: Progress): void => void told.push(progress)
  await ask(serverThat([page(429, later), good]), { ...limits, onProgress }, LIMITS)
  expect(told).toEqual([{ stage: 'waiting', ms: 10_000, why: 'rate_limited' }])
})

test.for([200, 203, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 407, 410, 451])(
  'a page that comes with %i is no answer of ours, and is not asked again',
  async (status) => {
    const server = serverThat([page(status), good])
    await expect(ask(server, limits, LIMITS)).rejects.toMatchObject({ code: 'bad_answer', status })
    expect(server.exchanges).toHaveLength(1)
  },
)

test('a gateway that takes no body so large says 413, and was taken for a page of no server', async () => {
  const server = serverThat([page(413), good])
  await expect(ask(server, limits, LIMITS)).rejects.toMatchObject({ code: 'body_refused', status: 413 })
  expect(server.exchanges).toHaveLength(1)
})

test('an answer that was damaged on its way is asked for again, three times at most', async () => {
  const half = (): ReturnType<Reply> => ({
    status: 200,
    field: (name) => (name === 'Content-Type' ? 'application/json' : null),
    body: new TextEncoder().encode('{"largest":5,"ti'),
  })
  const server = serverThat([half, lost, half, good])
  expect(await ask(server, limits, LIMITS)).toEqual({ largest: 5, time: 6 })
  const always = serverThat([half])
  await expect(ask(always, limits, LIMITS)).rejects.toMatchObject({ code: 'bad_answer', isGarbled: true })
  expect(always.exchanges).toHaveLength(3)
})

test('a problem of ours is believed whatever something in between says of its type', async () => {
  const server = serverThat([refuses('gone', {}, { 'Content-Type': 'text/plain' })])
  await expect(ask(server, limits, LIMITS)).rejects.toMatchObject({ code: 'gone' })
})
