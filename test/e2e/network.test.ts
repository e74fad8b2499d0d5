import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { Opener } from '#client/link.ts'
import { acknowledge, look, openDrop, receiveParts } from '#client/receive.ts'
import type { PartHashes } from '#client/seal-parts.ts'
import { checkDrop, revokeDrop } from '#client/sender.ts'
import { deposit, goOn, seal } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import type { Progress, Server } from '#client/server.ts'
import { memorySource } from '#client/source.ts'
import { memoryStaging, type Staging } from '#client/staging.ts'
import { fetchTransport } from '#client/transport.ts'
import { equalBytes, joinBytes, type Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import { startProxy, type Proxy, type Way } from '../tools/proxy.ts'
import { startServer, type Server as RunningServer } from '../tools/server.ts'
import { openerOf } from '../kit/sealed.ts'
import { randomNoise } from '../kit/bytes.ts'

// The client's own modules, a line that breaks, and the real server behind it.

const isSlow = process.env['SLOW'] === '1'

/** Three parts. */
const content = randomNoise(20_000_000)
const PART = 8_325_104
let proxy: Proxy
let running: RunningServer

beforeAll(async () => {
  proxy = await startProxy()
  running = await startServer({ origin: proxy.url })
  proxy.lead(Number(new URL(running.url).port))
})

afterAll(async () => {
  await running?.close()
  await proxy?.[Symbol.asyncDispose]()
})

/** A server over the line that breaks. Pauses are short: only the retries after them are tested. */
function reach(patienceMs: number): Server {
  return {
    origin: proxy.url,
    transport: fetchTransport,
    clock: Date.now,
    ticks: () => performance.now(),
    wait: (ms) => sleep(Math.min(ms, 100)),
    patienceMs,
  }
}

interface Sent {
  readonly sealed: Sealed
  readonly sender: SigningKey
  readonly opener: Opener
}

async function sealLarge(): Promise<Sent> {
  const sender = await generateSigningKey()
  const options = { origin: proxy.url, ttlSeconds: 3_600, reads: 1, passphrase: '', now: Date.now() }
  const files = [{ name: 'large.bin', type: '', modifiedAtMs: 0, source: memorySource(content) }]
  const stretch = async () => new Uint8Array(0)
  const sealed = await seal({ text: 'and words', files }, { ...options, stretch, sender })
  expect(sealed.parts).toBe(3)
  return { sealed, sender, opener: await openerOf(sealed.link) }
}

/** One failure on the way. */
type Mishap =
  | { readonly kind: 'cut'; readonly way: Way; readonly bytes: number }
  | { readonly kind: 'refuse'; readonly connections: number }
  | { readonly kind: 'kill'; readonly afterMs: number }

/** Near each edge of a part, and anywhere. */
const inContent = fc.oneof(
  fc.tuple(fc.nat(3), fc.integer({ min: -3_000, max: 3_000 })).map(([n, by]) => Math.max(1, n * PART + by)),
  fc.integer({ min: 1, max: content.length }),
)

/** In the other direction there are only requests or answers, with hardly a body. */
const inWords = fc.integer({ min: 1, max: 2_500 })

/** @param way - the direction of the parts. */
const anyMishap = (way: Way): fc.Arbitrary<Mishap> => {
  const back: Way = way === 'up' ? 'down' : 'up'
  return fc.oneof(
    { weight: 4, arbitrary: inContent.map((bytes) => ({ kind: 'cut' as const, way, bytes })) },
    { weight: 2, arbitrary: inWords.map((bytes) => ({ kind: 'cut' as const, way: back, bytes })) },
    { weight: 1, arbitrary: fc.nat(3).map((more) => ({ kind: 'refuse' as const, connections: 1 + more })) },
    { weight: 1, arbitrary: fc.nat(400).map((afterMs) => ({ kind: 'kill' as const, afterMs })) },
  )
}

/** Lets the mishap happen during the work. @returns when both are over and the server is up */
async function during<T>(mishap: Mishap, work: () => Promise<T>): Promise<T> {
  let isOver = false
  const happen = async (): Promise<void> => {
    switch (mishap.kind) {
      case 'cut':
        return proxy.cut(mishap.way, mishap.bytes)
      case 'refuse':
        return proxy.refuse(mishap.connections)
      case 'kill':
        await sleep(mishap.afterMs)
        if (isOver) return
        await running.kill()
        await running.start()
    }
  }
  const happening = happen()
  try {
    return await work()
  } finally {
    isOver = true
    await happening
    proxy.mend()
  }
}

/** A failure after which a person is told to try again. */
function isPassing(error: unknown): boolean {
  return isDropError(error) && ['offline', 'try_later', 'internal'].includes(error.code)
}

/** Deposits; after a failure, with the same drop again, or like another process that has only the stored state. */
async function send({ sealed, sender }: Sent, mishap: Mishap, isPatient: boolean, crashes: boolean): Promise<void> {
  const kept: (PartHashes | undefined)[] = []
  const journal = { keep: async (n: number, hashes: PartHashes) => void (kept[n] = hashes) }
  const options = { sender, journal }
  try {
    await during(mishap, () => deposit(reach(isPatient ? 60_000 : 0), sealed, options))
  } catch (error) {
    if (!isPassing(error)) throw error
    const unfinished = structuredClone({ ...sealed.unfinished, hashes: kept })
    const again = crashes ? await goOn(unfinished, [memorySource(content)]) : sealed
    await deposit(reach(60_000), again, options)
  }
}

/** Receives and opens; after a failure, again with the staged parts and the same reader key. */
async function receive({ opener }: Sent, mishap: Mishap, isPatient: boolean): Promise<void> {
  const reader = await generateSigningKey()
  const staging = memoryStaging()
  let bytes: Bytes
  try {
    bytes = await during(mishap, () => open(reach(isPatient ? 60_000 : 0), opener, reader, staging))
  } catch (error) {
    if (!isPassing(error)) throw error
    bytes = await open(reach(60_000), opener, reader, staging)
  }
  expect(equalBytes(bytes, content)).toBe(true)
}

async function open(server: Server, opener: Opener, reader: SigningKey, staging: Staging): Promise<Bytes> {
  const waiting = await look(server, opener)
  const opened = await openDrop(receiveParts(server, opener, reader, waiting, staging), opener)
  expect([opened.text, opened.files.length]).toEqual(['and words', 1])
  const pieces: Bytes[] = []
  for await (const piece of opened.files[0]?.read() ?? []) pieces.push(piece)
  await acknowledge(server, opener, reader, opened.opened)
  return joinBytes(pieces)
}

test(
  'a drop in parts arrives whole wherever the line breaks, or its sender is told and goes on',
  { timeout: isSlow ? 900_000 : 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          sending: anyMishap('up'),
          receiving: anyMishap('down'),
          isPatient: fc.boolean(),
          crashes: fc.boolean(),
        }),
        async ({ sending, receiving, isPatient, crashes }) => {
          const sent = await sealLarge()
          await send(sent, sending, isPatient, crashes)
          await receive(sent, receiving, isPatient)
          expect((await checkDrop(reach(60_000), sent.sealed.ticket, sent.sender)).state).toBe('read')
        },
      ),
      { numRuns: isSlow ? 40 : 8 },
    )
    expect(proxy.breaks).toBeGreaterThan(0)
  },
)

