import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { boxAddressBytes } from '#protocol/address.ts'
import { BOX_INVITATION_FIELD, DROP_EXTENT_FIELD, DROP_TERMS_FIELD } from '#protocol/api.ts'
import { formatExtent } from '#protocol/extent.ts'
import { MAX_INVITATIONS, MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import {
  deposit,
  DROP_BYTES,
  idsOf,
  invitations,
  invite,
  depositInBox,
  newBox,
  newBoxDrop,
  newInvitation,
  openBox,
  remove,
  type RawBox,
} from './support/boxes.ts'
import { DAY, MINUTE, travel } from './support/clock.ts'
import { hesitantShelves, storeWith } from './support/faults.ts'
import { blobsOf, storeKeys } from './support/inside.ts'
import { boxOf, fireRackAlarm, inRack, itemOf } from './support/inside-rack.ts'
import { repeatedly } from '../kit/people.ts'
import { send, withBindings, type Reply, type Wire } from './support/wire.ts'

const NOTHING = { items: 0, bytes: 0, pending: 0, pendingBytes: 0, dayBytes: 0 }
const INVITED = { terms: { largest: 104_857_600, invitation: true } }

/** Sizes are counted in this: the smallest drop that a box takes. */
const U = MIN_BOX_DROP_BYTES

/** One more drop for a box. @param units - its size, in the smallest one. @returns the code of the refusal, or 201 */
async function put(box: RawBox, units: number, changes: Parameters<typeof deposit>[1] = {}): Promise<unknown> {
  const { code, status } = await deposit(await newBoxDrop(box, { sizeBytes: units * U }), changes)
  return code ?? status
}

test('a box takes so many drops and no more, until its owner deletes one', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_ITEMS: '2' })
  const [first] = [await depositInBox(box, {}, { via }), await depositInBox(box, {}, { via })]
  const before = await storeKeys()
  expect(await put(box, 9, { via })).toBe('box_full')
  expect(await storeKeys()).toEqual(before)
  await remove(box, [first.dropId])
  expect(await put(box, 9, { via })).toBe(201)
})

test('a full box says so before it reads any of the drop', async () => {
  const box = await openBox()
  let isRead: boolean | undefined
  const wire = withBindings({ BOX_BYTES: `${12 * U}` })
  const via: Wire = async (request) => {
    const response = await wire(request)
    isRead = request.bodyUsed
    return response
  }
  expect([await put(box, 11, { via }), isRead]).toEqual(['box_full', false])
  expect([await put(box, 10, { via }), isRead]).toEqual([201, true])
})

test('a drop on its way has its room reserved', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES: `${Math.floor((MIN_PART_BYTES + 10 * U) / 0.9)}` })
  const { dropId, terms, sender } = await newBoxDrop(box)
  const extent = formatExtent({ size: MIN_PART_BYTES + 9 * U, parts: 2 })
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: extent }
  expect((await send({ name: 'begin', dropId, fields, via })).status).toBe(201)
  expect(await put(box, 2, { via })).toBe('box_full')
  expect(await put(box, 1, { via })).toBe(201)
  await send({ name: 'revoke', dropId, signers: { sender }, via })
  expect(await put(box, 2, { via })).toBe(201)
})

test('bytes of a day are counted by the day, and deleting does not give them back', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES_PER_DAY: `${100 * U}` })
  const { dropId } = await depositInBox(box, { sizeBytes: 60 * U }, { via })
  await remove(box, [dropId])
  expect([await put(box, 41, { via }), await put(box, 40, { via }), await put(box, 1, { via })]).toEqual([
    'box_full',
    201,
    'box_full',
  ])
  travel(DAY)
  expect(await put(box, 100, { via })).toBe(201)
})

test('an address without a card has its own, smaller room', async () => {
  const [bare, carded] = [await newBox(), await openBox()]
  const few = withBindings({ BARE_BOX_ITEMS: '1' })
  const little = withBindings({ BARE_BOX_BYTES: `${80 * U}` })
  expect([await put(bare, 64, { via: few }), await put(bare, 1, { via: few })]).toEqual([201, 'box_full'])
  expect([await put(bare, 17, { via: little }), await put(bare, 16, { via: little })]).toEqual(['box_full', 201])
  for (const via of [few, little]) expect(await put(carded, 100, { via })).toBe(201)
})

test.for(['BOX_ITEMS', 'BOX_BYTES', 'BOX_BYTES_PER_DAY', 'BARE_BOX_ITEMS', 'BARE_BOX_BYTES'])(
  'a %s that is no number lets nothing in',
  async (name) => {
    const box = await openBox()
    for (const value of ['', '0', '-1', '1e3', '01', 'many'])
      expect(await put(box, 9, { via: withBindings({ [name]: value }) })).toBe('internal')
  },
)

