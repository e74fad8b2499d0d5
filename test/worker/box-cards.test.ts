import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { parseBase64url } from '#protocol/bytes.ts'
import { CARD_TYPE, READER_KEYS_TYPE } from '#protocol/card.ts'
import { epochAt, lifeOfCard } from '#protocol/epoch.ts'
import { MAX_CARDS_BYTES, MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import {
  announce,
  announcementOf,
  asOwner,
  card,
  cardOf,
  invitations,
  depositInBox,
  newInvitation,
  newBox,
  openBox,
  publish,
  readerOf,
  readers,
  signJws,
  type RawBox,
} from './support/boxes.ts'
import { DAY, travel, travelTo } from './support/clock.ts'
import { boxOf, fireRackAlarm } from './support/inside-rack.ts'
import { repeatedly } from '../kit/people.ts'
import { spoilt } from '../spoilt.ts'

const EPOCH = epochAt(Date.now())

/** Fourteen cards with eight readers each: the largest publication. */
async function allOf(box: RawBox, serial: number): Promise<readonly string[]> {
  const keys = await repeatedly(8, () => generateSigningKey())
  return repeatedly(14, (n) => cardOf(box, { serial, epoch: EPOCH + n, readers: keys.map(readerOf) }))
}

test('the largest publication fits, and the card of each week is shown in its week', async () => {
  const box = await newBox()
  const cards = await allOf(box, 1)
  expect((await publish(box, cards)).json).toEqual({})
  for (const jws of cards) {
    expect((await card(box)).json['card']).toBe(jws)
    travel(7 * DAY)
  }
  // After the last there is none: the sender is shown until when there were.
  expect((await card(box)).json['card']).toBe(cards.at(-1))
})

test('an empty box that nobody has renewed for half a year is forgotten', async () => {
  const [box, kept] = [await openBox(), await openBox()]
  // As far ahead as a number goes: it must not last for ever.
  await publish(box, [await cardOf(box, { serial: 2, epoch: 9_000_000 })])
  await announce(box, await announcementOf(box.reader))
  await newInvitation(box, { lifeSeconds: 999_999_999 })
  const { forgetDay } = await boxOf(box.address)
  // Cards are published 13 weeks ahead at most; a box is kept for 26 weeks after the last has ended.
  expect(forgetDay).toBe(lifeOfCard(EPOCH + 13).notAfter / 86_400 + 182)
  travelTo(forgetDay * DAY - 1)
  await depositInBox(kept, { ttlSeconds: 2_592_000 })
  await fireRackAlarm(box.address)
  expect((await card(box)).status).toBe(200)
  travel(1)
  await fireRackAlarm(box.address)
  await fireRackAlarm(kept.address)
  expect((await card(box)).code).toBe('gone')
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [] })
  expect((await invitations(box)).json).toEqual({ box: box.address, invitations: [] })
  expect((await card(kept)).status).toBe(200)
  // Its owner comes back.
  expect((await publish(box, [await cardOf(box, { serial: 1 })])).status).toBe(200)
})

test('new cards take the place of all that there were', async () => {
  const box = await newBox()
  await publish(box, await allOf(box, 1))
  const next = await cardOf(box, { serial: 2 })
  expect((await publish(box, [next])).status).toBe(200)
  travel(21 * DAY)
  expect((await card(box)).json['card']).toBe(next)
})

test('a publication may be sent again unchanged, and no other with its serial or an older one', async () => {
  const box = await newBox()
  const cards = [await cardOf(box, { serial: 5, epoch: EPOCH + 1 }), await cardOf(box, { serial: 5 })]
  for (const reply of await repeatedly(2, () => publish(box, cards))) expect(reply.status).toBe(200)
  expect((await publish(box, cards.toReversed())).status).toBe(200)
  const others = [
    cards.slice(0, 1),
    [...cards, await cardOf(box, { serial: 5, epoch: EPOCH + 2 })],
    [await cardOf(box, { serial: 5, name: 'Other' })],
    [await cardOf(box, { serial: 4 })],
  ]
  for (const other of others) expect((await publish(box, other)).code).toBe('outdated')
  expect((await card(box)).json['card']).toBe(cards[1])
  expect((await publish(box, [await cardOf(box, { serial: 6 })])).status).toBe(200)
})

