import { expect, test } from 'vitest'
import { DROP_EXTENT_FIELD, DROP_TERMS_FIELD } from '#protocol/api.ts'
import { formatExtent } from '#protocol/extent.ts'
import { MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import { deposit, idsOf, newBoxDrop, newInvitation, openBox, uploadAll, type RawBox } from './support/boxes.ts'
import { randomNoise } from '../kit/bytes.ts'
import { hesitantRacks } from './support/faults.ts'
import { blobsOf } from './support/inside.ts'
import { boxOf, itemOf } from './support/inside-rack.ts'
import { send, withBindings, type Wire } from './support/wire.ts'

/** The smallest drop that a box takes. */
const U = MIN_BOX_DROP_BYTES

test('announced drops that never come shut a box to nobody, neither by their number nor by their bytes', async () => {
  const box = await openBox()
  const few = withBindings({ BOX_ITEMS: '20' })
  for (let n = 0; n < 30; n++) expect(await announce(box, few)).toBe(201)
  expect(await boxOf(box.address)).toMatchObject({ items: 0, pending: 5 })
  expect(await put(box, 1, { via: few })).toBe(201)
  const other = await openBox()
  const little = withBindings({ BOX_BYTES_PER_DAY: `${MIN_PART_BYTES * 2}` })
  for (let n = 0; n < 3; n++) expect(await announce(other, little)).toBe(201)
  expect(await boxOf(other.address)).toMatchObject({ items: 0, pending: 1, dayBytes: MIN_PART_BYTES + 1 })
  expect(await put(other, 100, { via: little })).toBe(201)
  expect(await boxOf(other.address)).toMatchObject({ items: 1, pending: 0, dayBytes: 100 * U })
})

test('an upload that made room is listed once it is whole, and refused if the box has none left', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES_PER_DAY: `${MIN_PART_BYTES * 2}` })
  const [first, second] = [await uploadAll(box, undefined, { via }), await uploadAll(box, undefined, { via })]
  expect(await itemOf(box.address, first.dropId)).toBeUndefined()
  expect((await first.commit()).status).toBe(200)
  expect(await idsOf(box)).toEqual([first.dropId])
  // The rest of the day is too little for the second.
  expect((await second.commit()).code).toBe('box_full')
  expect(await idsOf(box)).toEqual([first.dropId])
  expect(await blobsOf(second.dropId)).toEqual([])
})

test('a sender who did not hear that an upload found no room is not told, asking again, that it has arrived', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES_PER_DAY: `${MIN_PART_BYTES * 2}` })
  const [first, second] = [await uploadAll(box, undefined, { via }), await uploadAll(box, undefined, { via })]
  expect((await first.commit()).status).toBe(200)
  expect((await second.commit()).code).toBe('box_full')
  expect((await second.commit()).code).toBe('box_full')
  expect(await idsOf(box)).toEqual([first.dropId])
})

test('an upload that made room, and is announced once more as a small drop, gets no more room by that', async () => {
  const box = await openBox()
  const via = withBindings({ BOX_BYTES_PER_DAY: `${MIN_PART_BYTES * 2}` })
  const [first, second] = [await uploadAll(box, undefined, { via }), await uploadAll(box, undefined, { via })]
  expect((await first.commit()).status).toBe(200)
  expect((await deposit({ ...second, bytes: randomNoise(U) }, { via })).code).toBe('id_taken')
  expect((await second.commit()).code).toBe('box_full')
  expect(await idsOf(box)).toEqual([first.dropId])
  expect(await boxOf(box.address)).toMatchObject({ items: 1, bytes: first.size, pending: 0, pendingBytes: 0 })
})

test('a sender whose drop loses its room at the last moment, to a box that is full then, is not told that it has arrived', async () => {
  const box = await openBox()
  const day = { BOX_BYTES_PER_DAY: `${4 * U}` }
  const others = async (): Promise<void> => {
    for (let n = 0; n < 4; n++) expect(await put(box, 1, { via: withBindings(day) })).toBe(201)
  }
  const drop = await newBoxDrop(box, { sizeBytes: U })
  const via = withBindings({ ...day, RACK: hesitantRacks(others) })
  expect((await deposit(drop, { via })).code).toBe('box_full')
  expect(await idsOf(box)).not.toContain(drop.dropId)
  expect(await blobsOf(drop.dropId)).toEqual([])
})

test('strangers who fill a box leave a tenth of it to the invited', async () => {
  const box = await openBox()
  const { bearer } = await newInvitation(box)
  const via = withBindings({ BOX_ITEMS: '10' })
  for (let n = 0; n < 9; n++) expect(await put(box, 1, { via })).toBe(201)
  expect([await put(box, 1, { via }), await put(box, 1, { ...bearer, via })]).toEqual(['box_full', 201])
})

test.for([1, 18_042])(
  'a drop of %i bytes, which none can have, is refused before anything is kept',
  async (sizeBytes) => {
    const box = await openBox()
    expect((await deposit(await newBoxDrop(box, { sizeBytes }))).code).toBe('bad_request')
    expect(await put(box, 1)).toBe(201)
  },
)

/** One more drop for a box. @param units - its size, in the smallest one. @returns the code of the refusal, or 201 */
async function put(box: RawBox, units: number, changes: Parameters<typeof deposit>[1] = {}): Promise<unknown> {
  const { code, status } = await deposit(await newBoxDrop(box, { sizeBytes: units * U }), changes)
  return code ?? status
}

/** Somebody announces a drop in parts, and sends none of it. @returns the code of the refusal, or 201 */
async function announce(box: RawBox, via: Wire, size = MIN_PART_BYTES + 1): Promise<unknown> {
  const { dropId, terms } = await newBoxDrop(box)
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: formatExtent({ size, parts: 2 }) }
  const { code, status } = await send({ name: 'begin', dropId, fields, via })
  return code ?? status
}
