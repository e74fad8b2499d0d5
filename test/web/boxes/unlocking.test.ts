import { afterEach, expect, test } from 'vitest'
import { publish } from '#client/box/owner.ts'
import { deriveReaderKey, recipientsFrom } from '#client/box/reader-keys.ts'
import { newVault } from '#client/box/vault.ts'
import { epochAt } from '#protocol/epoch.ts'
import { memoryStore } from '../../../web/platform/store.ts'
import { boxWords, lockedWords } from '../../../web/copy/boxes.ts'
import { newState, quickStretch, WEEK } from '../../client/box/support/states.ts'
import { PASSPHRASE, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

const rooms: RoomStage[] = []

afterEach(() => rooms.splice(0).forEach((room) => room.close()))

/** A box that was unlocked, published, and locked again. */
async function locked(): Promise<RoomStage> {
  const store = memoryStore()
  await store.keepVault((await newVault(await newState('Tips'), PASSPHRASE, quickStretch)).vault)
  const room = roomStage({ store })
  rooms.push(room)
  await expect.poll(() => room.text(), PATIENT).toContain('Tips')
  await room.press(boxWords.unlockBox('Tips'))
  await unlock(room)
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  return room
}

async function unlock(room: RoomStage): Promise<void> {
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  await room.fill(lockedWords.passphrase, PASSPHRASE)
  await room.press(lockedWords.unlock)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
}

test('keys that run short are renewed when their owner unlocks the box', async () => {
  const room = await locked()
  room.act.home.lock()
  room.now += 8 * WEEK
  await unlock(room)
  await expect.poll(() => room.server().cards()[0]?.epoch, PATIENT).toBe(epochAt(room.now))
  expect(room.server().cards()).toHaveLength(14)
})

test('a reader whom another device of the owner’s has added meanwhile is on the list once the box is unlocked', async () => {
  const room = await locked()
  const other = room.session().state()
  room.act.home.lock()
  const { publicKey: key } = await deriveReaderKey(new Uint8Array(32).fill(7))
  const first = epochAt(room.now)
  const ben = { name: 'Ben', key, first, ages: await recipientsFrom(other.chain, first) }
  await publish(room.server(), { ...other, readers: [...other.readers, ben] }, room.now + 1_000)
  await unlock(room)
  const names = (): readonly string[] =>
    room
      .session()
      .state()
      .readers.map(({ name }) => name)
  await expect.poll(names, PATIENT).toEqual([...other.readers.map(({ name }) => name), 'Ben'])
})
