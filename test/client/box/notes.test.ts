import { expect, test } from 'vitest'
import {
  isRead,
  noteAnswered,
  noteDeleted,
  noteRead,
  noteUnread,
  threadEntries,
  threadName,
  withoutExpiredNotes,
} from '#client/box/notes.ts'
import { formatState, parseState } from '#client/box/state.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { addressOf } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import { dayAt } from '#protocol/epoch.ts'
import { dropIdOf, newState, NOW } from './support/states.ts'

const [EARLIER, LATER] = ['AAAAAAAAAAAAAAAAAAAAAA', 'AQEBAQEBAQEBAQEBAQEBAQ'].map((text, index): Item => ({
  drop: dropIdOf(text),
  seq: index,
  size: 18_043,
  parts: 1,
  arrived: dayAt(NOW) + index,
  expires: NOW / 1_000 + 86_400 * (index + 1),
})) as [Item, Item]

test('notes come back from the sealed state as they were made, and go with what is deleted', async () => {
  const first = await newState()
  const { publicKey } = await generateSigningKey()
  const thread = await addressOf(publicKey)
  const read = { text: `  line\n\tline ${'x'.repeat(100)}`, thread, reply: undefined, readers: [publicKey] }
  let state = noteRead(noteRead(first, EARLIER, read, NOW), LATER, read, NOW)
  state = noteAnswered(state, LATER.drop, 'y'.repeat(3_000), NOW + 1)
  state = noteUnread(state, EARLIER.drop)
  expect(parseState(formatState(state))?.reading).toEqual(state.reading)
  const note = state.reading.items[LATER.drop]
  expect(note?.preview).toBe(`line line ${'x'.repeat(69)}…`)
  expect(note?.answers).toEqual([{ atMs: NOW + 1, text: 'y'.repeat(2_000) }])
  expect([isRead(note), isRead(state.reading.items[EARLIER.drop]), isRead(undefined)]).toEqual([true, false, false])
  expect(threadEntries(state, thread).map(({ drop }) => drop)).toEqual([EARLIER.drop, LATER.drop])
  expect(threadName(thread)).toMatch(/^[0-9a-f]{8}$/)
  // Read again: its answers stay, and it is unread no longer.
  state = noteRead(state, LATER, read, NOW + 2)
  expect(state.reading.items[LATER.drop]).toMatchObject({ readAtMs: NOW, answeredAtMs: NOW + 1 })
  // A day later the first has expired.
  expect(Object.keys(withoutExpiredNotes(state, NOW + 86_400_000 + 1).reading.items)).toEqual([LATER.drop])
  expect(withoutExpiredNotes(state, Number.NEGATIVE_INFINITY)).toBe(state)
  expect(noteDeleted(state, new Set([EARLIER.drop, LATER.drop])).reading.items).toEqual({})
})

test('a preview of a message in pictures ends in half a character, or is shorter than others', async () => {
  const emoji = '\u{1f4ec}'
  const previewOf = async (text: string): Promise<string | undefined> => {
    const read = { text, thread: undefined, reply: undefined, readers: [] }
    const state = noteRead(await newState(), LATER, read, NOW)
    expect(parseState(formatState(state))?.reading).toEqual(state.reading)
    return state.reading.items[LATER.drop]?.preview
  }
  expect(await previewOf(emoji.repeat(80))).toBe(emoji.repeat(80))
  expect(await previewOf(emoji.repeat(81))).toBe(`${emoji.repeat(79)}…`)
  expect(await previewOf(`x${emoji.repeat(80)}`)).toBe(`x${emoji.repeat(78)}…`)
})
