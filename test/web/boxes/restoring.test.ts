import { afterEach, expect, test } from 'vitest'
import { formatState, type BoxState } from '#client/box/state.ts'
import { sealToPassphrase } from '#client/crypto/scrypt-stanza.ts'
import { utf8 } from '#protocol/bytes.ts'
import { boxFaults } from '../../../web/copy/boxes-faults.ts'
import { createWords, joinWords, restoreWords } from '../../../web/copy/boxes-making.ts'
import { readersWords } from '../../../web/copy/boxes-readers.ts'
import { newState } from '../../client/box/support/states.ts'
import { createUpTo, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'
import { spoilt } from '../../spoilt.ts'

const rooms: RoomStage[] = []

afterEach(() => rooms.splice(0).forEach((room) => room.close()))

function begin(): RoomStage {
  const room = roomStage()
  rooms.push(room)
  return room
}

/** As `sealBackup` makes it, for less work. */
async function backupOf(state: BoxState, passphrase: string): Promise<File> {
  return new File([await sealToPassphrase(utf8(formatState(state)), passphrase, { workFactor: 4 })], 'box.age')
}

test('a box that comes back from its words says what cannot be opened any more, and keeps its address', async () => {
  const room = begin()
  const words = await createUpTo(room, 'home')
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  const { box } = room.session().state()
  expect(await room.act.forget(box)).toBe(true)

  room.act.go('restore')
  await expect.poll(() => room.text(), PATIENT).toContain(restoreWords.phraseWarning)
  await room.fill(restoreWords.phrase, `${words.join(' ')} zoo`)
  await room.press(restoreWords.phraseNext)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.bad_phrase)
  await room.fill(restoreWords.phrase, words.join('\n').toUpperCase())
  await room.press(restoreWords.phraseNext)
  await expect.poll(() => room.text(), PATIENT).toContain(createWords.restoreWarning)
  expect(room.page.querySelector<HTMLInputElement>('#box-name')?.value).toBe('Newsroom tips')
  await room.act.making.create({ name: 'Newsroom tips', readerName: 'Ana', largest: 1_000_000, invitation: true })
  await room.act.making.protect('a new one that holds', 'a new one that holds', false)
  expect(room.session().state()).toMatchObject({ box, terms: { invitation: true } })
  await expect.poll(() => room.server().cards().at(0)?.terms.invitation, PATIENT).toBe(true)
})

test('a backup brings a box back, with the right passphrase only, and not over one that is here', async () => {
  const room = begin()
  const state = await newState()
  const file = await backupOf(state, 'p')
  room.act.go('restore')
  expect(await room.act.making.openBackup(file, 'q')).toBe(false)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.open_failed)
  expect(await room.act.making.openBackup(new File(['no age file'], 'x'), 'p')).toBe(false)
  expect(await room.act.making.openBackup(undefined, 'p')).toBe(false)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.no_file)
  expect(await room.act.making.openBackup(file, 'p')).toBe(true)
  await room.act.making.protect('one that holds here', 'one that holds here', false)
  expect(room.session().state()).toMatchObject({ box: state.box, phrase: state.phrase, chain: state.chain })

  room.act.home.lock()
  room.act.go('restore')
  await expect.poll(() => room.state().job, PATIENT).toBeUndefined()
  expect(await room.act.making.openBackup(file, 'p')).toBe(false)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.here)
})

test('a backup of a box on another server is refused, and so is one without a passphrase', async () => {
  const room = begin()
  const file = await backupOf({ ...(await newState()), origin: 'https://other.example' }, 'p')
  room.act.go('restore')
  expect(await room.act.making.openBackup(file, '')).toBe(false)
  expect(room.state().fault).toEqual({ at: 'backup-open', code: 'no_passphrase' })
  expect(await room.act.making.openBackup(file, 'p')).toBe(false)
  expect(room.state().fault).toEqual({ at: 'backup-open', code: 'elsewhere' })
})

test('who joins keeps a box whose owner does not know of it yet, and is told to make a code', async () => {
  const room = begin()
  const { box } = await newState()
  room.act.go('join')
  await expect.poll(() => room.text(), PATIENT).toContain(joinWords.lede)
  await room.fill(joinWords.address, spoilt(box))
  await room.fill(joinWords.readerName, 'Ben')
  await room.press(joinWords.next)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.bad_address)
  await room.fill(joinWords.address, `https://drop.example/#${box}`)
  await room.press(joinWords.next)
  await expect.poll(() => room.state().screen.at, PATIENT).toBe('protect')
  await room.act.making.protect('one that holds here', 'one that holds here', false)
  await expect.poll(() => room.text(), PATIENT).toContain(readersWords.codeNone)
  await expect.poll(() => room.text(), PATIENT).toContain(readersWords.noCard)
  expect(room.session().state()).toMatchObject({ box, phrase: undefined, reader: { name: 'Ben' } })
  expect(room.text()).not.toContain('Invitations')
})
