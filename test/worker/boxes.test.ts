import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DROP_EXTENT_FIELD, DROP_TERMS_FIELD, formatCommitBody, formatPartQuery } from '#protocol/api.ts'
import { joinBytes } from '#protocol/bytes.ts'
import { dayAt } from '#protocol/epoch.ts'
import { formatExtent } from '#protocol/extent.ts'
import { MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import {
  asOwner,
  card,
  cardOf,
  collect,
  deposit,
  DROP_BYTES,
  idsOf,
  items,
  depositInBox,
  listOf,
  newBox,
  newBoxDrop,
  openBox,
  remove,
} from './support/boxes.ts'
import { DAY, travel } from './support/clock.ts'
import { acknowledge, claim, depositDrop, look, newDrop, reopen, type RawDrop } from './support/drops.ts'
import { randomNoise, hashOfParts } from '../kit/bytes.ts'
import { evict, fireAlarm, inShelf, rowOf, storeKeys } from './support/inside.ts'
import { boxOf, fireRackAlarm, itemOf } from './support/inside-rack.ts'
import { newReader, repeatedly } from '../kit/people.ts'
import { send, type Reply } from './support/wire.ts'

test('a drop in a box is listed, and collected by reader and owner as often as they ask', async () => {
  // No midnight comes in between.
  travel(0)
  const box = await openBox()
  const drop = await depositInBox(box)
  const [item] = await listOf(box)
  const expires = Math.ceil((Date.now() + 86_400_000) / DAY) * 86_400
  expect(item).toEqual({
    drop: drop.dropId,
    seq: expect.any(Number),
    size: DROP_BYTES,
    parts: 1,
    arrived: dayAt(Date.now()),
    expires,
  })
  for (const who of [{}, {}, asOwner(box)]) {
    const reply = await collect(box, drop.dropId, who)
    expect([reply.status, reply.body]).toEqual([200, drop.bytes])
  }
  expect((await items(box)).json).toMatchObject({ more: false, count: 1, bytes: DROP_BYTES })
})

test('an address without a card takes drops, and its root key reads them', async () => {
  const box = await newBox()
  expect(await listOf(box)).toEqual([])
  const drop = await depositInBox(box)
  expect(await idsOf(box)).toEqual([drop.dropId])
  expect((await collect(box, drop.dropId, asOwner(box))).body).toEqual(drop.bytes)
  expect((await items(box)).code).toBe('not_proved')
  expect((await card(box)).code).toBe('gone')
})

test('the card of a box is shown to everybody, with what the server takes', async () => {
  const box = await openBox()
  const jws = await cardOf(box)
  expect((await card(box)).json).toEqual({ card: jws, largest: Number(env.LARGEST_ON_KV) })
})

test('a drop in a box is gone for a request about a drop behind a link', async () => {
  const [box, other, reader] = [await openBox(), await newDrop(), await newReader()]
  const { dropId, sender } = await depositInBox(box)
  // All keys that there are, in every place.
  const drop: RawDrop = { ...other, dropId, locator: sender, claim: sender, sender }
  const replies = [
    await look(drop),
    await look(drop, { signers: { locator: sender } }),
    await claim(drop, reader.publicKey),
    await acknowledge(drop, reader),
    await reopen(drop, reader.publicKey),
    await send({ name: 'part', dropId, query: '?n=0', reader: reader.publicKey, signers: { reader } }),
  ]
  expect(replies.map(({ code }) => code)).toEqual(replies.map(() => 'gone'))
})

test('the sender of a drop in a box sees it, and takes it back', async () => {
  const box = await openBox()
  const { dropId, sender } = await depositInBox(box)
  const ask = (name: 'sent' | 'revoke'): Promise<Reply> => send({ name, dropId, signers: { sender } })
  expect((await ask('sent')).json).toMatchObject({ state: 'ready', reads: 0, claims: [], size: DROP_BYTES })
  const before = await storeKeys()
  for (const reply of await repeatedly(2, () => ask('revoke'))) expect(reply.json).toMatchObject({ state: 'revoked' })
  expect((await storeKeys()).length).toBe(before.length - 1)
  expect(await idsOf(box)).toEqual([])
  expect((await collect(box, dropId)).code).toBe('gone')
  expect(await boxOf(box.address)).toMatchObject({ items: 0, bytes: 0, pending: 0, pendingBytes: 0 })
})

test('a drop in parts is listed when it is committed, once', async () => {
  const box = await openBox()
  const parts = [randomNoise(MIN_PART_BYTES), randomNoise(9)]
  const { dropId, terms, sender } = await newBoxDrop(box, { ttlSeconds: 300 })
  const size = MIN_PART_BYTES + 9
  // No midnight comes in between.
  travel(0)
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: formatExtent({ size, parts: 2 }) }
  const begun = await repeatedly(2, () => send({ name: 'begin', dropId, fields }))
  expect(begun.map(({ status }) => status)).toEqual([201, 201])
  expect(await boxOf(box.address)).toMatchObject({ items: 0, pending: 1, pendingBytes: size, dayBytes: size })
  for (const [n, body] of parts.entries()) {
    const reply = await send({ name: 'upload', dropId, query: formatPartQuery(n), signers: { sender }, body })
    expect(reply.status).toBe(201)
  }
  expect(await idsOf(box)).toEqual([])
  const body = formatCommitBody(await hashOfParts(parts))
  const committed = await repeatedly(2, () => send({ name: 'commit', dropId, signers: { sender }, body }))
  const endOfDay = Math.ceil((Date.now() + 300_000) / DAY) * 86_400
  expect(committed.map(({ json }) => json)).toEqual(
    committed.map(() => ({ expires: endOfDay, reads: 0, size, parts: 2 })),
  )
  expect(await listOf(box)).toMatchObject([{ drop: dropId, size, parts: 2, expires: endOfDay }])
  const collected = await repeatedly(2, (n) => collect(box, dropId, { query: formatPartQuery(n) }))
  expect(joinBytes(collected.map((reply) => reply.body))).toEqual(joinBytes(parts))
  expect((await collect(box, dropId, { query: '?n=2' })).code).toBe('bad_request')
})

