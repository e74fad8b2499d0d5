import { afterEach, expect, test } from 'vitest'
import { lifeOfCard } from '#protocol/epoch.ts'
import { boxFaults } from '../../../web/copy/boxes-faults.ts'
import { homeWords } from '../../../web/copy/boxes.ts'
import { checkWords, createWords, phraseWords, protectWords } from '../../../web/copy/boxes-making.ts'
import { settingsWords } from '../../../web/copy/boxes-settings.ts'
import { createUpTo, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

let shown: RoomStage | undefined

afterEach(() => shown?.close())

const begin = (): RoomStage => (shown = roomStage())

test('a box without a name, or a reader without one, goes no further, and what was typed stays', async () => {
  const room = begin()
  room.act.go('create')
  await room.fill(createWords.name, 'Tips')
  await room.press(createWords.next)
  await expect.poll(() => room.page.querySelector('#reader-name-error')?.textContent, PATIENT).toBe(boxFaults.no_name)
  expect(room.page.querySelector<HTMLInputElement>('#box-name')?.value).toBe('Tips')
  expect(room.page.querySelector('#box-name-error')).toBeNull()
})

test('wrong words are named, right ones lead on, and only then is anything kept or sent', async () => {
  const room = begin()
  const words = await createUpTo(room, 'check')
  expect(words).toHaveLength(24)
  const { screen } = room.state()
  const places = screen.at === 'check' ? screen.places : []
  expect(places).toHaveLength(3)
  const [first = 0, second = 0, third = 0] = places
  await room.fill(checkWords.word(first), ` ${words[first]?.toUpperCase()} `)
  await room.fill(checkWords.word(second), 'zoo?')
  await room.fill(checkWords.word(third), '')
  await room.press(checkWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(checkWords.wrong([second, third]))
  // Looking again asks for other words, or the same: by chance.
  await room.press(checkWords.again)
  await expect.poll(() => room.text(), PATIENT).toContain(phraseWords.title)
  expect(await room.store.vaults()).toEqual([])
  expect(() => room.server()).toThrow('nobody has asked')
})

test('a new box is kept, published for fourteen epochs, and asks for a backup until there is one', async () => {
  const room = begin()
  await createUpTo(room, 'home')
  expect(await room.store.vaults()).toMatchObject([{ name: 'Newsroom tips', slots: [{ kind: 'passphrase' }] }])
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  expect(room.server().cards()).toHaveLength(14)
  expect(room.session().state().lastEpoch).toBe(room.server().cards().at(-1)?.epoch)
  expect(lifeOfCard(room.session().state().lastEpoch).notAfter * 1_000).toBeGreaterThan(room.now)

  expect(room.text()).toContain(homeWords.nag)
  await room.press(homeWords.nagButton)
  await expect.poll(() => room.text(), PATIENT).toContain(settingsWords.backup)
  await room.fill(settingsWords.backupPassphrase, 'on a stick')
  await room.fill(settingsWords.backupRepeated, 'on a stick')
  await room.press(settingsWords.backupButton)
  await expect.poll(() => room.saved.size).toBe(1)
  await expect.poll(() => room.session().state().backedUpAtMs, PATIENT).toBe(room.now)
  await room.press(homeWords.sections.readers)
  await expect.poll(() => room.text(), PATIENT).not.toContain(homeWords.nag)
  expect([...room.saved.keys()]).toEqual([expect.stringMatching(/^sealdrop-Newsroom-tips-\d{4}-\d\d-\d\d\.age$/)])
})

test('a server that is not there leaves the box on this device, says that nobody can write yet, and is asked again', async () => {
  const room = begin()
  room.isOffline = true
  await createUpTo(room, 'home')
  await expect.poll(() => room.text(), PATIENT).toContain(homeWords.unpublished)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.offline)
  expect(await room.store.vaults()).toHaveLength(1)
  room.isOffline = false
  await room.press(homeWords.publishNow)
  await expect.poll(() => room.text(), PATIENT).not.toContain(homeWords.unpublished)
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  expect(room.server().cards()).toHaveLength(14)
})

test.for<[string, string, string, string]>([
  ['none', '', '', boxFaults.no_passphrase],
  ['one that was typed in two ways', 'correct horse', 'not this', boxFaults.unlike],
  ['one letter', 'a', 'a', boxFaults.hopeless_passphrase],
  ['one of those that everybody tries', 'Password2026', 'Password2026', boxFaults.hopeless_passphrase],
])('with %s as a passphrase nothing is kept', async ([, typed, repeated, sentence]) => {
  const room = begin()
  await createUpTo(room, 'protect')
  await room.fill(protectWords.passphrase, typed)
  await room.fill(protectWords.repeated, repeated)
  await room.press(protectWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(sentence)
  expect(await room.store.vaults()).toEqual([])
})

test('a suggested passphrase is seen, and fills both fields', async () => {
  const room = begin()
  await createUpTo(room, 'protect')
  await room.press(protectWords.suggest)
  const field = (id: string): HTMLInputElement | null => room.page.querySelector(id)
  await expect.poll(() => field('#passphrase')?.value, PATIENT).toMatch(/^[a-z]+(?:-[a-z]+){4}$/)
  expect(field('#passphrase')?.type).toBe('text')
  expect(field('#passphrase-again')?.value).toBe(field('#passphrase')?.value)
})
