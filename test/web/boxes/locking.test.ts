import { afterEach, expect, test, vi } from 'vitest'
import type { SealedDraftText } from '#client/box/sealed-draft.ts'
import { join } from '#client/box/joining.ts'
import { newVault, openVault } from '#client/box/vault.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import { watchIdle } from '../../../web/pages/box/idle.ts'
import { memoryStore, type Store } from '../../../web/platform/store.ts'
import { FIRST_BOXES, wouldLoseBox, type Screen } from '../../../web/pages/box/state.ts'
import { boxWords, homeWords, lockedWords } from '../../../web/copy/boxes.ts'
import { boxFaults } from '../../../web/copy/boxes-faults.ts'
import { forgetWords, settingsWords } from '../../../web/copy/boxes-settings.ts'
import { newState, NOW, quickStretch, WEEK } from '../../client/box/support/states.ts'
import { refuses } from '../../kit/network.ts'
import type { TabMessage } from '../../../web/platform/tabs.ts'
import { createUpTo, PASSPHRASE, PATIENT } from './support/ways.ts'
import { roomStage, tabsOf, type RoomSetting, type RoomStage } from './support/room-stage.tsx'

const rooms: RoomStage[] = []

const CLOCKS = { clock: () => Date.now(), ticks: () => performance.now() }

afterEach(() => rooms.splice(0).forEach((room) => room.close()))

async function storeWithBox(): Promise<Store> {
  const store = memoryStore()
  const backedUp = { ...(await newState('Tips')), backedUpAtMs: 1_795_392_000_000 }
  await store.keepVault((await newVault(backedUp, PASSPHRASE, quickStretch)).vault)
  return store
}

/** At the screen of a box that this device keeps. */
async function before(setting: RoomSetting = {}): Promise<RoomStage> {
  const room = roomStage({ store: await storeWithBox(), ...setting })
  rooms.push(room)
  await expect.poll(() => room.text(), PATIENT).toContain('Tips')
  await room.press(boxWords.unlockBox('Tips'))
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  return room
}

async function unlock(room: RoomStage, passphrase = PASSPHRASE): Promise<void> {
  await room.fill(lockedWords.passphrase, passphrase)
  await room.press(lockedWords.unlock)
  await expect.poll(() => room.state().job?.name, PATIENT).not.toBe('unlock')
}

test('a wrong passphrase is said so, as often as it is tried, and the right one opens then', async () => {
  const room = await before()
  for (const wrong of ['x', 'correct', 'Correct horse']) {
    await unlock(room, wrong)
    await expect
      .poll(() => room.page.querySelector('#passphrase-error')?.textContent, PATIENT)
      .toBe(boxFaults.open_failed)
    expect(room.page.querySelector<HTMLInputElement>('#passphrase')?.value).toBe(wrong)
  }
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  expect(room.session().state().name).toBe('Tips')
})

test('a lock leaves nothing open, and says why if nobody pressed it', async () => {
  const room = await before()
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  const session = room.session()
  room.lockIdle()
  expect(session.isLocked()).toBe(true)
  expect(() => session.state()).toThrow('forgotten')
  await expect(session.change((state) => ({ ...state, name: 'late' }))).rejects.toThrow('forgotten')
  expect(() => room.session()).toThrow('locked')
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.idle)
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  room.act.home.lock()
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  expect(room.text()).not.toContain(lockedWords.idle)
})

test('a reader whose keys have run out is told that a new reader code is needed', async () => {
  const store = memoryStore()
  const { box } = await newState('Tips')
  const joined = await join({ origin: location.origin, box, readerName: 'Ana', now: NOW })
  const note = { readAtMs: NOW, preview: '', expiresAtMs: NOW + WEEK, sealedTo: [] }
  const state = { ...joined, name: 'Tips', serial: 1, reading: { items: { [formatDropId(new Uint8Array(16))]: note } } }
  await store.keepVault((await newVault(state, PASSPHRASE, quickStretch)).vault)
  const room = await before({ store })
  await unlock(room)
  await expect.poll(() => room.server().asked, PATIENT).toContain('keys')
  room.server().hand = (name) => (name === 'keys' ? refuses('not_proved') : undefined)
  room.act.home.lock()
  await expect.poll(() => room.text(), PATIENT).toContain(lockedWords.lede)
  await unlock(room)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.reader_ended)
})