test('cards that are not those of the box, or not of one publication, are refused whole', async () => {
  const [box, other] = [await newBox(), await newBox()]
  const good = await cardOf(box)
  const altered = `${good.slice(0, -2)}${good.at(-2) === 'A' ? 'Q' : 'A'}${good.slice(-1)}`
  const [header = '', payload = ''] = good.split('.')
  const bad: readonly (readonly string[])[] = [
    [await cardOf(other)],
    // Another box's card under this box's key, and this box's card under another key.
    [await cardOf({ ...box, address: other.address })],
    [await cardOf({ ...box, root: other.root })],
    [altered],
    [`${header}.${payload}.AAAA`],
    [await signJws(READER_KEYS_TYPE, JSON.stringify({}), box.root)],
    // A serial twice, of which people see one and programs the other.
    [await signJws(CARD_TYPE, payloadOf(good).replace('"serial":1', '"serial":7,"serial":1'), box.root)],
    [await signJws(CARD_TYPE, ` ${payloadOf(good)}`, box.root)],
    [await cardOf(box, { readers: [] })],
    [await cardOf(box, { serial: 0 })],
    [good, good],
    [good, await cardOf(box, { serial: 2, epoch: EPOCH + 1 })],
    [good, await cardOf(other, { epoch: EPOCH + 1 })],
  ]
  for (const [index, cards] of bad.entries())
    expect([index, (await publish(box, cards)).code]).toEqual([index, 'bad_request'])
  expect((await card(box)).code).toBe('gone')
  expect(await boxOf(box.address)).toMatchObject({ serial: 0 })
})

test('a body that is no publication is refused, and one that is too long unread', async () => {
  const box = await newBox()
  const good = await cardOf(box)
  for (const cards of [[], ['x'], ['a.b'], [`${good}=`]]) expect((await publish(box, cards)).code).toBe('bad_request')
  const fifteen = await repeatedly(15, (n) => cardOf(box, { epoch: EPOCH + n }))
  expect((await publish(box, fifteen)).code).toBe('bad_request')
  const long = { body: new Uint8Array(MAX_CARDS_BYTES + 1) }
  expect((await publish(box, [], long)).code).toBe('too_large')
  expect((await publish(box, [good], { fields: { 'Content-Digest': null } })).code).toBe('bad_request')
})

test('a card is asked for by its address alone, in its one spelling', async () => {
  const box = await openBox()
  for (const address of ['', 'sdbox1', box.address.toUpperCase(), ` ${box.address}`, spoilt(box.address)]) {
    const reply = await card(box, { fields: { 'Box-Address': address } })
    // White space around a field is not a part of it.
    expect(reply.code).toBe(address.trim() === box.address ? undefined : 'bad_request')
  }
  expect((await card(box, { query: '?n=0' })).code).toBe('bad_request')
})

test('the keys that readers announce are kept until they announce others, and shown to the owner', async () => {
  const box = await newBox()
  const others = await repeatedly(2, () => generateSigningKey())
  const list = [box.reader, ...others].map(readerOf)
  await publish(box, [await cardOf(box, { readers: list })])
  const [first, second] = [await announcementOf(box.reader, 1), await announcementOf(box.reader, 2)]
  const fromOther = await announcementOf(others[1]!)
  for (const jws of [first, first, second])
    expect((await announce(box, jws)).json).toEqual({ box: box.address, keys: [jws] })
  expect((await announce({ ...box, reader: others[1]! }, fromOther)).status).toBe(200)
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [second, fromOther] })
  // Off the list, off the rack.
  await publish(box, [await cardOf(box, { serial: 2, readers: [readerOf(others[1]!)] })])
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [fromOther] })
  await publish(box, [await cardOf(box, { serial: 3, readers: list })])
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [fromOther] })
})

test('a reader announces for itself alone, and nothing that is no announcement', async () => {
  const [box, other] = [await openBox(), await generateSigningKey()]
  const good = await announcementOf(box.reader)
  const bad = [
    '',
    'a.b',
    `${good}.`,
    `${good.slice(0, -4)}AAAA`,
    await announcementOf(other),
    await cardOf(box),
    await signJws(CARD_TYPE, '{}', box.reader),
    await signJws(READER_KEYS_TYPE, '{"v":1,"v":1}', box.reader),
    await signJws(READER_KEYS_TYPE, '{ "v":1}', box.reader),
  ]
  for (const jws of bad) expect((await announce(box, jws)).code).toBe('bad_request')
  expect((await announce(box, 'a'.repeat(MAX_READER_KEYS_CHARACTERS + 1))).code).toBe('too_large')
  expect((await readers(box)).json).toEqual({ box: box.address, keys: [] })
  const bare = await newBox()
  expect((await announce(bare, await announcementOf(bare.root), asOwner(bare))).code).toBe('gone')
  expect((await readers(bare)).json).toEqual({ box: bare.address, keys: [] })
})

function payloadOf(jws: string): string {
  const [, payload = ''] = jws.split('.')
  return new TextDecoder().decode(parseBase64url(payload, Math.floor((payload.length * 3) / 4)))
}
