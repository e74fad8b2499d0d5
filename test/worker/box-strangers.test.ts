import { expect, test } from 'vitest'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { formatPublicKey, type PublicKey } from '#protocol/public-key.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import {
  announce,
  announcementOf,
  asOwner,
  asReader,
  cardOf,
  collect,
  idsOf,
  invitations,
  invite,
  items,
  depositInBox,
  newBox,
  newInvitation,
  openBox,
  publish,
  readerOf,
  readers,
  remove,
  type RawBox,
} from './support/boxes.ts'
import { MINUTE, travel, travelTo } from './support/clock.ts'
import { boxOf, evictRack } from './support/inside-rack.ts'
import type { Changes, Reply } from './support/wire.ts'

/** Everything that takes a proof, about one box and one drop. */
async function askAll(box: RawBox, dropId: DropId, who: Changes): Promise<readonly Reply[]> {
  const invitation = { hash: 'A'.repeat(43), items: 1, bytes: 1, expires: Math.floor(Date.now() / 1_000) + 60 }
  return [
    await items(box, {}, who),
    await collect(box, dropId, who),
    await publish(box, [await cardOf(box, { serial: 9 })], who),
    await remove(box, [dropId], who),
    await announce(box, await announcementOf(box.reader), who),
    await readers(box, who),
    await invite(box, invitation, who),
    await invitations(box, who),
  ]
}

/** An answer without what is new each time by design. */
function shapeOf({ status, headers, json, body }: Reply): unknown {
  const fields = [...headers].map(([name, value]) => [name, value.replaceAll(/nonce="[\w-]{43}"/g, 'nonce')])
  return { status, fields, json, length: body.length }
}

/** Signs whatever is asked with one key, in the name of another or of itself. */
function as(box: RawBox, key: SigningKey, named: PublicKey = key.publicKey): Changes {
  return { box: box.address, boxReader: named, signers: { root: key, member: key } }
}

test('a stranger without a key of the box gets one answer, whether or not there is such a box or drop', async () => {
  const [box, other, unknown] = [await openBox(), await openBox(), await newBox()]
  const { dropId } = await depositInBox(box)
  await newInvitation(box)
  await announce(box, await announcementOf(box.reader))
  const before = await boxOf(box.address)
  const nowhere = formatDropId(randomBytes(16))
  const stranger = await generateSigningKey()
  const guises: readonly ((each: RawBox) => Changes)[] = [
    // Under a key of its own; under those of another box; in the name of an allowed reader, with a key of its own.
    (each) => as(each, stranger),
    (each) => as(each, other.root),
    (each) => as(each, other.reader),
    (each) => as(each, stranger, each.root.publicKey),
    (each) => as(each, stranger, each.reader.publicKey),
  ]
  for (const guise of guises) {
    const here = await askAll(box, dropId, guise(box))
    expect(new Set(here.map(({ code }) => code))).toEqual(new Set(['not_proved']))
    const elsewhere = [
      await askAll(box, nowhere, guise(box)),
      await askAll(unknown, dropId, guise(unknown)),
      await askAll(unknown, nowhere, guise(unknown)),
    ]
    for (const replies of elsewhere) expect(replies.map(shapeOf)).toEqual(here.map(shapeOf))
  }
  expect(await boxOf(box.address)).toEqual(before)
  expect(await idsOf(box)).toEqual([dropId])
})

test('a key of small order, and a text that is no key, are refused before any box is looked at', async () => {
  const [box, unknown] = [await openBox(), await newBox()]
  const { dropId } = await depositInBox(box)
  const identity = formatPublicKey(Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0)))
  const zero = formatPublicKey(new Uint8Array(32))
  for (const key of [identity, zero]) {
    const all = [
      ...(await askAll(box, dropId, as(box, box.root, key))),
      ...(await askAll(unknown, dropId, as(unknown, box.root, key))),
    ]
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['bad_request']))
  }
  for (const field of ['', 'x', 'A'.repeat(42), 'A'.repeat(44), null])
    expect((await items(box, {}, { fields: { 'Box-Reader': field } })).code).toBe('bad_request')
})