test('the owner says how large a drop may be, and the answer says it too', async () => {
  const box = await openBox({ terms: { largest: 100 * U, invitation: false } })
  const reply = await deposit(await newBoxDrop(box, { sizeBytes: 100 * U + 1 }))
  expect([reply.code, reply.json['largest']]).toEqual(['too_large', 100 * U])
  expect(await put(box, 100)).toBe(201)
  const generous = await openBox({ terms: { largest: 999_999_999_999, invitation: false } })
  const via = withBindings({ LARGEST_ON_KV: `${50 * U}` })
  const refused = await deposit(await newBoxDrop(generous, { sizeBytes: 50 * U + 1 }), { via })
  expect([refused.code, refused.json['largest']]).toEqual(['too_large', 50 * U])
})

test('a deposit that is refused, or that fails, gives its room back', async () => {
  const box = await openBox()
  const broken = withBindings({ KV: storeWith(env.KV, { put: () => Promise.reject(new Error('KV failed: 500')) }) })
  expect(await put(box, 64, { via: broken })).toBe('try_later')
  expect(await put(box, 64, { fields: { 'Content-Digest': 'sha-256=:AAAA:' } })).toBe('bad_request')
  expect(await put(box, 64, { fields: { 'Content-Length': `${64 * U - 1}` } })).toBe('too_large')
  expect(await boxOf(box.address)).toMatchObject(NOTHING)
  const [drop, other] = [await depositInBox(box), await newBoxDrop(box)]
  expect((await deposit({ ...other, dropId: drop.dropId })).code).toBe('id_taken')
  const elsewhere = await openBox()
  const moved = { ...drop, terms: { ...drop.terms, box: elsewhere.address } }
  expect((await deposit(moved)).code).toBe('id_taken')
  expect(await boxOf(elsewhere.address)).toMatchObject(NOTHING)
  expect(await boxOf(box.address)).toMatchObject({ ...NOTHING, items: 1, bytes: DROP_BYTES, dayBytes: DROP_BYTES })
})

test('a drop that is announced again with another size takes no room from the first', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES: `${MIN_PART_BYTES * 3}` })
  const { dropId, terms, bytes, sender } = await newBoxDrop(box)
  const extent = { size: MIN_PART_BYTES * 2, parts: 2 }
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: formatExtent(extent) }
  expect((await send({ name: 'begin', dropId, fields, via })).status).toBe(201)
  expect((await deposit({ dropId, terms, bytes, sender }, { via })).code).toBe('id_taken')
  for (const size of [MIN_PART_BYTES + 1, MIN_PART_BYTES * 2 + 1]) {
    const other = { ...fields, [DROP_EXTENT_FIELD]: formatExtent({ size, parts: 2 }) }
    expect((await send({ name: 'begin', dropId, fields: other, via })).code).toBe('id_taken')
  }
  travel(11 * MINUTE)
  await fireRackAlarm(box.address)
  expect(await boxOf(box.address)).toMatchObject({ pending: 1, pendingBytes: extent.size, dayBytes: extent.size })
  expect((await send({ name: 'begin', dropId, fields, via })).status).toBe(201)
})

test('a drop whose room was given back while it was read is kept only if there is room still', async () => {
  const box = await openBox()
  const [slow, other] = [await newBoxDrop(box, { sizeBytes: 60 * U }), await newBoxDrop(box, { sizeBytes: 60 * U })]
  const quota = { BOX_BYTES: `${110 * U}` }
  // The same drop once more, which fails at once; and somebody else's, which takes the room.
  const meanwhile = async (): Promise<void> => {
    const fields = { 'Content-Digest': 'sha-256=:AAAA:' }
    expect((await deposit(slow, { via: withBindings(quota), fields })).code).toBe('bad_request')
    expect((await deposit(other, { via: withBindings(quota) })).status).toBe(201)
  }
  const via = withBindings({ ...quota, SHELF: hesitantShelves(meanwhile) })
  expect((await deposit(slow, { via })).code).toBe('box_full')
  // Asked again, when there would be room, nobody says that it has arrived.
  expect((await deposit(slow)).code).toBe('box_full')
  expect((await deposit({ ...slow, terms: other.terms })).code).toBe('id_taken')
  expect(await idsOf(box)).toEqual([other.dropId])
  expect(await boxOf(box.address)).toMatchObject({ ...NOTHING, items: 1, bytes: 60 * U, dayBytes: 60 * U })
  expect([await blobsOf(slow.dropId), (await blobsOf(other.dropId)).length]).toEqual([[], 1])
})

test('a box by invitation takes nothing without one, or with one that is no good', async () => {
  const box = await openBox(INVITED)
  const [good, ended, late, foreign] = [
    await newInvitation(box),
    await newInvitation(box),
    await newInvitation(box, { lifeSeconds: 60 }),
    await newInvitation(await openBox(INVITED)),
  ]
  await invite(box, { ...ended.state, items: 0, bytes: 0 })
  expect(await put(box, 9, good.bearer)).toBe(201)
  travel(MINUTE)
  for (const changes of [{}, ended.bearer, late.bearer, foreign.bearer])
    expect(await put(box, 9, changes)).toBe('invitation_needed')
  for (const secret of ['', 'AAAA', `${'A'.repeat(21)}B`, 'A'.repeat(23)])
    expect(await put(box, 9, { fields: { [BOX_INVITATION_FIELD]: secret } })).toBe('bad_request')
  expect(await idsOf(box)).toHaveLength(1)
})