test('pages follow the order of arrival, both ways, and end where the list ends', async () => {
  const box = await openBox()
  const drops = await repeatedly(5, () => depositInBox(box))
  const ids = drops.map(({ dropId }) => dropId)
  const seqs = (await listOf(box)).map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  const page = async (order: 'after' | 'before', seq: number, most: number): Promise<unknown> => {
    const { json } = await items(box, { order, seq, most })
    return [(json['items'] as { drop: string }[]).map(({ drop }) => drop), json['more'], json['count']]
  }
  expect(await page('after', 0, 2)).toEqual([ids.slice(0, 2), true, 5])
  expect(await page('after', seqs[1]!, 3)).toEqual([ids.slice(2), false, 5])
  expect(await page('after', seqs[4]!, 200)).toEqual([[], false, 5])
  expect(await page('before', 999_999_999_999_999, 2)).toEqual([[ids[4], ids[3]], true, 5])
  expect(await page('before', seqs[2]!, 2)).toEqual([[ids[1], ids[0]], false, 5])
  expect(await page('before', seqs[0]!, 1)).toEqual([[], false, 5])
  expect(await page('before', 0, 1)).toEqual([[], false, 5])
})

test.for(['', '?', '?after=0', '?after=0&most=0', '?after=0&most=201', '?after=-1&most=1', '?after=00&most=1'])(
  'a list is not asked for by "%s"',
  async (query) => {
    expect((await items(await openBox(), {}, { query })).code).toBe('bad_request')
  },
)

test('an expired drop is not listed, not counted and not served, and its rows go', async () => {
  const box = await newBox()
  const drop = await depositInBox(box, { ttlSeconds: 300 })
  const [blob = ''] = (await rowOf(drop.dropId))?.blobs ?? []
  expect(await env.KV.get(blob)).not.toBe(null)
  travel(DAY + 300_000)
  expect((await items(box, {}, asOwner(box))).json).toEqual({
    box: box.address,
    items: [],
    more: false,
    count: 0,
    bytes: 0,
  })
  expect((await collect(box, drop.dropId, asOwner(box))).code).toBe('gone')
  await fireRackAlarm(box.address)
  await fireAlarm(drop.dropId)
  expect(await itemOf(box.address, drop.dropId)).toBeUndefined()
  expect(await rowOf(drop.dropId)).toBeUndefined()
  expect(await env.KV.get(blob)).toBe(null)
  expect(await boxOf(box.address)).toMatchObject({ seq: 0, day: 0 })
})

