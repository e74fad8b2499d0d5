import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, type Opener } from '#client/link.ts'
import { claimsOf, receiveParts } from '#client/receive.ts'
import type { Progress } from '#client/server.ts'
import { memoryStaging, type Staging } from '#client/staging.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { noise } from '../kit/bytes.ts'
import { lost, refuses, says } from '../kit/network.ts'
import { partsServer, type Hand, type PartsServer } from '../kit/parts-server.ts'

let opener: Opener
let reader: SigningKey
const lengths = [4_000, 3_000, 5_000, 2_000, 6_000, 10]
const waiting = { size: 20_010, parts: lengths.length, nonce: 'n'.repeat(24) }
const partOf = (n: number): Bytes => noise(lengths[n] ?? 0, n + 1)

/** A server with the whole drop. */
function full(hand?: Hand, patienceMs?: number): PartsServer {
  const server = partsServer(hand, patienceMs)
  for (const n of lengths.keys()) server.parts.set(n, partOf(n))
  return server
}

async function readAll(server: PartsServer, staging: Staging, options = {}): Promise<void> {
  const parts = receiveParts(server, opener, reader, waiting, staging, options)
  for (const n of lengths.keys()) expect(await parts.part(n)).toEqual(partOf(n))
}

const settled = () => new Promise((done) => setTimeout(done, 5))

beforeAll(async () => {
  opener = await deriveOpener({ bytes: noise(24), needsPassphrase: false }, '', async () => new Uint8Array(0))
  reader = await generateSigningKey()
})

test('the first part comes by the claim, with the nonce of the look; each other one once', async () => {
  const inputs: string[] = []
  const server = full((_request, _n, { fields }) => {
    inputs.push(fields['Signature-Input'] ?? '')
    return undefined
  })
  const staging = memoryStaging()
  await readAll(server, staging)
  expect(server.asked).toEqual(['claim', 'part 1', 'part 2', 'part 3', 'part 4', 'part 5'])
  expect(inputs[0]).toContain(waiting.nonce)
  for (const n of lengths.keys()) expect(await staging.read(n)).toEqual(partOf(n))
})

test('what is staged is not fetched again, and nothing is claimed anew', async () => {
  const server = full()
  const staging = memoryStaging()
  for (const n of [0, 2, 3]) await staging.keep(n, partOf(n))
  await readAll(server, staging)
  expect(server.asked).toEqual(['part 1', 'part 4', 'part 5'])
  const again = full()
  await readAll(again, staging)
  expect(again.asked).toEqual([])
})

test('one part at most comes in ahead of whoever reads', async () => {
  const server = full()
  const parts = receiveParts(server, opener, reader, waiting, memoryStaging())
  await parts.part(0)
  await expect.poll(() => server.asked).toEqual(['claim', 'part 1'])
  await settled()
  expect(server.asked).toHaveLength(2)
  await parts.part(1)
  await expect.poll(() => server.asked.slice(2)).toEqual(['part 2'])
})

test('what was staged and is gone from there is fetched again by whoever asks again', async () => {
  const server = full()
  const kept = memoryStaging()
  let isLost = true
  const staging: Staging = { ...kept, keep: async (n, part) => (isLost ? undefined : kept.keep(n, part)) }
  const parts = receiveParts(server, opener, reader, waiting, staging)
  await expect(parts.part(0)).rejects.toThrow('a part that was staged is gone')
  isLost = false
  expect(await parts.part(0)).toEqual(partOf(0))
})

test('a part that is read again comes from the staging, and fetches nothing ahead', async () => {
  const server = full()
  const staging = memoryStaging()
  const parts = receiveParts(server, opener, reader, waiting, staging)
  for (const n of lengths.keys()) await parts.part(n)
  const { length } = server.asked
  for (const n of [5, 0, 3]) expect(await parts.part(n)).toEqual(partOf(n))
  await settled()
  expect(server.asked).toHaveLength(length)
})

test('bytes that were changed on the way are fetched again', async () => {
  let isDone = false
  const server = full((request, n) => {
    if (request !== 'part' || n !== 2 || isDone) return undefined
    isDone = true
    const digest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    return says(partOf(2), { 'Content-Digest': digest })
  })
  await readAll(server, memoryStaging())
  expect(server.asked.filter((each) => each === 'part 2')).toHaveLength(2)
  expect(server.waits).toEqual([1_000])
})

test('ciphertext that comes without its digest is no answer', async () => {
  const server = full((request) => (request === 'claim' ? says(partOf(0)) : undefined))
  await expect(readAll(server, memoryStaging())).rejects.toMatchObject({ code: 'bad_answer' })
})

