import { afterEach, expect, test, vi } from 'vitest'
import { giveBack, takeMemory } from '#client/memory.ts'
import { fetchTransport } from '#client/transport.ts'
import { PART_BYTES } from '#protocol/limits.ts'

// A data: address is answered by the platform itself: the real fetch, without a network.

afterEach(() => void vi.unstubAllGlobals())

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

test('of a body that was answered early and given back, what a connection still holds stays what it was', async () => {
  const pieces: Uint8Array[] = []
  let rest: ReadableStreamDefaultReader<Uint8Array> | undefined
  // A server that answers when it has taken a little, and a connection that is in no hurry.
  vi.stubGlobal('fetch', async (_url: string, { body }: { body: ReadableStream<Uint8Array> }) => {
    rest = body.getReader()
    for (let each = 0; each < 3; each++) pieces.push((await rest.read()).value ?? new Uint8Array(0))
    return new Response('{}')
  })
  const body = takeMemory(PART_BYTES).fill(1)
  await fetchTransport({ method: 'PUT', url: 'https://drop.example/', fields: {}, body })
  giveBack(body)
  takeMemory(PART_BYTES).fill(2)
  for (const piece of pieces) expect(piece.length > 0 && piece.every((byte) => byte === 1)).toBe(true)
  // One piece was made ready before; there is nothing after it.
  const ready = (await rest?.read())?.value ?? new Uint8Array(0)
  expect(ready.every((byte) => byte === 1)).toBe(true)
  await expect(rest?.read()).rejects.toThrow('given back')
})
