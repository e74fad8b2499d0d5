import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { MIN_PART_BYTES } from '#protocol/limits.ts'
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
  openBox,
  remove,
  uploadAll,
  type BoxDrop,
  type RawBox,
} from './support/boxes.ts'
import { MINUTE, travel, travelTo } from './support/clock.ts'
import { randomNoise } from '../kit/bytes.ts'
import { dyingBeforeTheRack, fuse, slowPuts, storeWith } from './support/faults.ts'
import { evict, inShelf, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { boxOf, evictRack, fireRackAlarm, itemOf, rackUses } from './support/inside-rack.ts'
import { repeatedly } from '../kit/people.ts'
import { send, withBindings, type Reply, type Wire } from './support/wire.ts'

const EMPTY = { items: 0, bytes: 0, pending: 0, pendingBytes: 0 }
const ONE = { items: 1, bytes: DROP_BYTES, pending: 0, pendingBytes: 0 }

/** Asks again, as clients do, until there is an answer that is final. */
async function patiently(ask: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 0; ; attempt++) {
    const reply = await ask()
    if (reply.status < 500 || attempt === 5) return reply
  }
}

/** In, listed, collected, deleted, by people who ask again; `between` happens before each. */
async function wholeLife(box: RawBox, drop: BoxDrop, via: Wire, between: () => Promise<void>): Promise<void> {
  await between()
  expect((await patiently(() => deposit(drop, { via }))).status).toBe(201)
  await between()
  expect((await patiently(() => collect(box, drop.dropId, { ...asOwner(box), via }))).body).toEqual(drop.bytes)
  await between()
  const listed = await patiently(() => items(box, {}, asOwner(box)))
  expect(listed.json).toMatchObject({ items: [{ drop: drop.dropId }], more: false, count: 1, bytes: DROP_BYTES })
  await between()
  expect((await patiently(() => remove(box, [drop.dropId], { via }))).json).toEqual({ deleted: 1 })
  expect((await patiently(() => items(box, {}, asOwner(box)))).json).toMatchObject({ items: [], count: 0 })
}

test('an eviction before every request loses nothing', async () => {
  const box = await newBox()
  const [drop, before] = [await newBoxDrop(box), await storeKeys()]
  await wholeLife(box, drop, withBindings({}), async () => {
    await evict(drop.dropId)
    await evictRack(box.address)
  })
  expect(await storeKeys()).toEqual(before)
  expect(await boxOf(box.address)).toMatchObject(EMPTY)
})

test.for([
  ['whichever storage call fails in the life of a drop in a box', false, 30],
  ['whichever call to the store does its work and then fails', true, 2],
] as const)('%s, it is listed once and gone in the end', { timeout: 120_000 }, async ([, hadEffect, least]) => {
  for (let nth = 1; ; nth++) {
    const blown = fuse(nth, hadEffect)
    const [box, before] = [await newBox(), await storeKeys()]
    const drop = await newBoxDrop(box)
    await evict(drop.dropId)
    await evictRack(box.address)
    await blown.wrap(drop.dropId)
    await blown.wrapRack(box.address)
    await wholeLife(box, drop, blown.wire, async () => {})
    blown.disarm()
    expect((await storeKeys()).length).toBe(before.length)
    expect(await boxOf(box.address)).toMatchObject(EMPTY)
    if (blown.count() >= nth) continue
    return expect(nth).toBeGreaterThan(least)
  }
})

test(
  'whichever storage call fails while a commit is noted, listed and answered, one item comes',
  { timeout: 120_000 },
  async () => {
    const parts = [randomNoise(MIN_PART_BYTES), randomNoise(9)]
    for (let nth = 1; ; nth++) {
      const box = await newBox()
      const cut = await uploadAll(box, parts)
      const blown = fuse(nth, false)
      await evict(cut.dropId)
      await evictRack(box.address)
      await blown.wrap(cut.dropId)
      await blown.wrapRack(box.address)
      expect((await patiently(() => cut.commit({ via: blown.wire }))).status).toBe(200)
      blown.disarm()
      expect(await idsOf(box)).toEqual([cut.dropId])
      expect(await boxOf(box.address)).toMatchObject({ items: 1, bytes: cut.size, pending: 0, pendingBytes: 0 })
      if (blown.count() >= nth) continue
      return expect(nth).toBeGreaterThan(8)
    }
  },
)

test('two senders of the same drop at once, and two commits at once, make one item', async () => {
  const box = await openBox()
  const drop = await newBoxDrop(box)
  const replies = await Promise.all([deposit(drop), deposit(drop), deposit(drop)])
  expect(replies.some(({ status }) => status === 201)).toBe(true)
  expect((await patiently(() => deposit(drop))).status).toBe(201)
  const cut = await uploadAll(box)
  const commits = await Promise.all([cut.commit(), cut.commit()])
  expect(commits.map(({ status }) => status)).toEqual([200, 200])
  expect(await idsOf(box)).toEqual([drop.dropId, cut.dropId])
  expect(await boxOf(box.address)).toMatchObject({
    items: 2,
    pending: 0,
    pendingBytes: 0,
    bytes: DROP_BYTES + cut.size,
  })
})

test('a worker that dies when the bytes are stored leaves an item that the alarm lists', async () => {
  const box = await openBox()
  const drop = await newBoxDrop(box)
  expect((await deposit(drop, { via: dyingBeforeTheRack() })).code).toBe('internal')
  expect(await itemOf(box.address, drop.dropId)).toMatchObject({ state: 'pending' })
  expect(await idsOf(box)).toEqual([])
  travel(10 * MINUTE)
  await evictRack(box.address)
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect(await idsOf(box)).toEqual([drop.dropId])
  // The alarm again, and the sender again.
  await fireRackAlarm(box.address)
  expect((await deposit(drop)).status).toBe(201)
  expect(await idsOf(box)).toEqual([drop.dropId])
  expect(await boxOf(box.address)).toMatchObject(ONE)
})

