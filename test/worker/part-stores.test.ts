import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { STORE_MARGIN_SECONDS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { storeBody } from '../../worker/http/body-stream.ts'
import { travel, travelTo } from './support/clock.ts'
import { revoke } from './support/drops.ts'
import { randomNoise } from '../kit/bytes.ts'
import { storeWith } from './support/faults.ts'
import { fireAlarm, rowOf, shelfUses } from './support/inside.ts'
import { allKeys, announce, attemptsAt, commit, upload } from './support/parts.ts'
import { withBindings } from './support/wire.ts'

const FAILS = async (): Promise<never> => Promise.reject(new Error('the store failed: 500'))
type Operation = (key: string, ...more: unknown[]) => Promise<unknown>
const DOES_AND_FAILS: Operation = async (...all) => (await (env.KV.put as Operation)(...all), FAILS())

test('a store that refuses a part is told of as "later", whether or not it did the work, and nothing stays', async () => {
  const drop = await announce()
  const before = await allKeys()
  for (const put of [FAILS, DOES_AND_FAILS]) {
    const reply = await upload(drop, 0, { via: withBindings({ KV: storeWith(env.KV, { put }) }) })
    expect([reply.status, reply.code]).toEqual([503, 'try_later'])
    expect([await allKeys(), await attemptsAt(drop.dropId)]).toEqual([before, []])
  }
  expect((await upload(drop, 0)).status).toBe(201)
})

test('a part stays in KV as long as its drop can live from there, and not much longer', async () => {
  const asked: unknown[] = []
  const put: Operation = async (key, ...more) => {
    asked.push(more[1])
    return (env.KV.put as Operation)(key, ...more)
  }
  const drop = await announce({ ttlSeconds: 300 })
  await upload(drop, 2, { via: withBindings({ KV: storeWith(env.KV, { put }) }) })
  const [{ expirationTtl }] = asked as [{ expirationTtl: number }]
  expect(UPLOAD_LIFE_SECONDS + 300 + STORE_MARGIN_SECONDS - expirationTtl).toBeLessThan(30)
})

test('a commit in the last second of the day counts, and its parts stay for all of the life that begins then', async () => {
  const asked: number[] = []
  const put: Operation = async (key, ...more) => {
    asked.push((more[1] as { expirationTtl: number }).expirationTtl)
    return (env.KV.put as Operation)(key, ...more)
  }
  const via = withBindings({ KV: storeWith(env.KV, { put }) })
  const [drop, late] = [await announce({ ttlSeconds: 2_592_000 }), await announce()]
  for (const n of [0, 1]) await upload(drop, n, { via })
  for (const n of late.parts.keys()) await upload(late, n)
  const ends = (await rowOf(drop.dropId))?.expiresAtMs ?? 0
  travelTo(ends - 1_000)
  await upload(drop, 2, { via })
  const { json } = await commit(drop, { via })
  const expires = Number(json['expires'])
  expect(expires - ends / 1_000).toBeCloseTo(2_592_000, -1)
  // By the last part, whose upload left no more than a second of the day; KV takes no less than a minute.
  expect(asked).toHaveLength(3)
  for (const ttl of asked) expect(ttl).toBeGreaterThanOrEqual(2_592_000 + STORE_MARGIN_SECONDS)
  travel(10_000)
  expect([(await commit(late)).code, (await upload(late, 0)).code]).toEqual(['gone', 'gone'])
  await fireAlarm(drop.dropId)
  await fireAlarm(late.dropId)
  expect([(await commit(drop)).json, await rowOf(late.dropId)]).toEqual([json, undefined])
  expect(await attemptsAt(drop.dropId)).toHaveLength(3)
  expect(await attemptsAt(late.dropId)).toEqual([])
})

test('a shelf whose store cannot delete a replaced part keeps its name, and deletes it with the drop', async () => {
  const drop = await announce()
  const before = await allKeys()
  await upload(drop, 2)
  await shelfUses(drop.dropId, storeWith(env.KV, { delete: FAILS }))
  await upload({ ...drop, parts: [...drop.parts.slice(0, 2), new Uint8Array([drop.parts[2]![0]! ^ 1])] }, 2)
  expect((await attemptsAt(drop.dropId)).map(({ state }) => state).toSorted()).toEqual(['received', 'replaced'])
  await shelfUses(drop.dropId, env.KV)
  await revoke(drop)
  expect([await allKeys(), await attemptsAt(drop.dropId)]).toEqual([before, []])
})

test('a store that takes its time is waited for: of a part no more than a few windows are in memory', async () => {
  const pieces = Array.from({ length: 64 }, () => randomNoise(65_536))
  const size = 64 * 65_536
  const { readable, writable } = new IdentityTransformStream()
  const writer = writable.getWriter()
  let taken = 0
  const sending = (async () => {
    for (const piece of pieces) await writer.write(piece).then(() => taken++)
    await writer.close()
  })()
  let wake = (): void => {}
  const awake = new Promise<void>((resolve) => (wake = resolve))
  let stored = 0
  const poured = storeBody(readable, size, async (stream) => {
    await awake
    for await (const piece of stream) stored += piece.length
  })
  // Long enough for all of it, if nobody waited.
  await new Promise((resolve) => setTimeout(resolve, 500))
  const ahead = taken
  wake()
  expect((await poured).outcome).toBe('stored')
  await sending
  expect([taken, stored]).toEqual([64, size])
  expect(ahead).toBeLessThan(8)
})
