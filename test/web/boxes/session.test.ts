import { expect, test } from 'vitest'
import { newVault, openVault, removePasskey, addPasskey, changePassphrase } from '#client/box/vault.ts'
import { isBackupDue } from '../../../web/pages/box/backup-due.ts'
import { openSession, type OpenSession } from '../../../web/pages/box/open-session.ts'
import { draftStoreOf } from '../../../web/platform/draft-store.ts'
import { drawPlaces, wrongPlaces } from '../../../web/pages/box/phrase-check.ts'
import type { TabMessage } from '../../../web/platform/tabs.ts'
import { memoryStore, openStore, type Store } from '../../../web/platform/store.ts'
import { newState, NOW, quickStretch } from '../../client/box/support/states.ts'
import { tabsOf } from './support/room-stage.tsx'

interface Tab {
  readonly session: OpenSession
  readonly locks: string[]
}

/** A box that is open in as many tabs as wanted. */
async function openIn(tabs: number, store: Store = memoryStore()): Promise<{ store: Store; tabs: Tab[] }> {
  const vault = await newVault(await newState(), 'p', quickStretch)
  await store.keepVault(vault.vault)
  const all = new Set<(message: TabMessage) => void>()
  // The browser's own locks: they are what holds between tabs.
  const device = { alone: <T>(name: string, run: () => Promise<T>) => navigator.locks.request(name, run) }
  const opened = Array.from({ length: tabs }, (): Tab => {
    const locks: string[] = []
    const onLock = (_: unknown, why: string): void => void locks.push(why)
    return { session: openSession(vault, { device, store, tabs: tabsOf(all), onLock }), locks }
  })
  return { store, tabs: opened }
}

async function stored(store: Store, passphrase = 'p'): Promise<Awaited<ReturnType<typeof openVault>>> {
  const [vault] = await store.vaults()
  if (vault === undefined) throw new Error('no vault')
  return openVault(vault, passphrase, quickStretch)
}

test('of two changes at once both survive, in memory and on the disk', async () => {
  const { store, tabs } = await openIn(1)
  const [{ session } = expect.fail()] = tabs
  let heard = 0
  session.onChange(() => heard++)
  await Promise.all([
    session.change(async (state) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { ...state, name: 'first' }
    }),
    session.change((state) => ({ ...state, autoLockMinutes: 5 })),
  ])
  expect(session.state()).toMatchObject({ name: 'first', autoLockMinutes: 5 })
  expect((await stored(store)).state).toMatchObject({ name: 'first', autoLockMinutes: 5 })
  expect(heard).toBe(2)
})

test('a change that fails changes nothing, and holds up no other', async () => {
  const { store, tabs } = await openIn(1)
  const [{ session } = expect.fail()] = tabs
  const before = (await store.vaults())[0]?.state
  const failing = session.change(() => {
    throw new Error('no')
  })
  const next = session.change((state) => state)
  await expect(failing).rejects.toThrow('no')
  await next
  expect((await store.vaults())[0]?.state).toBe(before)
})

test('two tabs of one browser change one box, and neither undoes the other', async () => {
  const { store, tabs } = await openIn(2)
  const [one = expect.fail(), two = expect.fail()] = tabs
  await one.session.change((state) => ({ ...state, name: 'of the first' }))
  await expect.poll(() => two.session.state().name).toBe('of the first')
  await Promise.all([
    one.session.change((state) => ({ ...state, autoLockMinutes: 1 })),
    two.session.change((state) => ({ ...state, backedUpAtMs: 7 })),
  ])
  expect((await stored(store)).state).toMatchObject({ name: 'of the first', autoLockMinutes: 1, backedUpAtMs: 7 })
  await expect.poll(() => one.session.state().backedUpAtMs).toBe(7)
})

test('what takes long holds up no other change, and puts only what it changed onto what there is then', async () => {
  const { tabs } = await openIn(1)
  const [{ session } = expect.fail()] = tabs
  let finish = (): void => {}
  const asked = new Promise<void>((resolve) => (finish = resolve))
  const work = session.work(async (state) => {
    await asked
    return { ...state, serial: 9 }
  })
  await session.change((state) => ({ ...state, autoLockMinutes: 3 }))
  finish()
  expect(await work).toMatchObject({ serial: 9, autoLockMinutes: 3 })
})

test('of two pieces of work the second begins with what the first has changed', async () => {
  const { tabs } = await openIn(2)
  const serials = await Promise.all(
    tabs.map(
      async ({ session }) => (await session.work(async (state) => ({ ...state, serial: state.serial + 1 }))).serial,
    ),
  )
  expect(new Set(serials)).toEqual(new Set([1, 2]))
})

test('a lock in the middle of a change keeps what was to be kept, and nothing in memory', async () => {
  const { tabs } = await openIn(1)
  const [{ session, locks } = expect.fail()] = tabs
  const late = session.change((state) => {
    session.lock()
    return { ...state, name: 'late' }
  })
  await expect(late).rejects.toThrow('forgotten')
  expect(session.isLocked()).toBe(true)
  expect(await session.root().catch(() => 'locked')).toBe('locked')
  expect(locks).toEqual(['asked'])
})

