import { expect, test } from 'vitest'
import {
  acknowledge,
  claim,
  create,
  guess,
  depositDrop,
  newDrop,
  part,
  readWhole,
  reopen,
  revoke,
  type RawDrop,
} from './support/drops.ts'
import { travel } from './support/clock.ts'
import { fireAlarm, inShelf, rowOf } from './support/inside.ts'
import { begin, commit, newCut, upload, uploaded } from './support/parts.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'

/** Billed rows, step by step: what SQLite itself says it wrote, and how often an alarm was set (a row each). */
interface Bill {
  readonly steps: Record<string, number>
  readonly alarms: () => number
  step<T>(name: string, run: () => Promise<T>): Promise<T>
}

async function meter(drop: RawDrop): Promise<Bill> {
  // The shelf has its tables and nothing else: no other drop whose alarm comes sooner.
  await depositDrop({ dropId: drop.dropId })
  await inShelf(drop.dropId, async (_shelf, { storage }) => {
    storage.sql.exec('DELETE FROM drops')
    await storage.deleteAlarm()
  })
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  let alarms = 0
  await inShelf(drop.dropId, (_shelf, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql)
    const setAlarm = storage.setAlarm.bind(storage)
    Object.assign(storage.sql, {
      exec: (query: string, ...values: SqlStorageValue[]) => {
        const cursor = exec(query, ...values)
        cursors.push(cursor)
        return cursor
      },
    })
    Object.assign(storage, { setAlarm: (time: number) => (alarms++, setAlarm(time)) })
  })
  const steps: Record<string, number> = {}
  return {
    steps,
    alarms: () => alarms,
    step: async (name, run) => {
      const before = await written()
      const result = await run()
      steps[name] = (steps[name] ?? 0) + (await written()) - before
      return result
    },
  }

  function written(): Promise<number> {
    // Cursors belong to the object that they came from.
    return inShelf(drop.dropId, () => cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0))
  }
}

function total(steps: Readonly<Record<string, number>>): number {
  return Object.values(steps).reduce((sum, rows) => sum + rows, 0)
}

function print(life: string, { steps, alarms }: Bill): void {
  const list = Object.entries(steps).map(([name, rows]) => `${name} ${rows}`)
  console.info(`rows written, ${life}: ${list.join(' + ')} = ${total(steps)}; alarms set: ${alarms()}`)
}

test('a drop that is read once costs nine rows over its whole life', async () => {
  const drop = await newDrop({ ttlSeconds: 3_600 })
  const bill = await meter(drop)
  const reader = await newReader()
  await bill.step('create', () => create(drop))
  await bill.step('claim', () => claim(drop, reader.publicKey))
  await bill.step('read again', () => repeatedly(5, () => part(drop, reader)))
  await bill.step('claim again', () => repeatedly(5, () => claim(drop, reader.publicKey)))
  await bill.step('acknowledge', () => acknowledge(drop, reader))
  await bill.step('acknowledge again', () => acknowledge(drop, reader))
  await bill.step('expire', () => expire(drop))
  print('read once', bill)
  expect(bill.steps).toEqual({
    create: 3,
    claim: 1,
    'read again': 0,
    'claim again': 0,
    acknowledge: 4,
    'acknowledge again': 0,
    expire: 1,
  })
  expect(total(bill.steps)).toBeLessThanOrEqual(9)
})

test('a drop that is revoked costs no more', async () => {
  const drop = await newDrop({ ttlSeconds: 3_600 })
  const bill = await meter(drop)
  await bill.step('create', () => create(drop))
  await bill.step('revoke', () => repeatedly(2, () => revoke(drop)))
  await bill.step('expire', () => expire(drop))
  print('revoked', bill)
  expect(total(bill.steps)).toBeLessThanOrEqual(9)
})

test('a drop that nobody reads costs no more', async () => {
  const drop = await newDrop({ ttlSeconds: 3_600 })
  const bill = await meter(drop)
  await bill.step('create', () => create(drop))
  await bill.step('expire', () => expire(drop))
  print('expired unread', bill)
  expect(total(bill.steps)).toBeLessThanOrEqual(6)
})

test('every change beyond a plain life costs a row, and a request that changes nothing costs none', async () => {
  const drop = await newDrop({ ttlSeconds: 3_600 })
  const bill = await meter(drop)
  await bill.step('create', () => create(drop))
  await bill.step('create again', () => create(drop))
  await bill.step('guess', () => guess(drop))
  const reader = await newReaderKey()
  await bill.step('claim', () => claim(drop, reader))
  await bill.step('reopen', () => repeatedly(3, () => reopen(drop, reader)))
  await bill.step('dismissed claim', () => claim(drop, reader))
  await bill.step('next reader', () => readWhole(drop))
  await bill.step('guess at the tombstone', () => repeatedly(20, () => guess(drop)))
  await bill.step('expire', () => expire(drop))
  print('with everything', bill)
  expect(bill.steps).toEqual({
    create: 3,
    'create again': 0,
    guess: 1,
    claim: 1,
    reopen: 1,
    'dismissed claim': 0,
    'next reader': 5,
    'guess at the tombstone': 9,
    expire: 1,
  })
})

test('a part costs three rows over its whole life, and a commit two', async () => {
  const drop = await newCut({ ttlSeconds: 3_600 })
  const bill = await meter(drop)
  const reader = await newReader()
  await bill.step('begin', () => repeatedly(2, () => begin(drop)))
  await bill.step('upload', () => Promise.all(drop.parts.map((_, n) => upload(drop, n))))
  await bill.step('upload again', () => upload(drop, 0))
  await bill.step('ask', () => uploaded(drop))
  await bill.step('commit', () => repeatedly(2, () => commit(drop)))
  await bill.step('claim', () => claim(drop, reader.publicKey))
  await bill.step('read', () => repeatedly(3, (n) => part(drop, reader, { query: `?n=${n}` })))
  await bill.step('acknowledge', () => acknowledge(drop, reader))
  await bill.step('expire', () => expire(drop))
  print('in three parts', bill)
  expect(bill.steps).toEqual({
    begin: 2,
    upload: 6,
    'upload again': 0,
    ask: 0,
    commit: 2,
    claim: 1,
    read: 0,
    acknowledge: 7,
    expire: 1,
  })
})

async function expire(drop: RawDrop): Promise<void> {
  travel(3_601_000)
  await fireAlarm(drop.dropId)
  expect(await rowOf(drop.dropId)).toBeUndefined()
}
