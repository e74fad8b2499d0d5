import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { contentDigest } from '#protocol/content-digest.ts'
import { MAX_ATTEMPTS, PART_BYTES } from '#protocol/limits.ts'
import { claim, create, depositDrop, newDrop, readWhole, revoke, sent } from './support/drops.ts'
import { slowPuts, storeWith } from './support/faults.ts'
import { blobsOf, inShelf, rowOf, storeKeys } from './support/inside.ts'
import { newReader, newReaderKey } from '../kit/people.ts'
import { withBindings } from './support/wire.ts'

test('a drop is kept as it was sent, and its terms are answered', async () => {
  const drop = await newDrop({ ttlSeconds: 300, reads: 7, sizeBytes: 5_000 })
  const before = Math.floor(Date.now() / 1_000)
  const reply = await create(drop)
  expect(reply.status).toBe(201)
  expect(reply.json).toEqual({ expires: expect.any(Number), reads: 7, size: 5_000, parts: 1 })
  expect(Number(reply.json['expires']) - before).toBeGreaterThanOrEqual(299)
  expect(Number(reply.json['expires']) - before).toBeLessThanOrEqual(310)
  const claimed = await claim(drop, await newReaderKey())
  expect(claimed.body).toEqual(drop.bytes)
  expect(claimed.headers.get('Content-Digest')).toBe(await contentDigest(drop.bytes))
  expect(claimed.headers.get('Content-Type')).toBe('application/octet-stream')
})

test('the largest part goes in and comes out', async () => {
  const drop = await depositDrop({ sizeBytes: PART_BYTES })
  const { body } = await claim(drop, await newReaderKey())
  expect(await contentDigest(body)).toBe(await contentDigest(drop.bytes))
})

test('a create whose answer was lost is sent again and finds the same drop', async () => {
  const drop = await newDrop()
  const first = await create(drop)
  const second = await create(drop)
  expect([second.status, second.json]).toEqual([201, first.json])
  expect(await blobsOf(drop.dropId)).toHaveLength(1)
  expect((await rowOf(drop.dropId))?.blobs).toHaveLength(1)
})

test('ten creates of one drop at once make one drop, whole', async () => {
  const drop = await newDrop()
  const replies = await Promise.all(Array.from({ length: 10 }, () => create(drop)))
  for (const { status } of replies) expect([201, 503]).toContain(status)
  expect((await create(drop)).status).toBe(201)
  const keys = await storeKeys()
  const row = await rowOf(drop.dropId)
  expect(keys).toContain(row?.blobs.at(-1))
  expect((await claim(drop, await newReaderKey())).body).toEqual(drop.bytes)
})

test('of two creates with one id and different bytes one drop comes of it, whole', async () => {
  const one = await newDrop()
  const two = { ...(await newDrop()), dropId: one.dropId }
  const replies = await Promise.all([create(one), create(two)])
  expect(replies.map(({ status }) => `${status}`).toSorted()).toEqual(['201', '409'])
  const winner = replies[0]?.status === 201 ? one : two
  const loser = winner === one ? two : one
  expect((await create(loser)).code).toBe('id_taken')
  expect((await sent(loser)).code).toBe('not_proved')
  expect((await claim(winner, await newReaderKey())).body).toEqual(winner.bytes)
})

test.for(['locator', 'claim', 'sender'] as const)(
  'the same bytes under another %s key are another drop',
  async (role) => {
    const drop = await depositDrop()
    const other = await newReaderKey()
    expect((await create({ ...drop, terms: { ...drop.terms, [role]: other } })).code).toBe('id_taken')
    expect((await create({ ...drop, terms: { ...drop.terms, reads: 2 } })).code).toBe('id_taken')
  },
)

test('an id that is in use, was read or was revoked is taken, and the answers are alike', async () => {
  const waiting = await depositDrop()
  const read = await depositDrop()
  await readWhole(read)
  const revoked = await depositDrop()
  await revoke(revoked)
  const replies = await Promise.all(
    [waiting, read, revoked].map(async ({ dropId }) => create({ ...(await newDrop()), dropId })),
  )
  for (const { code, body } of replies) {
    expect(code).toBe('id_taken')
    expect(body).toEqual(replies[0]?.body)
  }
})

test('sending a create again after the end does not bring the drop back', async () => {
  const drop = await depositDrop()
  await readWhole(drop)
  expect((await create(drop)).status).toBe(201)
  expect((await claim(drop, await newReaderKey())).code).toBe('gone')
  expect(await rowOf(drop.dropId)).toMatchObject({ phase: 'read' })
})