test('another tab’s new passphrase and passkey are not undone by what this one keeps', async () => {
  const { store, tabs } = await openIn(2)
  const [one = expect.fail(), two = expect.fail()] = tabs
  await one.session.rewrap((open) => changePassphrase(open, 'q', quickStretch))
  await one.session.rewrap((open) => addPasskey(open, 'Y3JlZA', new Uint8Array(32), new Uint8Array(32)))
  await two.session.change((state) => ({ ...state, name: 'other' }))
  expect(two.session.vault().slots.map(({ kind }) => kind)).toEqual(['passphrase', 'passkey'])
  expect((await stored(store, 'q')).state.name).toBe('other')
  await two.session.rewrap((open) => removePasskey(open, 'Y3JlZA'))
  expect((await stored(store, 'q')).vault.slots).toHaveLength(1)
})

test('a vault that is gone locks whoever wants to change it', async () => {
  const { store, tabs } = await openIn(1)
  const [{ session, locks } = expect.fail()] = tabs
  await store.forgetVault(session.state().box)
  await expect(session.change((state) => ({ ...state, name: 'x' }))).rejects.toThrow('forgotten')
  expect(locks).toEqual(['lost'])
  expect(await store.vaults()).toEqual([])
})

test('three different places of a phrase are asked for, in order, whatever chance says', () => {
  const bytes = [255, 250, 7, 7, 31, 23]
  expect(drawPlaces(24, () => new Uint8Array([bytes.shift() ?? 0]))).toEqual([0, 7, 23])
  expect(wrongPlaces(['a', 'b', 'c'], [0, 2], ['A ', 'd'])).toEqual([2])
  expect(wrongPlaces(['a', 'b', 'c'], [0, 2], [])).toEqual([0, 2])
})

const DAY = 86_400_000

test.for<[number | undefined, number, boolean]>([
  [undefined, 0, true],
  [NOW, 0, false],
  [NOW - 31 * DAY, NOW - 40 * DAY, false],
  [NOW - 31 * DAY, NOW - 2 * DAY, true],
  [NOW - 29 * DAY, NOW - 2 * DAY, false],
])('saved at %s, published at %s: a backup is due: %s', ([backedUpAtMs, publishedAtMs, isDue]) => {
  expect(isBackupDue({ backedUpAtMs, serial: publishedAtMs / 1_000 }, NOW)).toBe(isDue)
})

/** As the inbox does it: something is typed, and kept when it has to be. */
function typing({ session }: Tab, text: string): void {
  session.adopt({
    isAtWork: () => false,
    onLeave: () => void session.beside.keep('draft', text),
    onLock: () => {},
  })
}

test('what was typed a moment before the lock is kept, sealed, and there for the next session', async () => {
  const store = await openStore()
  const { tabs } = await openIn(2, store)
  const [first = expect.fail(), second = expect.fail()] = tabs
  await first.session.beside.keep('draft', 'an older text')
  typing(first, 'the newest text')
  first.session.lock()
  await expect(first.session.beside.keep('draft', 'late')).rejects.toThrow('forgotten')
  await expect(first.session.beside.all()).rejects.toThrow('forgotten')
  await expect.poll(() => second.session.beside.all()).toEqual(['the newest text'])
  const slips = await draftStoreOf(store).of(second.session.state().box)
  expect(slips).toHaveLength(1)
  const onDisk = slips.map(({ name, sealed }) => name + new TextDecoder('latin1').decode(sealed)).join()
  for (const plain of ['newest', 'older', 'draft']) expect(onDisk).not.toContain(plain)
  await second.session.beside.forget('draft')
  expect(await second.session.beside.all()).toEqual([])
  indexedDB.deleteDatabase('sealdrop')
})

test('a page that is hidden keeps what was typed, and stays open', async () => {
  const { tabs } = await openIn(1)
  const [tab = expect.fail()] = tabs
  typing(tab, 'a text')
  tab.session.leave()
  await expect.poll(() => tab.session.beside.all()).toEqual(['a text'])
  expect(tab.session.isLocked()).toBe(false)
})

test('of a box that is removed nothing is left beside it, and what another vault has left is thrown away', async () => {
  const { store, tabs } = await openIn(1)
  const [tab = expect.fail()] = tabs
  const { box } = tab.session.state()
  await draftStoreOf(store).keep(box, { name: 'AAAAAAAAAAAAAAAAAAAAAA', sealed: new Uint8Array(80) })
  await tab.session.beside.keep('draft', 'a text')
  expect(await tab.session.beside.all()).toEqual(['a text'])
  expect(await draftStoreOf(store).of(box)).toHaveLength(1)
  typing(tab, 'a later text')
  await draftStoreOf(store).forgetAll(box)
  tab.session.end()
  expect(tab.locks).toEqual(['ended'])
  expect(await draftStoreOf(store).of(box)).toEqual([])
})
