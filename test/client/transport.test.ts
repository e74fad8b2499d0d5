import { expect, test } from 'vitest'
import { fetchTransport } from '#client/transport.ts'

// A data: address is answered by the platform itself: the real fetch, without a network.

test.for([0, 1, 1_000, 1_000_000])(
  'an answer of %i bytes comes in whole, and who waits is told how far',
  async (length) => {
    const told: number[] = []
    const url = `data:application/octet-stream,${'a'.repeat(length)}`
    const onReceived = (bytes: number, total: number) => told.push(bytes, total)
    const answer = await fetchTransport({ method: 'GET', url, fields: {}, onReceived })
    expect([answer.status, answer.body.length]).toEqual([200, length])
    expect(answer.body.every((byte) => byte === 0x61)).toBe(true)
    expect(told.slice(-2)).toEqual(length === 0 ? [] : [length, length])
  },
)

test('a field is read whatever its case, and one that is not there is null', async () => {
  const answer = await fetchTransport({ method: 'GET', url: 'data:text/x-drop,hello', fields: {} })
  expect(answer.field('content-TYPE')).toBe('text/x-drop')
  expect(answer.field('Retry-After')).toBeNull()
})

test('what cannot be reached rejects', async () => {
  await expect(fetchTransport({ method: 'GET', url: 'data:', fields: {} })).rejects.toThrow(TypeError)
})

test('an exchange that is stopped rejects, before it begins and while it runs', async () => {
  const exchange = { method: 'GET', url: 'data:text/plain,hello', fields: {} } as const
  const aborted = { name: 'AbortError' }
  await expect(fetchTransport({ ...exchange, signal: AbortSignal.abort() })).rejects.toMatchObject(aborted)
  const stop = new AbortController()
  const running = fetchTransport({ ...exchange, signal: stop.signal })
  stop.abort()
  await expect(running).rejects.toMatchObject(aborted)
})
