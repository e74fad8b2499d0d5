import { expect, test } from 'vitest'
import { asOwner, collect, deposit, items, depositInBox, newBox, newBoxDrop, remove } from './support/boxes.ts'
import { DAY, travel } from './support/clock.ts'
import { boxOf, fireRackAlarm, inRack } from './support/inside-rack.ts'
import { repeatedly } from '../kit/people.ts'

/** The rows that a rack has read and written by SQLite's own count, step by step. */
async function meter(
  box: Awaited<ReturnType<typeof newBox>>,
): Promise<<T>(run: () => Promise<T>) => Promise<{ read: number; written: number }>> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  await inRack(box.address, (_rack, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql)
    Object.assign(storage.sql, {
      exec: (query: string, ...values: SqlStorageValue[]) => {
        const cursor = exec(query, ...values)
        cursors.push(cursor)
        return cursor
      },
    })
  })
  return async (run) => {
    const before = cursors.length
    await run()
    // Cursors belong to the object that they came from.
    return inRack(box.address, () => {
      const own = cursors.slice(before)
      return {
        read: own.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
        written: own.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
      }
    })
  }
}

test('a drop in a box costs nine rows on its rack over its whole life', async () => {
  const box = await newBox()
  // The tables are there, and so is the row of the box.
  await depositInBox(box)
  const spent = await meter(box)
  const drop = await newBoxDrop(box)
  expect(await spent(() => deposit(drop))).toMatchObject({ written: 7 })
  expect(await spent(() => deposit(drop))).toMatchObject({ written: 0 })
  expect(await spent(() => repeatedly(3, () => collect(box, drop.dropId, asOwner(box))))).toMatchObject({ written: 0 })
  expect(await spent(() => items(box, {}, asOwner(box)))).toMatchObject({ written: 0 })
  expect(await spent(() => remove(box, [drop.dropId]))).toMatchObject({ written: 2 })
  expect(await spent(() => remove(box, [drop.dropId]))).toMatchObject({ written: 0 })
})

test('a page of a long list reads its own rows and no others', async () => {
  const box = await newBox()
  await repeatedly(40, () => depositInBox(box))
  const spent = await meter(box)
  const [few, more] = [
    await spent(() => items(box, { most: 5 }, asOwner(box))),
    await spent(() => items(box, { most: 20 }, asOwner(box))),
  ]
  expect(few.read).toBeLessThanOrEqual(6 + 4)
  expect(more.read - few.read).toBe(15)
})

test('nothing remains of an address that holds nothing any more and has no card', async () => {
  const box = await newBox()
  const { dropId } = await depositInBox(box)
  // The alarm would come when the drop expires; now there is a reason to come sooner.
  await remove(box, [dropId])
  expect(await boxOf(box.address)).toMatchObject({ items: 0 })
  const armed = await inRack(box.address, (_rack, { storage }) => storage.getAlarm())
  expect(armed).toBeLessThanOrEqual(Date.now() + DAY)
  expect((await boxOf(box.address)).seq).toBeGreaterThan(0)
  travel(DAY)
  expect(await fireRackAlarm(box.address)).toBe(true)
  expect(await boxOf(box.address)).toMatchObject({ seq: 0, day: 0 })
})
