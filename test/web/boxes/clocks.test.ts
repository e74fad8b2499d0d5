import { afterEach, expect, test, vi } from 'vitest'
import { newVault } from '#client/box/vault.ts'
import { watchIdle } from '../../../web/pages/box/idle.ts'
import { memoryStore } from '../../../web/platform/store.ts'
import { boxFaults, clockTimes } from '../../../web/copy/boxes-faults.ts'
import { boxWords, lockedWords } from '../../../web/copy/boxes.ts'
import { moment } from '../../../web/copy/format.ts'
import { newState, NOW, quickStretch, WEEK } from '../../client/box/support/states.ts'
import { says } from '../../kit/network.ts'
import { PASSPHRASE, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

const rooms: RoomStage[] = []

afterEach(() => rooms.splice(0).forEach((room) => room.close()))

/** At the screen of a box that this device keeps. */
async function before(): Promise<RoomStage> {
  const store = memoryStore()
  const backedUp = { ...(await newState('Tips')), backedUpAtMs: NOW }
  await store.keepVault((await newVault(backedUp, PASSPHRASE, quickStretch)).vault)
  const room = roomStage({ store })
  rooms.push(room)
  await expect.poll(() => room.text(), PATIENT).toContain('Tips')
  await room.press(boxWords.unlockBox('Tips'))
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  return room
}

async function unlock(room: RoomStage): Promise<void> {
  await room.fill(lockedWords.passphrase, PASSPHRASE)
  await room.press(lockedWords.unlock)
  await expect.poll(() => room.state().job?.name, PATIENT).not.toBe('unlock')
}

test('a clock that is weeks ahead is told when a box is unlocked, and no key is deleted', async () => {
  const room = await before()
  await unlock(room)
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const { chain } = room.session().state()
  room.act.home.lock()
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  room.now += 6 * WEEK
  room.server().hand = (name) => (name === 'limits' ? says({ largest: 1, time: NOW / 1_000 }) : undefined)
  await unlock(room)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.clock_wrong)
  expect(room.text()).toContain(clockTimes(moment(NOW + 6 * WEEK), moment(NOW)))
  expect(room.session().state().chain).toEqual(chain)
})

test('where the server could not be asked for the time old keys were kept, and nobody was told', async () => {
  const room = await before()
  await unlock(room)
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const { chain } = room.session().state()
  room.act.home.lock()
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  room.now += 6 * WEEK
  room.isOffline = true
  await unlock(room)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.keys_kept)
  expect(room.session().state().chain).toEqual(chain)
})

test('a box that was renewed by a clock weeks ahead took no drops, while its owner read until when it does', async () => {
  const room = await before()
  await unlock(room)
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const { serial } = room.session().state()
  room.now += 8 * WEEK
  room.server().hand = (name) => (name === 'limits' ? says({ largest: 1, time: NOW / 1_000 }) : undefined)
  expect(await room.act.home.publish()).toBe(false)
  await expect.poll(() => room.text(), PATIENT).toContain(clockTimes(moment(NOW + 8 * WEEK), moment(NOW)))
  expect([room.session().state().serial, room.server().cards()[0]?.serial]).toEqual([serial, serial])
})

test('a clock that was put back by a day kept a box open that nobody used', () => {
  vi.useFakeTimers()
  const onIdle = vi.fn<() => void>()
  const order = { clock: () => Date.now(), ticks: () => performance.now(), minutes: () => 10, tickMs: 1_000 }
  const end = watchIdle({ ...order, onIdle, target: new EventTarget() })
  try {
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(Date.now() - 86_400_000)
    vi.advanceTimersByTime(599_000)
    expect(onIdle).not.toHaveBeenCalled()
    vi.advanceTimersByTime(3_000)
    expect(onIdle).toHaveBeenCalled()
  } finally {
    end()
    vi.useRealTimers()
  }
})
