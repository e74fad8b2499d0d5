import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { DropId } from '#protocol/id.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { shelfOf } from '../../worker/drops/shelves.ts'
import { depositInBox, openBox, remove } from './support/boxes.ts'
import { MINUTE, travel } from './support/clock.ts'
import { acknowledge, claim, create, guess, depositDrop, newDrop, revoke } from './support/drops.ts'
import { dyingAfterTheStore, fuse, slowDeletes, slowPuts } from './support/faults.ts'
import { blobsOf, dueOf, fireAlarm, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { begin, newCut, upload } from './support/parts.ts'
import { newReader, repeatedly } from '../kit/people.ts'
import type { Changes } from './support/wire.ts'

/** A drop, and the request that ends it. */
interface Ending {
  readonly dropId: DropId
  readonly end: (changes?: Changes) => Promise<unknown>
}

const ENDS: readonly [cause: string, depositDrop: () => Promise<Ending>][] = [
  [
    'read',
    async () => {
      const [drop, reader] = [await depositDrop(), await newReader()]
      await claim(drop, reader.publicKey)
      return { dropId: drop.dropId, end: (changes) => acknowledge(drop, reader, changes) }
    },
  ],
  [
    'revoked',
    async () => {
      const drop = await depositDrop()
      return { dropId: drop.dropId, end: (changes) => revoke(drop, changes) }
    },
  ],
  [
    'locked',
    async () => {
      const drop = await depositDrop()
      await repeatedly(MAX_TRIES - 1, () => guess(drop))
      return { dropId: drop.dropId, end: () => guess(drop) }
    },
  ],
  [
    'deleted',
    async () => {
      const box = await openBox()
      const { dropId } = await depositInBox(box)
      return { dropId, end: (changes) => remove(box, [dropId], changes) }
    },
  ],
]

test.for(ENDS)(
  'the ciphertext of a %s drop whose shelf died before it was deleted is gone a minute later, though nobody asks again',
  async ([cause, layOne]) => {
    const { dropId, end } = await layOne()
    const slow = slowDeletes(env.KV)
    await shelfUses(dropId, slow.kv)
    // From here on the request does nothing more, as after a death.
    const ending = end()
    await slow.reached
    await shelfUses(dropId, env.KV)
    expect([(await rowOf(dropId))?.phase, (await blobsOf(dropId)).length]).toEqual([cause, 1])
    travel(MINUTE)
    expect(await fireAlarm(dropId)).toBe(true)
    expect(await blobsOf(dropId)).toEqual([])
    expect(await dueOf(dropId)).toBe((await rowOf(dropId))?.expiresAtMs)
    slow.release()
    await ending
  },
)

test.for(ENDS)(
  'whichever storage call fails while a drop is %s, nothing of it is in the store a minute after it has ended',
  async ([cause, layOne]) => {
    for (let nth = 1; ; nth++) {
      const { dropId, end } = await layOne()
      const blown = fuse(nth, false)
      await blown.wrap(dropId)
      await end({ via: blown.wire }).catch(() => undefined)
      blown.disarm()
      travel(MINUTE)
      await fireAlarm(dropId)
      const hasEnded = (await rowOf(dropId))?.phase === cause
      expect([hasEnded, (await blobsOf(dropId)).length]).toEqual([hasEnded, hasEnded ? 0 : 1])
      if (blown.count() >= nth) continue
      expect(hasEnded).toBe(true)
      return expect(nth).toBeGreaterThan(4)
    }
  },
)

test('bytes that come after a drop was revoked, from a worker that dies then, are gone ten minutes after the end', async () => {
  const drop = await newDrop()
  const [slow, before] = [slowPuts(env.KV), await storeKeys()]
  const coming = create(drop, { via: dyingAfterTheStore(slow.kv) })
  await slow.reached
  await revoke(drop)
  slow.release()
  expect((await coming).code).toBe('internal')
  expect((await storeKeys()).length).toBe(before.length + 1)
  travel(10 * MINUTE)
  expect(await fireAlarm(drop.dropId)).toBe(true)
  expect(await storeKeys()).toEqual(before)
})

test('a part that comes after its drop was revoked, from a worker that dies then, is gone ten minutes after the end', async () => {
  const [drop, before] = [await newCut(), await storeKeys()]
  await begin(drop)
  const slow = slowPuts(env.KV)
  const coming = upload(drop, 0, { via: dyingAfterTheStore(slow.kv) })
  await slow.reached
  await revoke(drop)
  slow.release()
  await expect(coming).rejects.toThrow('the worker has died')
  expect((await storeKeys()).length).toBe(before.length + 1)
  travel(10 * MINUTE)
  expect(await fireAlarm(drop.dropId)).toBe(true)
  expect(await storeKeys()).toEqual(before)
  expect(await dueOf(drop.dropId)).toBe((await rowOf(drop.dropId))?.expiresAtMs)
})

test('bytes that their worker gives up after the end are deleted by the alarm if the shelf dies first', async () => {
  const drop = await depositDrop()
  await revoke(drop)
  const [blob = ''] = (await rowOf(drop.dropId))?.blobs ?? []
  // Another attempt, of which nobody counted on anything.
  await env.KV.put(blob, 'late')
  const slow = slowDeletes(env.KV)
  await shelfUses(drop.dropId, slow.kv)
  const given = (await shelfOf(env, drop.dropId)).abandon(drop.dropId, blob)
  await slow.reached
  await shelfUses(drop.dropId, env.KV)
  expect(await blobsOf(drop.dropId)).toEqual([blob])
  travel(MINUTE)
  expect(await fireAlarm(drop.dropId)).toBe(true)
  expect(await blobsOf(drop.dropId)).toEqual([])
  slow.release()
  await given
})