test('a slow upload that was overtaken leaves no ciphertext behind', async () => {
  const drop = await newDrop()
  const { kv, reached, release } = slowPuts(env.KV)
  const keys = await storeKeys()
  const slow = create(drop, { via: withBindings({ KV: kv }) })
  await reached
  // The sender gave up on it and sent the same request again; the drop was read before the first one arrived.
  expect((await create(drop)).status).toBe(201)
  await readWhole(drop)
  release()
  expect((await slow).code).toBe('try_later')
  expect(await storeKeys()).toEqual(keys)
})

test('a drop that is revoked while it is uploaded leaves no ciphertext behind', async () => {
  const drop = await newDrop()
  const { kv, reached, release } = slowPuts(env.KV)
  const keys = await storeKeys()
  const creating = create(drop, { via: withBindings({ KV: kv }) })
  await reached
  expect((await revoke(drop)).json['state']).toBe('revoked')
  release()
  expect((await creating).code).toBe('try_later')
  expect(await storeKeys()).toEqual(keys)
  expect((await claim(drop, await newReaderKey())).code).toBe('gone')
})

test('a store key is used once, whatever becomes of the upload', async () => {
  const used: string[] = []
  let left = 3
  const put = async (key: string, ...more: unknown[]): Promise<void> => {
    used.push(key)
    if (--left > 0) throw new Error('KV PUT failed: 500')
    await (env.KV.put as (...all: unknown[]) => Promise<void>)(key, ...more)
  }
  const via = withBindings({ KV: storeWith(env.KV, { put }) })
  const drop = await newDrop()
  const replies = [await create(drop, { via }), await create(drop, { via }), await create(drop, { via })]
  expect(replies.map(({ status }) => status)).toEqual([503, 503, 201])
  expect(new Set(used).size).toBe(3)
  for (const key of used) expect(key).toMatch(/^part\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(await blobsOf(drop.dropId)).toEqual(used.slice(-1))
})

test('of two uploads at once the one that fails does not take the other one with it', async () => {
  const drop = await newDrop()
  const first = slowPuts(env.KV)
  const second = slowPuts(storeWith(env.KV, { put: async () => Promise.reject(new Error('KV PUT failed: 500')) }))
  const uploads = [first, second].map(async ({ kv }) => create(drop, { via: withBindings({ KV: kv }) }))
  await Promise.all([first.reached, second.reached])
  second.release()
  expect((await uploads[1])?.code).toBe('try_later')
  first.release()
  const reply = await uploads[0]
  expect([201, 503]).toContain(reply?.status)
  expect((await create(drop)).status).toBe(201)
  expect((await claim(drop, await newReaderKey())).body).toEqual(drop.bytes)
})

test('uploads that never arrive do not make a row grow without end', async () => {
  const drop = await newDrop()
  const { terms, dropId } = drop
  const outcomes = await inShelf(dropId, async (shelf) => {
    const all: string[] = []
    for (let each = 0; each < MAX_ATTEMPTS + 5; each++) {
      all.push(
        (
          await shelf.create(
            dropId,
            { ...terms, authority: 'sealdrop.example' },
            { digest: 'd', size: 1, blob: `part/${each}` },
          )
        ).outcome,
      )
    }
    return all
  })
  expect(outcomes.slice(MAX_ATTEMPTS - 1)).toEqual(['expected', ...Array.from({ length: 5 }, () => 'try_later')])
  expect((await rowOf(dropId))?.blobs).toHaveLength(MAX_ATTEMPTS)
})

test('an upload that never arrived whole is nothing', async () => {
  const drop = await newDrop()
  const digest = await contentDigest(drop.bytes)
  const cut = { ...drop, bytes: drop.bytes.slice(0, -1) }
  expect((await create(cut, { fields: { 'Content-Digest': digest } })).code).toBe('bad_request')
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test('ciphertext may be sent without a digest, as curl does, and not without a byte', async () => {
  const drop = await newDrop()
  expect((await create({ ...drop, bytes: new Uint8Array(0) })).code).toBe('bad_request')
  expect((await create(drop, { fields: { 'Content-Digest': null } })).status).toBe(201)
  expect((await claim(drop, (await newReader()).publicKey)).body).toEqual(drop.bytes)
})