test('an invitation has its own room, which a repeated or failed deposit does not use up', async () => {
  const box = await openBox(INVITED)
  const { state, bearer } = await newInvitation(box, { count: 2, bytes: 100 * U })
  const drop = await newBoxDrop(box, { sizeBytes: 60 * U })
  const broken = withBindings({ KV: storeWith(env.KV, { put: () => Promise.reject(new Error('KV failed: 500')) }) })
  await deposit(drop, { ...bearer, via: broken })
  const replies = await repeatedly(2, () => deposit(drop, bearer))
  expect(replies.map(({ status }) => status)).toEqual([201, 201])
  expect((await invitations(box)).json['invitations']).toEqual([{ ...state, items: 1, bytes: 40 * U }])
  expect([await put(box, 41, bearer), await put(box, 39, bearer), await put(box, 1, bearer)]).toEqual([
    'box_full',
    201,
    'box_full',
  ])
  // The drops that came by it do not say so.
  expect(await itemOf(box.address, drop.dropId)).toMatchObject({ state: 'listed', invitation: undefined })
})

test('strangers who use up the day do not shut out the invited', async () => {
  const box = await openBox()
  const { bearer } = await newInvitation(box, { bytes: 64 * U })
  const via = withBindings({ BOX_BYTES_PER_DAY: `${64 * U}` })
  expect([await put(box, 64, { via }), await put(box, 1, { via })]).toEqual([201, 'box_full'])
  expect(await put(box, 64, { ...bearer, via })).toBe(201)
})

test('an invitation is made once, and ended for good', async () => {
  const box = await openBox(INVITED)
  const { state, bearer } = await newInvitation(box, { count: 2 })
  await put(box, 9, bearer)
  const again = await invite(box, state)
  expect(again.json['invitations']).toEqual([{ ...state, items: 1, bytes: state.bytes - 9 * U }])
  for (const reply of await repeatedly(2, () => invite(box, { ...state, items: 0, bytes: 0 })))
    expect(reply.json).toEqual({ box: box.address, invitations: [] })
  // The request that made it, replayed by somebody who saw it.
  expect((await invite(box, state)).json).toEqual({ box: box.address, invitations: [] })
  travel(19 * MINUTE)
  await fireRackAlarm(box.address)
  expect(await put(box, 9, bearer)).toBe('invitation_needed')
  travel(2 * MINUTE)
  await fireRackAlarm(box.address)
  expect(await rowsOf('invitations', box)).toBe(0)
})

test('invitations that make no sense are refused', async () => {
  const [box, bare] = [await openBox(), await newBox()]
  const soon = Math.floor(Date.now() / 1_000) + 60
  const good = { hash: 'A'.repeat(43), items: 1, bytes: 1, expires: soon }
  for (const changes of [{ items: 0 }, { bytes: 0 }, { expires: soon - 60 }, { expires: 8_640_000_000_001 }])
    expect((await invite(box, { ...good, ...changes })).code).toBe('bad_request')
  expect((await invite(bare, good)).code).toBe('gone')
  expect((await invitations(box)).json).toEqual({ box: box.address, invitations: [] })
})

test('a box has a hundred invitations at once', async () => {
  const box = await openBox()
  const all = await repeatedly(MAX_INVITATIONS, () => newInvitation(box))
  const refused = await invite(box, { ...all[0]!.state, hash: 'A'.repeat(43) })
  expect(refused.code).toBe('box_full')
  await invite(box, { ...all[0]!.state, items: 0, bytes: 0 })
  await newInvitation(box)
})

test('the alarm forgets invitations that have expired, and comes for those that last for ages', async () => {
  const box = await openBox()
  await newInvitation(box, { lifeSeconds: 60 })
  const lasting: Reply = await invite(box, { hash: 'A'.repeat(43), items: 1, bytes: 1, expires: 8_640_000_000_000 })
  expect(lasting.status).toBe(200)
  travel(MINUTE)
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect(await rowsOf('invitations', box)).toBe(1)
  const next = await inRack(box.address, (_rack, { storage }) => storage.getAlarm())
  expect(next).toBeLessThanOrEqual(Date.now() + 31 * DAY)
})

function rowsOf(table: string, box: RawBox): Promise<number> {
  return inRack(box.address, (_rack, { storage }) => {
    const query = `SELECT count(*) AS n FROM ${table} WHERE box = ?`
    return storage.sql.exec<{ n: number }>(query, boxAddressBytes(box.address).buffer).one().n
  })
}
