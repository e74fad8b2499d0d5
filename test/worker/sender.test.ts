import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { formatReaderBody } from '#protocol/api.ts'
import { acknowledge, claim, depositDrop, part, readWhole, reopen, revoke, sent } from './support/drops.ts'
import { slowDeletes, storeWith } from './support/faults.ts'
import { blobsOf, evict, rowOf, shelfUses } from './support/inside.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { directly, read, requestOf } from './support/wire.ts'

test('after a reopening another reader wins, and the dismissed one never again', async () => {
  const drop = await depositDrop()
  const [gone, next] = [await newReader(), await newReader()]
  await claim(drop, gone.publicKey)
  expect((await reopen(drop, gone.publicKey)).json).toMatchObject({ state: 'ready', claims: [] })

  expect((await claim(drop, gone.publicKey)).code).toBe('dismissed')
  expect((await part(drop, gone)).code).toBe('gone')
  expect((await acknowledge(drop, gone)).code).toBe('gone')
  await evict(drop.dropId)
  expect((await claim(drop, gone.publicKey)).code).toBe('dismissed')
  expect((await claim(drop, next.publicKey)).body).toEqual(drop.bytes)
  expect((await claim(drop, gone.publicKey)).code).toBe('dismissed')
})

test('a replay of the dismissed claim does nothing', async () => {
  const drop = await depositDrop()
  const reader = await newReaderKey()
  const record = await requestOf({
    name: 'claim',
    dropId: drop.dropId,
    signers: { locator: drop.locator, claim: drop.claim },
    body: formatReaderBody(reader),
  })
  await read(await directly(record.clone()))
  await reopen(drop, reader)
  const before = await rowOf(drop.dropId)
  for (const again of [record.clone(), record]) expect((await read(await directly(again))).code).toBe('dismissed')
  expect(await rowOf(drop.dropId)).toEqual(before)
})

test('a reopening names one claim: repeated after the next claim it changes nothing', async () => {
  const drop = await depositDrop()
  const [first, second] = [await newReader(), await newReader()]
  await claim(drop, first.publicKey)
  await reopen(drop, first.publicKey)
  await claim(drop, second.publicKey)
  expect((await reopen(drop, first.publicKey)).json).toMatchObject({
    state: 'claimed',
    claims: [{ reader: second.publicKey }],
  })
})

test('a read that was acknowledged cannot be taken back', async () => {
  const drop = await depositDrop({ reads: 2 })
  const reader = await readWhole(drop)
  expect((await reopen(drop, reader.publicKey)).json).toMatchObject({
    state: 'ready',
    claims: [{ reader: reader.publicKey }],
  })
  expect((await rowOf(drop.dropId))?.dismissed).toEqual([])
})

test('a revoked drop is gone for its reader, and the ciphertext with it', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const [blob = ''] = await blobsOf(drop.dropId)
  expect((await revoke(drop)).json).toMatchObject({ state: 'revoked', claims: [{ reader: reader.publicKey }] })
  expect(await env.KV.get(blob)).toBe(null)
  const replies = [
    await claim(drop, reader.publicKey),
    await part(drop, reader),
    await claim(drop, await newReaderKey()),
  ]
  expect(replies.map(({ code, json }) => [code, json['claims']])).toEqual(
    Array.from({ length: 3 }, () => ['gone', undefined]),
  )
})

test('a drop ends by its first cause', async () => {
  const drop = await depositDrop()
  await readWhole(drop)
  expect((await revoke(drop)).json['state']).toBe('read')
  const other = await depositDrop()
  await revoke(other)
  const replies = await repeatedly(2, () => revoke(other))
  expect(replies.map(({ json }) => json['state'])).toEqual(['revoked', 'revoked'])
})

test('a revoked drop cannot be reopened', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  await revoke(drop)
  expect((await reopen(drop, reader.publicKey)).json['state']).toBe('revoked')
})

test('only the sender key looks at a drop, ends it or opens it again', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  for (const sender of [reader, drop.locator, drop.claim]) {
    const changes = { signers: { sender } }
    const replies = [
      await sent(drop, changes),
      await revoke(drop, changes),
      await reopen(drop, reader.publicKey, changes),
    ]
    expect(replies.map(({ code }) => code)).toEqual(['not_proved', 'not_proved', 'not_proved'])
  }
  expect((await sent(drop)).json['state']).toBe('claimed')
})

test('a reopening that meets an acknowledgement does not make a burned drop wait for a reader', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const burning = slowDeletes(env.KV)
  await shelfUses(drop.dropId, burning.kv)
  const acknowledging = acknowledge(drop, reader)
  await burning.reached
  // The bytes are being deleted at this moment; the row knows already.
  expect((await reopen(drop, reader.publicKey)).json).toMatchObject({ state: 'read' })
  expect((await claim(drop, (await newReader()).publicKey)).code).toBe('gone')
  burning.release()
  expect((await acknowledging).json).toEqual({ burned: true })
  expect((await sent(drop)).json).toMatchObject({ state: 'read', claims: [{ reader: reader.publicKey, ack: {} }] })
})

test('a reader is not told that its drop is deleted while the store refuses to delete it', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  await shelfUses(
    drop.dropId,
    storeWith(env.KV, { delete: async () => Promise.reject(new Error('KV DELETE failed: 500')) }),
  )
  expect((await acknowledge(drop, reader)).code).toBe('try_later')
  expect((await claim(drop, reader.publicKey)).code).toBe('gone')
  expect((await sent(drop)).json).toMatchObject({ state: 'read' })
  await shelfUses(drop.dropId, env.KV)
  expect((await acknowledge(drop, reader)).json).toEqual({ burned: true })
})