test('a drop in a box expires at the end of a day, so that nobody reads its hour from it', async () => {
  travel(0)
  const box = await openBox()
  for (const ttlSeconds of [300, 86_400, 2_592_000]) {
    const reply = await deposit(await newBoxDrop(box, { ttlSeconds }))
    const wanted = Math.floor(Date.now() / 1_000) + ttlSeconds
    expect(Number(reply.json['expires']) % 86_400).toBe(0)
    expect(Number(reply.json['expires'])).toBeGreaterThanOrEqual(wanted - 1)
    expect(Number(reply.json['expires'])).toBeLessThanOrEqual(wanted + 86_400)
  }
})

test('deleting burns the ciphertext, and may be asked again', async () => {
  const box = await openBox()
  const [drop, kept] = [await depositInBox(box), await depositInBox(box)]
  const [blob = ''] = (await rowOf(drop.dropId))?.blobs ?? []
  expect(await env.KV.get(blob)).not.toBe(null)
  for (const reply of await repeatedly(2, () => remove(box, [drop.dropId]))) expect(reply.json).toEqual({ deleted: 1 })
  expect(await env.KV.get(blob)).toBe(null)
  expect(await idsOf(box)).toEqual([kept.dropId])
  expect((await collect(box, drop.dropId)).code).toBe('gone')
  const { dropId, sender } = drop
  expect((await send({ name: 'sent', dropId, signers: { sender } })).json).toMatchObject({ state: 'deleted' })
  expect((await items(box)).json).toMatchObject({ count: 1, bytes: DROP_BYTES })
})

test('a drop that was deleted does not come back when its sender sends it again', async () => {
  const box = await openBox()
  const drop = await depositInBox(box)
  await remove(box, [drop.dropId])
  expect((await deposit(drop)).status).toBe(201)
  expect(await idsOf(box)).toEqual([])
  expect(await boxOf(box.address)).toMatchObject({ items: 0, pending: 0, pendingBytes: 0 })
})

test('one box deletes nothing from another, and nothing that waits behind a link', async () => {
  const [mine, yours] = [await openBox(), await openBox()]
  const drop = await depositInBox(yours)
  expect((await remove(mine, [drop.dropId])).status).toBe(200)
  expect(await idsOf(yours)).toEqual([drop.dropId])
  expect((await collect(mine, drop.dropId)).code).toBe('gone')
  expect((await collect(yours, drop.dropId)).body).toEqual(drop.bytes)
})

test('terms of a box that are not exact, or whose sender key is not safe, are refused', async () => {
  const box = await openBox()
  const drop = await newBoxDrop(box)
  const good = formatBoxTerms(drop.terms)
  const [ttl = '', to = '', sender = ''] = good.split(', ')
  const bad = [
    `${ttl}, ${to}`,
    `${ttl}, ${sender}`,
    `${good}, reads=1`,
    `${good}, ${sender}`,
    good.replace('ttl=86400', 'ttl=299'),
    good.replace('ttl=86400', 'ttl=2592001'),
    `${ttl}, ${to}, sender=:${btoa(String.fromCharCode(1, ...new Uint8Array(31)))}:`,
  ]
  for (const field of bad)
    expect([field, (await deposit(drop, { fields: { [DROP_TERMS_FIELD]: field } })).code]).toEqual([
      field,
      'bad_request',
    ])
  expect((await boxOf(box.address)).day).toBe(0)
})

test('a shelf that was made before there were boxes keeps its drops, and takes some for them', async () => {
  const [box, old] = [await openBox(), await depositDrop()]
  const drop = { ...(await newBoxDrop(box)), dropId: old.dropId }
  await inShelf(old.dropId, (_shelf, { storage }) => void storage.sql.exec('ALTER TABLE drops DROP COLUMN box'))
  await evict(old.dropId)
  expect((await look(old)).json).toMatchObject({ reads: 1, size: 64 })
  expect((await deposit(drop)).code).toBe('id_taken')
  await inShelf(old.dropId, (_shelf, { storage }) => void storage.sql.exec('DELETE FROM drops'))
  expect((await deposit(drop)).status).toBe(201)
  expect(await idsOf(box)).toEqual([drop.dropId])
})

test('a hundred drops go in one request, and not one more', async () => {
  const box = await openBox()
  const ids = (await repeatedly(101, () => newBoxDrop(box))).map(({ dropId }) => dropId)
  expect((await remove(box, ids.slice(0, 100))).json).toEqual({ deleted: 100 })
  expect((await remove(box, ids)).status).toBeGreaterThanOrEqual(400)
})
