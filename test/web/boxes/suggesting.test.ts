import { afterEach, expect, test } from 'vitest'
import { openVault } from '#client/box/vault.ts'
import { protectWords } from '../../../web/copy/boxes-making.ts'
import { homeWords } from '../../../web/copy/boxes.ts'
import { quickStretch } from '../../client/box/support/states.ts'
import { createUpTo, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

let shown: RoomStage | undefined

afterEach(() => shown?.close())

const shownIn = (room: RoomStage, id: string): string | undefined =>
  room.page.querySelector<HTMLInputElement>(`#${id}`)?.value

test('a suggested passphrase that comes late does not take the place of the one that was typed meanwhile', async () => {
  const room = (shown = roomStage())
  const { promise, resolve } = Promise.withResolvers<string>()
  Object.assign(room.act, { suggest: () => promise })
  await createUpTo(room, 'protect')
  await room.press(protectWords.suggest)
  await room.fill(protectWords.passphrase, 'my own words, typed')
  resolve('five words that were suggested')
  await new Promise((drawn) => setTimeout(drawn, 50))
  expect(shownIn(room, 'passphrase')).toBe('my own words, typed')
  await room.fill(protectWords.repeated, 'my own words, typed')
  await room.press(protectWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(homeWords.lock)
  const [vault = expect.fail()] = await room.store.vaults()
  await openVault(vault, 'my own words, typed', quickStretch)
})

test('a suggested passphrase is taken into both fields, and seen', async () => {
  const room = (shown = roomStage())
  await createUpTo(room, 'protect')
  await room.press(protectWords.suggest)
  await expect.poll(() => shownIn(room, 'passphrase')?.split('-').length, PATIENT).toBe(5)
  expect(shownIn(room, 'passphrase-again')).toBe(shownIn(room, 'passphrase'))
  expect(room.page.querySelector<HTMLInputElement>('#passphrase')?.type).toBe('text')
})
