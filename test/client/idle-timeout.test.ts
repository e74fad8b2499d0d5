import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exchangeAlive } from '#client/idle-timeout.ts'
import type { Answer, Exchange, Transport } from '#client/transport.ts'

const exchange: Exchange = { method: 'GET', url: 'https://drop.example/v1/limits', fields: {} }
const answer: Answer = { status: 200, field: () => null, body: new Uint8Array(0) }
const MINUTE = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('a connection that died without a word is given up after two minutes', async () => {
  await Promise.all([
    expect(exchangeAlive(untilAborted(), exchange)).rejects.toThrow('aborted'),
    vi.advanceTimersByTimeAsync(2 * MINUTE),
  ])
})

test('a line that is slow and moves is waited for', async () => {
  const slow: Transport = async ({ onSent, signal }) => {
    for (let minute = 1; minute <= 30; minute++) {
      await new Promise((resolve) => setTimeout(resolve, MINUTE))
      if (signal?.aborted === true) throw new Error('aborted')
      onSent?.(minute, 30)
    }
    return answer
  }
  const told: number[] = []
  const outcome = exchangeAlive(slow, { ...exchange, onSent: (bytes) => told.push(bytes) })
  await vi.advanceTimersByTimeAsync(31 * MINUTE)
  expect(await outcome).toBe(answer)
  expect(told).toHaveLength(30)
})

test('whoever stops it is heard as before, and no timer stays behind', async () => {
  const stop = new AbortController()
  const outcome = exchangeAlive(untilAborted(), { ...exchange, signal: stop.signal })
  stop.abort()
  await expect(outcome).rejects.toThrow('aborted')
  expect(vi.getTimerCount()).toBe(0)
})

function untilAborted(): Transport {
  return ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}