test('when another tab removes the box, this one locks and says so', async () => {
  const all = new Set<(message: TabMessage) => void>()
  const room = await before({ tabs: tabsOf(all) })
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const session = room.session()
  const other = roomStage({ store: room.store, tabs: tabsOf(all) })
  rooms.push(other)
  expect(await other.act.forget(session.state().box)).toBe(true)
  expect(session.isLocked()).toBe(true)
  await expect.poll(() => room.text(), PATIENT).toContain(boxWords.lost('Tips'))
})

test('what is typed while a box is removed is not left beside it', async () => {
  const slips = new Map<string, SealedDraftText>()
  const room = await before({ store: { ...(await storeWithBox()), slips } })
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const session = room.session()
  await session.beside.keep('draft', 'a text')
  const remove = slips.delete.bind(slips)
  slips.delete = (key) => {
    session.beside.keep('another draft', 'a later text').catch(() => {})
    return remove(key)
  }
  slips.set('another box', { name: 'a', sealed: new Uint8Array(1) })
  expect(await room.act.forget(session.state().box)).toBe(true)
  expect([...slips.keys()]).toEqual(['another box'])
})

test('a box is removed only after the word was typed', async () => {
  const room = await before()
  await room.press(lockedWords.forgotten)
  await room.press(forgetWords.button)
  await expect.poll(() => room.text(), PATIENT).toContain(forgetWords.unlike(forgetWords.word))
  expect(await room.store.vaults()).toHaveLength(1)
  await room.fill(forgetWords.confirm(forgetWords.word), ' Remove ')
  await room.press(forgetWords.button)
  await expect.poll(() => room.text(), PATIENT).toContain(boxWords.empty)
  expect(await room.store.vaults()).toEqual([])
})

test('a passphrase that was changed opens it, and the old one does not', async () => {
  const room = await before()
  await unlock(room)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('home')
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  await room.press('Settings')
  await expect.poll(() => room.text(), PATIENT).toContain(settingsWords.passphraseTitle)
  await room.fill(settingsWords.newPassphrase, 'another one that holds')
  await room.fill(settingsWords.newRepeated, 'another one that holds')
  await room.press(settingsWords.change)
  await expect.poll(() => room.state().announcement, PATIENT).toBe(boxWords.passphraseChanged)
  const [vault] = await room.store.vaults()
  if (vault === undefined) throw new Error('no vault')
  await expect(openVault(vault, PASSPHRASE, quickStretch)).rejects.toThrow('open_failed')
  expect((await openVault(vault, 'another one that holds', quickStretch)).state.name).toBe('Tips')
})

test('a page that nobody uses is idle after its minutes, by the clock, and a sign of somebody begins them anew', () => {
  vi.useFakeTimers()
  const target = new EventTarget()
  let minutes: number | undefined = undefined
  const onIdle = vi.fn<() => void>()
  const end = watchIdle({ ...CLOCKS, minutes: () => minutes, onIdle, target, tickMs: 1_000 })
  try {
    vi.advanceTimersByTime(3_600_000)
    // It was opened after an hour that nobody counts.
    minutes = 10
    vi.advanceTimersByTime(599_000)
    target.dispatchEvent(new Event('keydown'))
    vi.advanceTimersByTime(599_000)
    expect(onIdle).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_000)
    expect(onIdle).toHaveBeenCalled()

    // Asleep for an hour: the first move after it does not undo what is due.
    onIdle.mockClear()
    target.dispatchEvent(new Event('keydown'))
    onIdle.mockClear()
    vi.setSystemTime(Date.now() + 3_600_000)
    target.dispatchEvent(new Event('pointermove'))
    expect(onIdle).toHaveBeenCalledOnce()

    onIdle.mockClear()
    minutes = 0
    vi.advanceTimersByTime(36_000_000)
    expect(onIdle).not.toHaveBeenCalled()
  } finally {
    end()
    vi.useRealTimers()
  }
})

