import { afterEach, expect, test } from 'vitest'
import { openBackup } from '#client/box/backup.ts'
import { noteAnswered, noteRead } from '#client/box/notes.ts'
import type { ItemNote } from '#client/box/reading.ts'
import { formatState, type BoxState } from '#client/box/state.ts'
import { sealToPassphrase } from '#client/crypto/scrypt-stanza.ts'
import { utf8 } from '#protocol/bytes.ts'
import { newState, NOW as ROOM_NOW } from '../../client/box/support/states.ts'
import { NOW } from '../../kit/boxes.ts'
import { inboxStage, numberedItem, PATIENT } from './support/inbox-stage.tsx'
import { roomStage } from './support/room-stage.tsx'
import { PASSPHRASE } from './support/ways.ts'

// Notes as the command line makes them, in the hands of the page.

const TEXT = { text: 'a tip', thread: undefined, reply: undefined, readers: [] }
const DAY = 86_400

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach((end) => end()))

/** Two messages that were opened, one of them answered; the other expires a second later. */
function withNotes(state: BoxState, nowMs: number): BoxState {
  const now = nowMs / 1_000
  const [lasting, short] = [1, 2].map(numberedItem) as [
    ReturnType<typeof numberedItem>,
    ReturnType<typeof numberedItem>,
  ]
  let next = noteRead(state, { ...lasting, expires: now + 30 * DAY }, TEXT, nowMs)
  next = noteAnswered(next, lasting.drop, 'from the terminal', nowMs + 1)
  return noteRead(next, { ...short, expires: now + 1 }, TEXT, nowMs)
}

test('a backup of the command line comes back in the page with its answers, and without what has expired', async () => {
  const room = roomStage()
  ends.push(() => room.close())
  const state = withNotes(await newState(), ROOM_NOW)
  const { [numberedItem(1).drop]: answered } = state.reading.items
  const sealed = await sealToPassphrase(utf8(formatState(state)), 'p', { workFactor: 4 })
  room.now = ROOM_NOW + 1_000 * DAY
  room.act.go('restore')
  expect(await room.act.making.openBackup(new File([sealed], 'box.age'), 'p')).toBe(true)
  expect(await room.act.making.protect(PASSPHRASE, PASSPHRASE, false)).toBe(true)
  if (answered === undefined) throw new Error('no note')
  const kept = { [numberedItem(1).drop]: answered }
  await expect.poll(() => room.session().state().reading.items, PATIENT).toEqual(kept)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  // And into a backup of its own, though another has expired meanwhile.
  await room.session().change((before) => ({ ...before, reading: { items: { ...kept, ...expired() } } }))
  expect(await room.act.home.backUp(PASSPHRASE, PASSPHRASE)).toBe(true)
  const [file] = room.saved.values()
  if (file === undefined) throw new Error('no backup')
  expect((await openBackup(file, PASSPHRASE)).reading.items).toEqual(kept)
})

test('opened in the page, a message keeps the answers of the command line, and what has expired is forgotten', async () => {
  const stage = await inboxStage()
  ends.push(() => stage.hide())
  const drop = await stage.write({ text: 'a tip' })
  const item = { ...numberedItem(1), drop, expires: NOW / 1_000 + DAY }
  await stage.session.change((state) => {
    const noted = noteAnswered(noteRead(state, item, TEXT, 5), drop, 'from the terminal', 6)
    return { ...noted, reading: { items: { ...noted.reading.items, ...expired() } } }
  })
  stage.show()
  await stage.open(drop, 'a tip')
  await expect.poll(() => Object.keys(stage.session.state().reading.items), PATIENT).toEqual([drop])
  expect(stage.session.state().reading.items[drop]).toMatchObject({
    readAtMs: 5,
    answeredAtMs: 6,
    answers: [{ atMs: 6, text: 'from the terminal' }],
  })
})

function expired(): Readonly<Record<string, ItemNote>> {
  return { [numberedItem(3).drop]: { readAtMs: 1, preview: 'over', expiresAtMs: 2, sealedTo: [] } }
}
