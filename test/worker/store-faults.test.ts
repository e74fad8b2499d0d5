import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { acknowledge } from '#client/receive.ts'
import {
  acknowledge as acknowledgeRaw,
  claim as claimRaw,
  create,
  guess,
  depositDrop,
  look,
  newDrop,
  part,
  revoke,
  sent,
} from './support/drops.ts'
import { deposit } from '#client/send.ts'
import { serverVia } from './support/clients.ts'
import { openWhole, lookAndClaim, depositMessage, sealMessage } from '../kit/sealed.ts'
import { MINUTE, travel } from './support/clock.ts'
import { storeWith } from './support/faults.ts'
import { blobsOf, dueOf, fireAlarm, inShelf, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { directly, ORIGIN, withBindings } from './support/wire.ts'

const FAILS = async (): Promise<never> => Promise.reject(new Error('KV failed: 500'))

type Put = (key: string, ...more: unknown[]) => Promise<unknown>

test.for([1, 2, 5])(
  'a store that fails to write %i times leaves no row and no bytes, and then a retry succeeds',
  async (failures) => {
    let calls = 0
    const put: Put = async (...all) => (++calls <= failures ? FAILS() : (env.KV.put as Put)(...all))
    const via = withBindings({ KV: storeWith(env.KV, { put }) })
    const drop = await newDrop()
    const keys = await storeKeys()
    for (let each = 0; each < failures; each++) {
      const reply = await create(drop, { via })
      expect([reply.status, reply.code, reply.headers.get('Retry-After')]).toEqual([503, 'try_later', '5'])
      expect(await rowOf(drop.dropId)).toBeUndefined()
      expect(await storeKeys()).toEqual(keys)
    }
    expect((await create(drop, { via })).status).toBe(201)
    expect((await claimRaw(drop, await newReaderKey())).body).toEqual(drop.bytes)
  },
)

test('a write that the store calls failed but did, leaves no bytes', async () => {
  const put: Put = async (...all) => (await (env.KV.put as Put)(...all), FAILS())
  const keys = await storeKeys()
  const drop = await newDrop()
  expect((await create(drop, { via: withBindings({ KV: storeWith(env.KV, { put }) }) })).code).toBe('try_later')
  expect(await storeKeys()).toEqual(keys)
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test('a failed write whose traces cannot be deleted either stays on the row, and goes with its expiry', async () => {
  const drop = await newDrop({ ttlSeconds: 300 })
  const put: Put = async (...all) => (await (env.KV.put as Put)(...all), FAILS())
  await shelfUses(drop.dropId, storeWith(env.KV, { delete: FAILS }))
  expect((await create(drop, { via: withBindings({ KV: storeWith(env.KV, { put }) }) })).code).toBe('try_later')
  const [blob = ''] = await blobsOf(drop.dropId)
  expect(await storeKeys()).toContain(blob)
  await shelfUses(drop.dropId, env.KV)
  travel(301_000)
  await fireAlarm(drop.dropId)
  expect(await storeKeys()).not.toContain(blob)
  expect(await rowOf(drop.dropId)).toBeUndefined()
})

test.for(['read', 'revoked', 'locked'] as const)(
  'a %s drop whose bytes the store does not delete has ended all the same, and the alarm deletes them',
  async (cause) => {
    const drop = await depositDrop()
    const reader = await newReader()
    await claimRaw(drop, reader.publicKey)
    const [blob = ''] = await blobsOf(drop.dropId)
    await shelfUses(drop.dropId, storeWith(env.KV, { delete: FAILS }))
    if (cause === 'read') await acknowledgeRaw(drop, reader)
    if (cause === 'revoked') await revoke(drop)
    if (cause === 'locked') await repeatedly(10, () => guess(drop))
    expect(await storeKeys()).toContain(blob)

    const replies = [await claimRaw(drop, reader.publicKey), await part(drop, reader), await look(drop)]
    expect(replies.map(({ code }) => code)).toEqual(['gone', 'gone', 'gone'])
    expect((await sent(drop)).json['state']).toBe(cause)
    travel(61_000)
    await fireAlarm(drop.dropId)
    expect(await storeKeys()).toContain(blob)
    await shelfUses(drop.dropId, env.KV)
    travel(61_000)
    expect(await fireAlarm(drop.dropId)).toBe(true)
    expect(await storeKeys()).not.toContain(blob)
    expect(await rowOf(drop.dropId)).toMatchObject({ phase: cause })
    // And then it rests until the row is to go: an alarm that finds nothing to do must not set itself for now.
    const expiresAtMs = (await rowOf(drop.dropId))?.expiresAtMs
    expect(await dueOf(drop.dropId)).toBe(expiresAtMs)
    expect(await inShelf(drop.dropId, (_shelf, state) => state.storage.getAlarm())).toBeGreaterThan(Date.now())
  },
)

/** A store that shows what was written only a minute later, as one on another continent may. */
function staleStore(): KVNamespace {
  const writtenAt = new Map<string, number>()
  const put: Put = async (...all) => {
    writtenAt.set(all[0], Date.now())
    return (env.KV.put as Put)(...all)
  }
  const get: Put = async (...all) =>
    Date.now() < (writtenAt.get(all[0]) ?? 0) + MINUTE ? null : (env.KV.get as Put)(...all)
  return storeWith(env.KV, { put, get })
}

test('a claim that is ahead of the store is kept and told to come again, with everything as it was', async () => {
  const via = withBindings({ KV: staleStore() })
  const drop = await depositDrop({}, { via })
  const reader = await newReader()
  for (const ask of [() => claimRaw(drop, reader.publicKey, { via }), () => part(drop, reader, { via })]) {
    const reply = await ask()
    expect([reply.status, reply.code, reply.headers.get('Retry-After')]).toEqual([503, 'try_later', '5'])
  }
  expect(await rowOf(drop.dropId)).toMatchObject({ phase: 'live', claims: [{ reader: reader.publicKey }] })
  expect((await claimRaw(drop, await newReaderKey(), { via })).code).toBe('claimed')
  travel(61_000)
  expect((await claimRaw(drop, reader.publicKey, { via })).body).toEqual(drop.bytes)
})

test('a client that meets a store which is a minute behind waits, and opens the drop', async () => {
  const waits: number[] = []
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms)
    travel(ms)
  }
  const server = serverVia(withBindings({ KV: staleStore() }), { wait })
  const { opener } = await depositMessage(server)
  const reader = await newReader()
  const progress: unknown[] = []
  const ciphertext = await lookAndClaim(server, opener, reader, undefined, {
    onProgress: (each) => void progress.push(each),
  })
  const opened = await openWhole(ciphertext, opener)
  expect(opened.text).toBe('the password is swordfish')
  expect(await acknowledge(server, opener, reader, opened.opened)).toBe(true)
  expect(waits).toEqual(Array.from({ length: 12 }, () => 5_000))
  expect(progress).toContainEqual({ stage: 'waiting', ms: 5_000, why: 'try_later' })
})

test('a client whose store stays behind gives up with "later", and the drop is not lost', async () => {
  const stale = withBindings({ KV: storeWith(env.KV, { get: async () => null }) })
  const wait = async (ms: number): Promise<void> => travel(ms)
  const { opener } = await depositMessage(serverVia())
  const reader = await newReader()
  await expect(lookAndClaim(serverVia(stale, { wait }), opener, reader)).rejects.toMatchObject({ code: 'try_later' })
  const opened = await openWhole(await lookAndClaim(serverVia(), opener, reader), opener)
  expect(opened.text).toBe('the password is swordfish')
})

test('a deposit over a store that fails now and then arrives once', async () => {
  let calls = 0
  const put: Put = async (...all) => (++calls < 3 ? FAILS() : (env.KV.put as Put)(...all))
  const server = serverVia(withBindings({ KV: storeWith(env.KV, { put }) }))
  const { sealed, sender, opener } = await sealMessage(ORIGIN)
  await deposit(server, sealed, { sender })
  expect(await blobsOf(sealed.dropId)).toHaveLength(1)
  expect((await openWhole(await lookAndClaim(serverVia(directly), opener, await newReader()), opener)).text).toBe(
    'the password is swordfish',
  )
})