test.for(['gone', 'claimed', 'dismissed', 'wrong_passphrase'] as const)(
  'a claim that is refused says %s, and no part is asked for',
  async (code) => {
    const server = full((request) => (request === 'claim' ? refuses(code) : undefined))
    await expect(readAll(server, memoryStaging())).rejects.toMatchObject({ code })
    await settled()
    expect(new Set(server.asked)).toEqual(new Set(['claim']))
  },
)

test.for(['gone', 'claimed', 'dismissed'] as const)(
  'who goes on with a read that was taken back is told %s, as a claim would say it',
  async (code) => {
    const staging = memoryStaging()
    await staging.keep(0, partOf(0))
    const claims = [
      { reader: reader.publicKey, claim: { created: 1, nonce: 'n'.repeat(24), signature: `${'A'.repeat(86)}==` } },
    ]
    const server = full((request) => (request === 'claim' ? refuses(code, { claims }) : refuses('gone')))
    const error = await readAll(server, staging).catch((each: unknown) => each)
    expect(error).toMatchObject({ name: 'DropError', code })
    expect(claimsOf(error).claims).toEqual(claims)
  },
)

test('who is refused has claimed once, however slow the staging is: a wrong passphrase counts once', async () => {
  const slow = (ms: readonly number[]): Staging => {
    const kept = memoryStaging()
    return { ...kept, read: async (n) => (await new Promise((done) => setTimeout(done, ms[n] ?? 0)), kept.read(n)) }
  }
  const server = full((request) => (request === 'claim' ? refuses('wrong_passphrase') : refuses('gone')))
  for (const ms of [
    [0, 20, 40],
    [20, 0, 0],
  ]) {
    const { length } = server.asked
    const parts = receiveParts(server, opener, reader, waiting, slow(ms))
    await expect(parts.part(0)).rejects.toMatchObject({ code: 'wrong_passphrase' })
    await new Promise((done) => setTimeout(done, 60))
    expect(server.asked.slice(length)).toEqual(['claim'])
  }
  // And where only later parts show that the read is gone.
  const { length } = server.asked
  const staging = slow([0, 5, 20, 10])
  await staging.keep(0, partOf(0))
  const parts = receiveParts(server, opener, reader, waiting, staging)
  await parts.part(0)
  for (const n of [1, 2, 1]) await expect(parts.part(n)).rejects.toMatchObject({ code: 'wrong_passphrase' })
  expect(server.asked.slice(length).filter((each) => each === 'claim')).toHaveLength(1)
})

test('a part that something calls gone, though the claim has just been granted, had the reader key forgotten', async () => {
  const server = full((request) => (request === 'part' ? refuses('gone') : undefined))
  const parts = receiveParts(server, opener, reader, waiting, memoryStaging())
  await expect(parts.part(1)).rejects.toMatchObject({ code: 'bad_answer' })
})

test('a part that fails is tried again by whoever asks again', async () => {
  let isAway = true
  const server = full((request, n) => (request === 'part' && n === 1 && isAway ? lost : undefined), 0)
  const parts = receiveParts(server, opener, reader, waiting, memoryStaging())
  await parts.part(0)
  await expect(parts.part(1)).rejects.toMatchObject({ code: 'offline' })
  isAway = false
  expect(await parts.part(1)).toEqual(partOf(1))
})

test('who stops gets no part, and what has come in is there for the next time', async () => {
  const staging = memoryStaging()
  const stop = new AbortController()
  const server = full((request, n) => {
    if (request === 'part' && n === 2) stop.abort()
    return undefined
  })
  await expect(readAll(server, staging, { signal: stop.signal })).rejects.toMatchObject({ code: 'stopped' })
  await settled()
  expect(await staging.read(0)).toEqual(partOf(0))
  const again = full()
  await readAll(again, staging)
  expect(again.asked).not.toContain('claim')
})

test('what a full disk says is said to whoever reads', async () => {
  const staging: Staging = {
    ...memoryStaging(),
    keep: async () => {
      throw new Error('the disk is full')
    },
  }
  await expect(readAll(full(), staging)).rejects.toThrow('the disk is full')
})

test('progress counts the whole drop, with what was staged before', async () => {
  const told: Progress[] = []
  const staging = memoryStaging()
  for (const n of [0, 1]) await staging.keep(n, partOf(n))
  await readAll(full(), staging, { onProgress: (each: Progress) => void told.push(each) })
  const bytes = told.map((each) => ('bytes' in each ? each.bytes : -1))
  expect(told.every((each) => each.stage === 'receiving' && each.total === waiting.size)).toBe(true)
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
  expect(bytes.at(-1)).toBe(waiting.size)
})
