import { expect } from 'vitest'
import { homeWords } from '../../../../web/copy/boxes.ts'
import { checkWords, createWords, phraseWords, protectWords } from '../../../../web/copy/boxes-making.ts'
import type { RoomStage } from './room-stage.tsx'

/** A screen whose code is fetched first takes a while on a busy machine. */
export const PATIENT = { timeout: 30_000 }

export const PASSPHRASE = 'correct horse'

/** Creates a box by pressing and typing, as far as wanted. @returns the words that were shown */
export async function createUpTo(room: RoomStage, end: 'check' | 'protect' | 'home'): Promise<readonly string[]> {
  room.act.go('create')
  await room.fill(createWords.name, 'Newsroom tips')
  await room.fill(createWords.readerName, 'Ana')
  await room.press(createWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(phraseWords.title)
  const words = Array.from(
    room.page.querySelectorAll('.phrase li'),
    (each) => each.lastChild?.textContent?.trim() ?? '',
  )
  await room.press(phraseWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(checkWords.title)
  if (end === 'check') return words
  const { screen } = room.state()
  for (const place of screen.at === 'check' ? screen.places : [])
    await room.fill(checkWords.word(place), words[place] ?? '')
  await room.press(checkWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(protectWords.lede)
  if (end === 'protect') return words
  await room.fill(protectWords.passphrase, PASSPHRASE)
  await room.fill(protectWords.repeated, PASSPHRASE)
  await room.press(protectWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(homeWords.lock)
  return words
}