test('while something is under way nobody is idle, and the minutes begin anew after it; while a device sleeps nothing is', () => {
  vi.useFakeTimers()
  let isAtWork = true
  const onIdle = vi.fn<() => void>()
  const order = { ...CLOCKS, minutes: () => 10, isAtWork: () => isAtWork, onIdle, tickMs: 1_000 }
  const end = watchIdle({ ...order, target: new EventTarget() })
  try {
    vi.advanceTimersByTime(3_600_000)
    expect(onIdle).not.toHaveBeenCalled()
    isAtWork = false
    vi.advanceTimersByTime(599_000)
    expect(onIdle).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_000)
    expect(onIdle).toHaveBeenCalled()

    onIdle.mockClear()
    isAtWork = true
    vi.advanceTimersByTime(60_000)
    expect(onIdle).not.toHaveBeenCalled()
    vi.setSystemTime(Date.now() + 3_600_000)
    vi.advanceTimersByTime(1_000)
    expect(onIdle).toHaveBeenCalled()
  } finally {
    end()
    vi.useRealTimers()
  }
})

test('on a later visit, too, the page says that this browser has not promised to keep the box, and only then', async () => {
  const store: Store = { ...memoryStore(), isLasting: true }
  await store.keepVault((await newVault(await newState('Tips'), PASSPHRASE, quickStretch)).vault)
  for (const isPersisted of [false, true]) {
    const room = await before({ store })
    room.isPersisted = isPersisted
    await unlock(room)
    await expect.poll(() => room.state().isPersisted, PATIENT).toBe(isPersisted)
    await expect.poll(() => room.text(), PATIENT).toContain(homeWords.nag)
    expect(room.text().includes(homeWords.nagPersisted)).toBe(!isPersisted)
  }
})

test('a page that is left shows neither words nor a box to whoever comes back to it', async () => {
  const room = roomStage()
  rooms.push(room)
  const words = await createUpTo(room, 'check')
  room.act.making.showWords()
  await expect.poll(() => room.text(), PATIENT).toContain(words.slice(0, 1).join())
  room.leave()
  await expect.poll(() => room.text(), PATIENT).toContain(boxWords.empty)
  // Nothing of it is left to go on with.
  room.act.making.showWords()
  room.act.making.check()
  expect(room.state().screen.at).toBe('list')
  expect(JSON.stringify(room.state())).not.toContain(words.slice(0, 2).join('","'))

  const opened = await before()
  await unlock(opened)
  await expect.poll(() => opened.state().screen.at, PATIENT).toBe('home')
  const session = opened.session()
  opened.leave()
  expect(session.isLocked()).toBe(true)
  expect(opened.state().screen.at).toBe('list')
})

test.for<[string, boolean, Screen, boolean]>([
  ['the words of a new box', true, { at: 'phrase', words: [] }, true],
  ['a new box without protection', true, { at: 'protect', name: 'Tips', canPasskey: false, isNew: true }, true],
  ['a backup that can be opened again', true, { at: 'protect', name: 'Tips', canPasskey: false, isNew: false }, false],
  ['the list of boxes', true, { at: 'list' }, false],
  ['the list of boxes in a browser that keeps nothing', false, { at: 'list' }, true],
])('leaving the page at %s asks first, if it loses something', ([, isLasting, screen, loses]) => {
  const entry = { box: formatBoxAddress(new Uint8Array(32)), name: 'Tips', hasPasskey: false }
  expect(wouldLoseBox({ ...FIRST_BOXES, isLasting, screen, entries: [entry] })).toBe(loses)
})
