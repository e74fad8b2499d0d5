import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { quotasOf, rackOf } from '../../worker/boxes/racks.ts'
import {
  deposit,
  DROP_BYTES,
  idsOf,
  invitations,
  newBox,
  newBoxDrop,
  newInvitation,
  openBox,
  remove,
  uploadAll,
  type BoxDrop,
  type RawBox,
} from './support/boxes.ts'
import { dyingBeforeTheRack, hesitantShelves, holdWords, type HeldWords } from './support/faults.ts'
import { blobsOf, rowOf } from './support/inside.ts'
import { boxOf, evictRack, itemOf } from './support/inside-rack.ts'
import { repeatedly } from '../kit/people.ts'
import { send, withBindings } from './support/wire.ts'

const EMPTY = { items: 0, bytes: 0, pending: 0, pendingBytes: 0 }

test('of many drops that are committed at once to one address each commit is answered, and each drop is listed', async () => {
  const box = await newBox()
  // Only a quarter of the day may be on its way, and all of it is.
  const via = withBindings({ BOX_BYTES_PER_DAY: `${MIN_PART_BYTES * 14}` })
  const drops = await repeatedly(12, () => uploadAll(box, undefined, { via }))
  const replies = await Promise.all(drops.flatMap(({ commit }) => [commit(), commit(), commit(), commit()]))
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
  expect((await idsOf(box)).toSorted()).toEqual(drops.map(({ dropId }) => dropId).toSorted())
  const bytes = drops.reduce((sum, { size }) => sum + size, 0)
  expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, items: 12, bytes })
})

test.for([
  ['items', { BARE_BOX_ITEMS: '4' }],
  ['bytes', { BOX_BYTES_PER_DAY: `${MIN_BOX_DROP_BYTES * 4}` }],
] as const)(
  'of drops that are each sent three times at once to a small box (in %s) none is told to be there that is not',
  async ([, bindings]) => {
    const [box, via] = [await newBox(), withBindings(bindings)]
    const drops = await repeatedly(6, () => newBoxDrop(box, { sizeBytes: MIN_BOX_DROP_BYTES }))
    const sent = drops.flatMap((drop) => [drop, drop, drop])
    const replies = await Promise.all(sent.map((drop) => deposit(drop, { via })))
    const told = (index: number): readonly unknown[] =>
      replies.slice(3 * index, 3 * index + 3).map(({ code, status }) => code ?? status)
    const are = await Promise.all(drops.map((drop) => standingOf(box, drop)))
    expect(are).not.toContain('neither')
    const isMistold = (index: number): boolean => told(index).includes(are[index] === 'listed' ? 'box_full' : 201)
    expect([...drops.keys()].filter(isMistold)).toEqual([])
    const count = are.filter((is) => is === 'listed').length
    expect(count).toBeGreaterThan(0)
    expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, items: count, bytes: count * MIN_BOX_DROP_BYTES })
  },
)

test('in any order of the answers of shelves, a request asks once, and a drop is listed or turned away', async () => {
  const little = { BARE_BOX_ITEMS: '2' }
  const quotas = quotasOf({ ...env, ...little })
  for (const order of ordersOf([0, 0, 1, 1, 2])) {
    const box = await newBox()
    const drops = await repeatedly(3, () => newBoxDrop(box, { sizeBytes: MIN_BOX_DROP_BYTES }))
    for (const drop of drops) await deposit(drop, { via: dyingBeforeTheRack(little) })
    const [rack, words] = [await rackOf(env, box.address), await holdWords(box.address)]
    const asked = order.toSorted((a, b) => a - b)
    const asking = asked.map((index) => drops[index]!.dropId)
    const outcomes = Promise.all(asking.map((dropId) => rack.settle(box.address, dropId, quotas)))
    for (const next of order) await hear(words, drops[next]!)
    const told = await outcomes
    expect(words.count()).toBe(asking.length)
    await evictRack(box.address)
    const are = await Promise.all(drops.map((drop) => standingOf(box, drop)))
    expect(are.toSorted()).toEqual(['listed', 'listed', 'turned away'])
    expect(told).toEqual(asked.map((index) => (are[index] === 'listed' ? 'settled' : 'box_full')))
    expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, items: 2, bytes: 2 * MIN_BOX_DROP_BYTES })
  }
})

