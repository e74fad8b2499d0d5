import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { ERASE_BATCH, MAX_ATTEMPTS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { Part } from '../../worker/drops/part-rows.ts'
import { travel } from './support/clock.ts'
import { revoke, sent } from './support/drops.ts'
import { storeWith } from './support/faults.ts'
import { fireAlarm, inShelf, rowOf, shelfUsesAll } from './support/inside.ts'
import { allKeys, announce, attemptsAt, pretend, upload } from './support/parts.ts'

const FAILS = async (): Promise<never> => Promise.reject(new Error('the store failed: 500'))
type Operation = (key: string, ...more: unknown[]) => Promise<unknown>

test('attempts that are lost do not make a drop grow without end', async () => {
  const drop = await announce()
  const lost = Array.from({ length: 3 + MAX_ATTEMPTS }, (_, at): Part => attempt(at % 3, `part/lost-${at}`, 'writing'))
  await pretend(drop, lost, async () => {})
  await inShelf(drop.dropId, (_shelf, { storage }) => storage.sql.exec('UPDATE drops SET parts = 3'))
  expect((await upload(drop, 2)).code).toBe('try_later')
  expect((await revoke(drop)).json['state']).toBe('revoked')
})

test.for([
  ['KV', 'part/', 640],
  ['R2', 'r2/', 640],
  ['KV', 'part/', ERASE_BATCH + 50],
] as const)(
  'on %s a drop of many parts is revoked, though the store fails in the middle: %s %i',
  async ([store, prefix, count]) => {
    const mine = async (): Promise<readonly string[]> => (await allKeys()).filter((key) => key.includes('many-'))
    const drop = await announce({ ttlSeconds: 300 })
    const parts = Array.from({ length: count }, (_, n) =>
      attempt(n, `${prefix}many-${n}`, n % 7 === 0 ? 'writing' : 'received'),
    )
    await pretend(drop, parts, (key) => (store === 'R2' ? env.BUCKET.put(key, 'x') : env.KV.put(key, 'x')))
    let calls = 0
    let most = 0
    let open = 0
    const remove: Operation = async (key) => {
      most = Math.max(most, ++open)
      await (env.KV.delete as Operation)(key)
      open--
      return ++calls === 100 ? FAILS() : undefined
    }
    const bucket = { delete: async (keys: string[]) => (++calls === 1 ? FAILS() : env.BUCKET.delete(keys)) }
    await shelfUsesAll(drop.dropId, { KV: storeWith(env.KV, { delete: remove }), R2: bucket as R2Bucket })
    expect((await revoke(drop)).code).toBe('try_later')
    expect((await sent(drop)).json['state']).toBe('revoked')
    expect((await mine()).length).toBeGreaterThan(0)
    travel(61_000)
    for (let round = 0; round < 3; round++) await fireAlarm(drop.dropId)
    expect(await mine()).toEqual([])
    expect(most).toBeLessThanOrEqual(6)
    expect((await revoke(drop)).status).toBe(200)
    // A part that was being written may still arrive: it is remembered, and deleted again with the row.
    const rest = await attemptsAt(drop.dropId)
    expect(rest.every(({ state }) => state === 'erased')).toBe(true)
    expect(rest).toHaveLength(Math.ceil(count / 7))
    await (store === 'R2' ? env.BUCKET.put(rest[0]!.blob, 'late') : env.KV.put(rest[0]!.blob, 'late'))
    await shelfUsesAll(drop.dropId, { R2: env.BUCKET })
    travel(UPLOAD_LIFE_SECONDS * 1_000)
    await fireAlarm(drop.dropId)
    expect([await mine(), await rowOf(drop.dropId), await attemptsAt(drop.dropId)]).toEqual([[], undefined, []])
  },
)

function attempt(n: number, blob: string, state: Part['state']): Part {
  return { n, blob, size: 1, digest: new Uint8Array(32), state }
}