test('a reader reads, and does nothing that is the owner’s', async () => {
  const box = await openBox()
  const { dropId } = await depositInBox(box)
  const codes = (await askAll(box, dropId, as(box, box.reader))).map(({ code, status }) => code ?? status)
  const refused = 'not_proved'
  expect(codes).toEqual([200, 200, refused, refused, 200, refused, refused, refused])
  expect(await idsOf(box)).toEqual([dropId])
})

test('a reader who was removed gets nothing from the next card on', async () => {
  const box = await openBox()
  const { dropId, bytes } = await depositInBox(box)
  expect((await collect(box, dropId)).body).toEqual(bytes)
  await announce(box, await announcementOf(box.reader))
  const next = { ...box, reader: await generateSigningKey() }
  expect((await publish(next, [await cardOf(next, { serial: 2 })])).status).toBe(200)
  for (const reply of [await items(box), await collect(box, dropId), await announce(box, 'a.b.c')])
    expect(reply.code).toBe('not_proved')
  expect((await collect(next, dropId)).body).toEqual(bytes)
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [] })
})

test('a reader of a coming card reads nothing before its epoch', async () => {
  const box = await openBox()
  const coming = { ...box, reader: await generateSigningKey() }
  const epoch = Math.floor(Date.now() / 604_800_000)
  const cards = [
    await cardOf(box, { serial: 2, epoch }),
    await cardOf(coming, { serial: 2, epoch: epoch + 1, readers: [readerOf(coming.reader)] }),
  ]
  expect((await publish(box, cards)).status).toBe(200)
  expect([(await items(box)).status, (await items(coming)).code]).toEqual([200, 'not_proved'])
  travelTo((epoch + 1) * 604_800_000)
  expect([(await items(box)).code, (await items(coming)).status]).toEqual(['not_proved', 200])
  // Long after the last card it is still the one that holds.
  travel(10 * 604_800_000)
  expect((await items(coming)).status).toBe(200)
})

test('a request signed for one box, one drop, one query or one purpose is worth nothing for another', async () => {
  const [box, other] = [await openBox(), await openBox()]
  const shared = { ...other, reader: box.reader }
  await publish(shared, [await cardOf(shared, { serial: 2 })])
  const { dropId } = await depositInBox(shared)
  for (const fields of [{ 'Box-Address': other.address }, { 'Box-Reader': box.root.publicKey }])
    expect((await items(box, {}, { fields })).code).toBe('not_proved')
  const elsewhere = { fields: { 'Drop-Id': formatDropId(randomBytes(16)) } }
  expect((await collect(shared, dropId, elsewhere)).code).toBe('not_proved')
  expect((await collect(shared, dropId)).status).toBe(200)
  const upper = { fields: { 'Box-Address': box.address.toUpperCase() } }
  expect((await items(box, {}, upper)).code).toBe('bad_request')
})

test('a clock that is wrong is made good by the nonce in the refusal, which is good for its box alone', async () => {
  const [box, other] = [await openBox(), await openBox()]
  const createdMs = Date.now() - 6 * MINUTE
  const nonceOf = ({ headers }: Reply): string => /nonce="([\w-]+)"/.exec(headers.get('Accept-Signature') ?? '')![1]!
  const refused = await items(box, {}, { createdMs })
  expect(refused.code).toBe('not_proved')
  const nonce = nonceOf(refused)
  expect((await items(box, {}, { createdMs, nonce })).status).toBe(200)
  expect((await items(other, {}, { createdMs, nonce })).code).toBe('not_proved')
  await evictRack(box.address)
  expect((await items(box, {}, { createdMs, nonce })).code).toBe('not_proved')
  travel(11 * MINUTE)
  expect((await items(box, {}, { createdMs, nonce: nonceOf(refused) })).code).toBe('not_proved')
})

test('a request without its one signature, or with one of another role, is no request', async () => {
  const box = await openBox()
  for (const fields of [{ Signature: null }, { 'Signature-Input': null }])
    expect((await items(box, {}, { fields })).code).toBe('bad_request')
  const asRoot = await remove(box, [formatDropId(randomBytes(16))], { ...asReader(box) })
  expect(asRoot.code).toBe('bad_request')
  expect((await readers(box, { ...asOwner(box), signers: {} })).code).toBe('bad_request')
})