test('an old answer of the shelf that comes late takes nothing off the list, and puts nothing on it', async () => {
  const box = await openBox()
  const [drop, late] = [await newBoxDrop(box), await newBoxDrop(box)]
  const [rack, words] = [await rackOf(env, box.address), await holdWords(box.address)]
  const settling = (of: BoxDrop): Promise<unknown> => rack.settle(box.address, of.dropId, quotasOf(env))
  const revoke = (of: BoxDrop): Promise<unknown> =>
    send({ name: 'revoke', dropId: of.dropId, signers: { sender: of.sender } })
  // Asked when there was nothing, heard when the drop is there.
  const early = [settling(drop)]
  await expect.poll(words.held).toEqual([drop.dropId])
  early.push(deposit(drop))
  await expect.poll(() => phaseOf(drop)).toBe('live')
  await hear(words, drop)
  await hear(words, drop)
  await Promise.all(early)
  expect(await idsOf(box)).toEqual([drop.dropId])
  // Asked when it was there and not listed, heard when it has been revoked.
  await deposit(late, { via: dyingBeforeTheRack() })
  const between = [settling(late)]
  await expect.poll(words.held).toEqual([late.dropId])
  between.push(revoke(late))
  await expect.poll(() => phaseOf(late)).toBe('revoked')
  await hear(words, late)
  await hear(words, late)
  await Promise.all(between)
  expect(await idsOf(box)).toEqual([drop.dropId])
  // Asked when it was listed, heard when its owner has deleted it.
  const last = [settling(drop)]
  await expect.poll(words.held).toEqual([drop.dropId])
  last.push(remove(box, [drop.dropId]))
  await expect.poll(() => phaseOf(drop)).toBe('deleted')
  await hear(words, drop)
  await Promise.all(last)
  expect(await idsOf(box)).toEqual([])
  expect(await boxOf(box.address)).toMatchObject(EMPTY)
})

test('a client that hangs up while a shelf is asked keeps no later one waiting', async () => {
  const box = await openBox()
  const drop = await newBoxDrop(box)
  await deposit(drop, { via: dyingBeforeTheRack() })
  const [rack, words] = [await rackOf(env, box.address), await holdWords(box.address)]
  const leaving = rack.settle(box.address, drop.dropId, quotasOf(env))
  await expect.poll(words.held).toEqual([drop.dropId])
  hangUp(leaving)
  const coming = rack.settle(box.address, drop.dropId, quotasOf(env))
  await hear(words, drop)
  await hear(words, drop)
  expect(await coming).toBe('settled')
  expect(await idsOf(box)).toEqual([drop.dropId])
})

test('a drop by invitation whose room was given back while it came takes it from the invitation again', async () => {
  const box = await openBox({ terms: { largest: 104_857_600, invitation: true } })
  const { bearer } = await newInvitation(box, { count: 1 })
  const [slow, other] = [await newBoxDrop(box), await newBoxDrop(box)]
  const failing = { ...bearer, fields: { ...bearer.fields, 'Content-Digest': 'sha-256=:AAAA:' } }
  const fail = async (): Promise<void> => {
    expect((await deposit(slow, failing)).code).toBe('bad_request')
  }
  expect((await deposit(slow, { ...bearer, via: withBindings({ SHELF: hesitantShelves(fail) }) })).status).toBe(201)
  expect((await invitations(box)).json['invitations']).toMatchObject([{ items: 0 }])
  expect((await deposit(other, bearer)).code).toBe('box_full')
  expect(await idsOf(box)).toEqual([slow.dropId])
})

test('one invitation lets no second drop in, though the room of the first was given back while it came', async () => {
  const box = await openBox({ terms: { largest: 104_857_600, invitation: true } })
  const { bearer } = await newInvitation(box, { count: 1 })
  const [slow, other] = [await newBoxDrop(box), await newBoxDrop(box)]
  const meanwhile = async (): Promise<void> => {
    const fields = { ...bearer.fields, 'Content-Digest': 'sha-256=:AAAA:' }
    expect((await deposit(slow, { fields })).code).toBe('bad_request')
    expect((await deposit(other, bearer)).status).toBe(201)
  }
  const via = withBindings({ SHELF: hesitantShelves(meanwhile) })
  expect((await deposit(slow, { ...bearer, via })).code).toBe('box_full')
  expect(await idsOf(box)).toEqual([other.dropId])
  expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, items: 1, bytes: DROP_BYTES })
})

/** The worker of a client that is gone. */
function hangUp(call: Promise<unknown>): void {
  const dispose: unknown = Reflect.get(call, Symbol.dispose)
  if (typeof dispose !== 'function') throw new Error('a call to an object can be given up')
  dispose.call(call)
}

/** Lets the next word on a drop be heard, once it has been said. No second one may be on its way. */
async function hear(words: HeldWords, { dropId }: BoxDrop): Promise<void> {
  await expect.poll(() => words.held().filter((id) => id === dropId), { interval: 1 }).toEqual([dropId])
  await words.release(dropId)
}

async function phaseOf({ dropId }: BoxDrop): Promise<string | undefined> {
  return (await rowOf(dropId))?.phase
}

/** The state of a drop, if list, shelf and store agree. */
async function standingOf(box: RawBox, { dropId }: BoxDrop): Promise<'listed' | 'turned away' | 'neither'> {
  const [item, row, blobs] = [await itemOf(box.address, dropId), await rowOf(dropId), await blobsOf(dropId)]
  if (item?.state === 'listed' && row?.phase === 'live' && blobs.length === 1) return 'listed'
  const isNowhere = item === undefined && blobs.length === 0
  return isNowhere && (row === undefined || (row.phase === 'deleted' && row.digest === '')) ? 'turned away' : 'neither'
}

/** Every order of some things, of which several may be the same. */
function ordersOf(things: readonly number[]): readonly (readonly number[])[] {
  if (things.length === 0) return [[]]
  return [...new Set(things)].flatMap((first) => {
    const rest = things.toSpliced(things.indexOf(first), 1)
    return ordersOf(rest).map((order) => [first, ...order])
  })
}