test('a worker that dies after a commit leaves an item that the alarm lists', async () => {
  const box = await openBox()
  const cut = await uploadAll(box)
  expect((await cut.commit({ via: dyingBeforeTheRack() })).code).toBe('internal')
  travel(10 * MINUTE)
  await fireRackAlarm(box.address)
  expect(await idsOf(box)).toEqual([cut.dropId])
  expect((await cut.commit()).status).toBe(200)
  expect(await idsOf(box)).toEqual([cut.dropId])
})

test('a worker that dies before anything is stored leaves no item, and its room is given back', async () => {
  const box = await openBox()
  const drop = await newBoxDrop(box)
  const kv = storeWith(env.KV, { put: () => Promise.reject(new Error('the worker has died')) })
  const deaf = dyingBeforeTheRack()
  // As after a crash: the shelf has noted the attempt, and nothing took it back.
  await deposit(drop, { via: (request) => deaf(request) })
  await inShelf(drop.dropId, (_shelf, { storage }) => void storage.sql.exec("UPDATE drops SET phase = 'uploading'"))
  expect(await boxOf(box.address)).toMatchObject({
    items: 0,
    pending: 1,
    pendingBytes: DROP_BYTES,
    dayBytes: DROP_BYTES,
  })
  travel(10 * MINUTE)
  await fireRackAlarm(box.address)
  expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, dayBytes: 0 })
  // Its sender comes back.
  expect((await deposit(drop, { via: withBindings({ KV: kv }) })).code).toBe('try_later')
  expect(await boxOf(box.address)).toMatchObject({ items: 0 })
  expect((await deposit(drop)).status).toBe(201)
  expect(await idsOf(box)).toEqual([drop.dropId])
  expect(await boxOf(box.address)).toMatchObject(ONE)
})

test('a long upload keeps its room, and is asked about less and less often', async () => {
  const box = await openBox()
  const cut = await uploadAll(box)
  const waits: number[] = []
  for (;;) {
    const item = await itemOf(box.address, cut.dropId)
    if (item === undefined) break
    expect(item.state).toBe('pending')
    waits.push(Math.round((item.dueMs - Date.now()) / MINUTE))
    travelTo(item.dueMs)
    await fireRackAlarm(box.address)
  }
  expect(waits.slice(0, 4)).toEqual([10, 10, 20, 40])
  expect(waits.length).toBeLessThan(15)
  expect(await boxOf(box.address)).toMatchObject(EMPTY)
})

test('a drop that is revoked while it is on its way is never listed, and its room is given back', async () => {
  const box = await openBox()
  const cut = await uploadAll(box)
  const { dropId, sender } = cut
  expect((await send({ name: 'revoke', dropId, signers: { sender } })).json).toMatchObject({ state: 'revoked' })
  expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, dayBytes: 0 })
  expect((await cut.commit()).code).toBe('gone')

  const drop = await newBoxDrop(box)
  const slow = slowPuts(env.KV)
  const coming = deposit(drop, { via: withBindings({ KV: slow.kv }) })
  await slow.reached
  await send({ name: 'revoke', dropId: drop.dropId, signers: { sender: drop.sender } })
  slow.release()
  expect((await coming).code).toBe('try_later')
  expect(await idsOf(box)).toEqual([])
  expect(await boxOf(box.address)).toMatchObject({ ...EMPTY, dayBytes: 0 })
})

test('a drop whose end nobody told the rack leaves the list when somebody tries to collect it', async () => {
  const box = await openBox()
  const { dropId, sender } = await depositInBox(box)
  await send({ name: 'revoke', dropId, signers: { sender }, via: dyingBeforeTheRack() })
  expect(await idsOf(box)).toEqual([dropId])
  expect((await collect(box, dropId)).code).toBe('gone')
  expect(await idsOf(box)).toEqual([])
})

test('a deletion that the store refuses is said to be unfinished, and finished when it is asked again', async () => {
  const box = await openBox()
  const [drop, other] = [await depositInBox(box), await depositInBox(box)]
  const [blob = ''] = (await rowOf(drop.dropId))?.blobs ?? []
  await shelfUses(drop.dropId, storeWith(env.KV, { delete: () => Promise.reject(new Error('KV failed: 500')) }))
  expect((await remove(box, [drop.dropId, other.dropId])).code).toBe('try_later')
  expect((await collect(box, drop.dropId)).code).toBe('gone')
  expect(await idsOf(box)).toEqual([])
  await evict(drop.dropId)
  expect((await remove(box, [drop.dropId, other.dropId])).json).toEqual({ deleted: 2 })
  expect(await env.KV.get(blob)).toBe(null)
})

test('an alarm whose shelf does not answer keeps nobody else waiting, and comes again', async () => {
  const box = await openBox()
  const drops = await repeatedly(3, () => newBoxDrop(box))
  for (const drop of drops) await deposit(drop, { via: dyingBeforeTheRack() })
  travel(10 * MINUTE)
  await rackUses(box.address, { SHELVES: '3' })
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect(await boxOf(box.address)).toMatchObject({ items: 0, pending: 3 })
  await evictRack(box.address)
  travel(MINUTE)
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect((await idsOf(box)).toSorted()).toEqual(drops.map(({ dropId }) => dropId).toSorted())
})
