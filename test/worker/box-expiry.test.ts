import { expect, test } from 'vitest'
import { DROP_EXTENT_FIELD, DROP_TERMS_FIELD } from '#protocol/api.ts'
import { formatExtent } from '#protocol/extent.ts'
import type { DropId } from '#protocol/id.ts'
import { MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import {
  asOwner,
  collect,
  deposit,
  DROP_BYTES,
  idsOf,
  items,
  depositInBox,
  newBox,
  newBoxDrop,
  remove,
  uploadAll,
  type RawBox,
} from './support/boxes.ts'
import { DAY, travel } from './support/clock.ts'
import { lateWord } from './support/faults.ts'
import { inShelf, rowOf } from './support/inside.ts'
import { boxOf, fireRackAlarm, rackUses } from './support/inside-rack.ts'
import { send, withBindings } from './support/wire.ts'

test('the alarm of a shelf does not keep the second at which a drop for a box came', async () => {
  const box = await newBox()
  const drop = await depositInBox(box, { ttlSeconds: 300 })
  const alarmOf = (id: DropId): Promise<number | null> => inShelf(id, (_shelf, { storage }) => storage.getAlarm())
  expect(await alarmOf(drop.dropId)).toBe((await rowOf(drop.dropId))?.expiresAtMs)
  const cut = await uploadAll(box)
  await inShelf(cut.dropId, (_shelf, { storage }) => storage.deleteAlarm())
  expect((await cut.commit()).status).toBe(200)
  expect(await alarmOf(cut.dropId)).toBe((await rowOf(cut.dropId))?.expiresAtMs)
})

/** Announces a drop of which nothing more comes: the alarm asks its shelf about it, and waits for the answer. */
async function announceOnly(box: RawBox): Promise<void> {
  const { dropId, terms } = await newBoxDrop(box)
  const extent = formatExtent({ size: MIN_PART_BYTES + 9, parts: 2 })
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: extent }
  expect((await send({ name: 'begin', dropId, fields })).status).toBe(201)
}

test.for([
  ['a reader asks for', (box, id) => collect(box, id, asOwner(box))],
  ['an owner deletes', (box, id) => remove(box, [id])],
] satisfies [string, (box: RawBox, id: Parameters<typeof collect>[1]) => Promise<unknown>][])(
  'what %s while the alarm takes it off the list is not counted out of its box twice',
  async ([, meanwhile]) => {
    const box = await newBox()
    await announceOnly(box)
    const expiring = await depositInBox(box)
    const staying = await depositInBox(box, { ttlSeconds: 20 * 86_400 })
    travel(3 * DAY)
    await rackUses(box.address, { SHELF: lateWord(() => meanwhile(box, expiring.dropId)) })
    expect(await fireRackAlarm(box.address)).toBe(true)
    expect(await idsOf(box)).toEqual([staying.dropId])
    expect(await boxOf(box.address)).toMatchObject({ items: 1, bytes: DROP_BYTES, pending: 0, pendingBytes: 0 })
  },
)

test('a box that was full of drops that have expired takes others before the alarm has taken those off', async () => {
  const box = await newBox()
  const two = withBindings({ BARE_BOX_ITEMS: '2' })
  await depositInBox(box, {}, { via: two })
  await depositInBox(box, {}, { via: two })
  expect((await deposit(await newBoxDrop(box), { via: two })).code).toBe('box_full')
  travel(3 * DAY)
  const next = await depositInBox(box, { ttlSeconds: 20 * 86_400 }, { via: two })
  expect(await idsOf(box)).toEqual([next.dropId])
  // Nothing is counted out twice by that.
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect(await boxOf(box.address)).toMatchObject({ items: 1, bytes: DROP_BYTES, pending: 0, pendingBytes: 0 })
  await depositInBox(box, {}, { via: two })
  expect((await deposit(await newBoxDrop(box), { via: two })).code).toBe('box_full')
})

test('bytes of expired drops take no room in a box, neither in its list nor from its senders', async () => {
  const box = await newBox()
  const via = withBindings({ BARE_BOX_BYTES: `${DROP_BYTES * 2}` })
  await depositInBox(box, {}, { via })
  await depositInBox(box, {}, { via })
  travel(3 * DAY)
  const { sender, dropId } = await depositInBox(box, { sizeBytes: DROP_BYTES * 2 }, { via })
  expect((await items(box, {}, asOwner(box))).json).toMatchObject({ count: 1, bytes: DROP_BYTES * 2 })
  await send({ name: 'revoke', dropId, signers: { sender }, via })
  expect((await items(box, {}, asOwner(box))).json).toMatchObject({ count: 0, bytes: 0 })
})