test('a server killed between two parts has them both when it is back', async () => {
  const sent = await sealLarge()
  const { sealed, sender } = sent
  const stop = new AbortController()
  const uploaded: string[] = []
  const server = reach(0)
  const transport: typeof fetchTransport = async (exchange) => {
    const answer = await fetchTransport(exchange)
    if (exchange.method === 'PUT' && uploaded.push(exchange.url) === 2) stop.abort()
    return answer
  }
  await expect(deposit({ ...server, transport }, sealed, { sender, signal: stop.signal })).rejects.toMatchObject({
    code: 'stopped',
  })
  await running.kill()
  await running.start()
  await deposit({ ...reach(60_000), transport }, sealed, { sender })
  // The third may have arrived without an answer to its sender.
  expect(uploaded.length).toBeLessThanOrEqual(3)
  expect(new Set(uploaded).size).toBe(uploaded.length)
  await receive(sent, { kind: 'refuse', connections: 0 }, true)
})

test('the sender sees the progress of a part, up to the last byte of the drop', async () => {
  const { sealed, sender } = await sealLarge()
  const told: number[] = []
  const onProgress = (each: Progress): void => {
    if (each.stage === 'sending') told.push(each.bytes)
  }
  await deposit(reach(0), sealed, { sender, onProgress })
  expect(told.length).toBeGreaterThan(100)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect([told[0], told.at(-1)]).toEqual([0, sealed.size])
})

test('an upload that is cancelled is gone, with every part that was sent', async () => {
  const { sealed, sender, opener } = await sealLarge()
  proxy.cut('up', PART + 5)
  await expect(deposit(reach(0), sealed, { sender })).rejects.toMatchObject({ code: 'offline' })
  proxy.mend()
  expect((await revokeDrop(reach(60_000), sealed.ticket, sender)).state).toBe('revoked')
  await expect(look(reach(0), opener)).rejects.toMatchObject({ code: 'gone' })
  await expect(deposit(reach(0), sealed, { sender })).rejects.toMatchObject({ code: 'gone' })
})
