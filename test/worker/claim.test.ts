import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { claim, create, depositDrop, look, newDrop, part, sent } from './support/drops.ts'
import { slowPuts } from './support/faults.ts'
import { evict, rowOf } from './support/inside.ts'
import { withBindings } from './support/wire.ts'

test.for([1, 3, 100])(
  'of 100 claims at once exactly as many win as the drop has reads: %i',
  { timeout: 120_000 },
  async (reads) => {
    const drop = await depositDrop({ reads })
    const readers = await Promise.all(Array.from({ length: 100 }, () => generateSigningKey()))
    const replies = await Promise.all(readers.map(({ publicKey }) => claim(drop, publicKey)))

    const winners = readers.filter((_, index) => replies[index]?.status === 200)
    expect(winners).toHaveLength(reads)
    for (const { status, body, code } of replies)
      expect(status === 200 ? body : code).toEqual(status === 200 ? drop.bytes : 'claimed')
    expect((await rowOf(drop.dropId))?.claims.map(({ reader }) => reader).toSorted()).toEqual(
      winners.map(({ publicKey }) => publicKey).toSorted(),
    )
  },
)

test('a reader retries 20 times, across evictions of the shelf, and gets the same bytes', async () => {
  const drop = await depositDrop({ sizeBytes: 100_000 })
  const reader = await generateSigningKey()
  for (let round = 0; round < 20; round++) {
    const reply = round % 2 === 0 ? await claim(drop, reader.publicKey) : await part(drop, reader)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(drop.bytes)
    if (round % 4 === 0) await evict(drop.dropId)
  }
  expect((await rowOf(drop.dropId))?.claims).toHaveLength(1)
})

test('one reader key takes one read, however often it claims at once', async () => {
  const drop = await depositDrop({ reads: 2 })
  const [first, second] = [await generateSigningKey(), await generateSigningKey()]
  const replies = await Promise.all(Array.from({ length: 20 }, () => claim(drop, first.publicKey)))
  expect(replies.every(({ status }) => status === 200)).toBe(true)
  expect((await claim(drop, second.publicKey)).status).toBe(200)
})

test('a late reader is shown the claim of the first', async () => {
  const drop = await depositDrop()
  const [first, late] = [await generateSigningKey(), await generateSigningKey()]
  await claim(drop, first.publicKey)
  const reply = await claim(drop, late.publicKey)
  expect([reply.status, reply.code]).toEqual([409, 'claimed'])
  expect(reply.json['claims']).toEqual((await rowOf(drop.dropId))?.claims)
})

test('a claimed drop gives its bytes to nobody but its reader', async () => {
  const drop = await depositDrop()
  const [first, other] = [await generateSigningKey(), await generateSigningKey()]
  await claim(drop, first.publicKey)
  expect((await part(drop, other)).code).toBe('gone')
  expect((await part(drop, first, { signers: { reader: other } })).code).toBe('not_proved')
})

test('a drop whose ciphertext is not here yet cannot be claimed', async () => {
  const drop = await newDrop()
  const reader = await generateSigningKey()
  const { kv, reached, release } = slowPuts(env.KV)
  const creating = create(drop, { via: withBindings({ KV: kv }) })
  await reached
  expect((await claim(drop, reader.publicKey)).code).toBe('gone')
  expect((await look(drop)).code).toBe('gone')
  expect((await sent(drop)).json['state']).toBe('uploading')
  release()
  expect((await creating).status).toBe(201)
  expect((await claim(drop, reader.publicKey)).body).toEqual(drop.bytes)
})
