import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { STORE_MARGIN_SECONDS } from '#protocol/limits.ts'
import {
  acknowledge,
  claim,
  create,
  depositDrop,
  look,
  lookAsHolder,
  newDrop,
  part,
  readWhole,
  reopen,
  revoke,
  sent,
} from './support/drops.ts'
import { MINUTE, travel, travelTo } from './support/clock.ts'
import { slowPuts, storeWith } from './support/faults.ts'
import { blobsOf, dueOf, evict, fireAlarm, inShelf, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { begin, newCut, uploaded } from './support/parts.ts'
import { newReader, newReaderKey } from '../kit/people.ts'
import { withBindings } from './support/wire.ts'

test('a drop is gone at its expiry to the second, though the alarm is late', async () => {
  const drop = await depositDrop({ ttlSeconds: 300 })
  const reader = await newReader()
  travelTo(((await rowOf(drop.dropId))?.expiresAtMs ?? 0) - 1)
  expect((await claim(drop, reader.publicKey)).status).toBe(200)
  travel(1)
  const replies = [
    await look(drop),
    await lookAsHolder(drop),
    await claim(drop, reader.publicKey),
    await part(drop, reader),
    await acknowledge(drop, reader),
    await sent(drop),
    await revoke(drop),
    await reopen(drop, reader.publicKey),
  ]
  expect(replies.map(({ code }) => code)).toEqual(Array.from({ length: 8 }, () => 'gone'))
})

test('the alarm takes the ciphertext and the row of what has expired unread', async () => {
  const drop = await depositDrop({ ttlSeconds: 300 })
  const other = await depositDrop({ ttlSeconds: 3_600 })
  const [blob = ''] = await blobsOf(drop.dropId)
  travel(301_000)
  await fireAlarm(drop.dropId)
  expect(await rowOf(drop.dropId)).toBeUndefined()
  expect(await storeKeys()).not.toContain(blob)
  expect(await blobsOf(other.dropId)).toHaveLength(1)
})

test('the tombstone of a read drop, with its receipts, stays until the original expiry and no longer', async () => {
  const drop = await depositDrop({ ttlSeconds: 3_600 })
  await readWhole(drop)
  travel(59 * MINUTE)
  await fireAlarm(drop.dropId)
  expect((await sent(drop)).json).toMatchObject({ state: 'read', claims: [{}] })
  travel(2 * MINUTE)
  await fireAlarm(drop.dropId)
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test('an alarm that fires twice, or before its time, harms nothing', async () => {
  const drop = await depositDrop({ ttlSeconds: 300 })
  await fireAlarm(drop.dropId)
  expect((await claim(drop, await newReaderKey())).status).toBe(200)
  expect(await fireAlarm(drop.dropId)).toBe(true)
  travel(301_000)
  await fireAlarm(drop.dropId)
  await inShelf(drop.dropId, (shelf) => shelf.alarm())
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test('the remains of an abandoned upload are cleaned up by the alarm', async () => {
  const drop = await newDrop({ ttlSeconds: 300 })
  const { kv, reached, release } = slowPuts(env.KV)
  // The worker is stopped between the write and the commit.
  const stopped = storeWith(kv, {
    put: async (...all) => (
      await (kv.put as never as (...more: unknown[]) => Promise<void>)(...all),
      new Promise(() => {})
    ),
  })
  void create(drop, { via: withBindings({ KV: stopped }) }).catch(() => {})
  await reached
  release()
  await expect.poll(() => blobsOf(drop.dropId)).toHaveLength(1)
  const [blob = ''] = await blobsOf(drop.dropId)
  expect((await claim(drop, await newReaderKey())).code).toBe('gone')
  travel(301_000)
  await fireAlarm(drop.dropId)
  expect(await storeKeys()).not.toContain(blob)
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test('a drop that comes back after its expiry, before the alarm, does not hide what is still to be deleted', async () => {
  const drop = await depositDrop({ ttlSeconds: 300 })
  const [blob = ''] = await blobsOf(drop.dropId)
  travel(301_000)
  expect((await create(drop)).code).toBe('try_later')
  expect((await create({ ...(await newDrop()), dropId: drop.dropId })).code).toBe('try_later')
  await fireAlarm(drop.dropId)
  expect(await storeKeys()).not.toContain(blob)
  expect((await create(drop)).status).toBe(201)
})

test('every row has an alarm that comes in time, also after an eviction', async () => {
  const drops = await Promise.all(
    Array.from({ length: 40 }, (_, index) => depositDrop({ ttlSeconds: 4_000 - index * 90 })),
  )
  for (const { dropId } of drops) {
    await evict(dropId)
    const alarm = await inShelf(dropId, (_shelf, state) => state.storage.getAlarm())
    expect(alarm).not.toBe(null)
    expect(alarm).toBeLessThanOrEqual((await dueOf(dropId)) ?? 0)
  }
})

test('an alarm does a batch at a time and arms itself for the rest', async () => {
  const drops = await Promise.all(Array.from({ length: 130 }, () => newDrop({ ttlSeconds: 300 })))
  const one = env.SHELF.get(env.SHELF.idFromName('a-shelf-of-its-own'))
  await runInDurableObject(one, async (shelf) => {
    for (const { dropId, terms } of drops)
      await shelf.create(
        dropId,
        { ...terms, authority: 'sealdrop.example' },
        { digest: '', size: 1, blob: `part/${dropId}` },
      )
  })
  const left = (): Promise<number> =>
    runInDurableObject(
      one,
      (_shelf, state) => state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM drops').one().n,
    )
  expect(await left()).toBe(130)
  travel(301_000)
  await runDurableObjectAlarm(one)
  expect(await left()).toBe(30)
  await runDurableObjectAlarm(one)
  expect(await left()).toBe(0)
  expect(await runDurableObjectAlarm(one)).toBe(false)
})

test('the store forgets the bytes by itself, later than the drop and not much later', async () => {
  const asked: unknown[] = []
  const put = async (key: string, ...more: unknown[]): Promise<unknown> => {
    asked.push(more[1])
    return (env.KV.put as (...all: unknown[]) => Promise<void>)(key, ...more)
  }
  for (const ttlSeconds of [300, 2_592_000])
    await depositDrop({ ttlSeconds }, { via: withBindings({ KV: storeWith(env.KV, { put }) }) })
  expect(asked).toEqual([300, 2_592_000].map((ttl) => ({ expirationTtl: ttl + STORE_MARGIN_SECONDS })))
})

test('an alarm whose store throws keeps everything and comes again, until the bytes are gone', async () => {
  const drop = await depositDrop({ ttlSeconds: 300 })
  const [blob = ''] = await blobsOf(drop.dropId)
  const fails = async (): Promise<never> => Promise.reject(new Error('KV DELETE failed: 500'))
  await shelfUses(drop.dropId, storeWith(env.KV, { delete: fails }))
  travel(301_000)
  for (let round = 0; round < 8; round++) {
    expect(await fireAlarm(drop.dropId)).toBe(true)
    expect((await rowOf(drop.dropId))?.blobs).toEqual([blob])
    expect((await claim(drop, await newReaderKey())).code).toBe('gone')
    travel(61_000)
  }
  await shelfUses(drop.dropId, env.KV)
  expect(await fireAlarm(drop.dropId)).toBe(true)
  expect(await rowOf(drop.dropId)).toBeUndefined()
  expect(await storeKeys()).not.toContain(blob)
})

test('an attempt that is stored after its drop has expired does not remove an upload that has begun since under its id', async () => {
  const slow = slowPuts(env.KV)
  const late = await newDrop({ ttlSeconds: 300 })
  const storing = create(late, { via: withBindings({ KV: slow.kv }) })
  await slow.reached
  travel(6 * MINUTE)
  await fireAlarm(late.dropId)
  const cut = { ...(await newCut()), dropId: late.dropId }
  expect((await begin(cut)).status).toBe(201)
  slow.release()
  expect((await storing).code).toBe('try_later')
  expect((await uploaded(cut)).json).toMatchObject({ state: 'uploading', parts: cut.parts.length })
})
