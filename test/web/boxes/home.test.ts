import { afterEach, expect, test } from 'vitest'
import { boxWords, homeWords } from '../../../web/copy/boxes.ts'
import { boxFaults } from '../../../web/copy/boxes-faults.ts'
import { invitationsWords, readersWords } from '../../../web/copy/boxes-readers.ts'
import { settingsWords } from '../../../web/copy/boxes-settings.ts'
import { refuses } from '../../kit/network.ts'
import { createUpTo, PASSPHRASE, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

let shown: RoomStage | undefined

afterEach(() => shown?.close())

/** In a box that is open and published, with nothing at work. */
async function open(section: keyof typeof homeWords.sections): Promise<RoomStage> {
  const room = (shown = roomStage())
  await createUpTo(room, 'home')
  // In this order: before it is published nothing may be at work for a moment, either.
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await idle(room)
  await room.press(homeWords.sections[section])
  await expect.poll(() => room.page.querySelector('h1')?.textContent, PATIENT).toBe(homeWords.sections[section])
  return room
}

const idle = (room: RoomStage): Promise<void> => expect.poll(() => room.state().job, PATIENT).toBeUndefined()

test('why an invitation was not made stays on the screen, and so does for whom it was, although what there is cannot be asked', async () => {
  const room = await open('share')
  room.isOffline = true
  await room.press(homeWords.sections.invitations)
  await expect.poll(() => room.state().fault?.at, PATIENT).toBe('left')
  await room.fill(invitationsWords.label, 'Carl')
  await room.press(invitationsWords.make)
  await expect.poll(() => room.state().fault?.at, PATIENT).toBe('invite')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(room.state().fault).toEqual({ at: 'invite', code: 'offline' })
  expect(room.page.querySelector<HTMLInputElement>('#invitation-label')?.value).toBe('Carl')
  room.isOffline = false
  await room.press(invitationsWords.askAgain)
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
})

test.for(['x'.repeat(81), 'two\u200Bparts'])(
  'a label that cannot be kept is said so at its field: %s',
  async (label) => {
    const room = await open('invitations')
    // The screen looks by itself first, and takes no press meanwhile.
    await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
    await idle(room)
    await room.fill(invitationsWords.label, label)
    await room.press(invitationsWords.make)
    await expect
      .poll(() => room.page.querySelector('#invitation-label-error')?.textContent, PATIENT)
      .toBe(boxFaults.no_name)
    expect(room.session().state().invitations).toEqual([])
  },
)

test('what fails while another part of the box is shown is said where it began', async () => {
  const room = await open('readers')
  const adding = room.act.home.addReader('sdreader1qqqq')
  await room.press(homeWords.sections.share)
  expect(await adding).toBe(false)
  await room.press(homeWords.sections.readers)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.bad_code)
  // Once is enough.
  await room.press(homeWords.sections.share)
  await room.press(homeWords.sections.readers)
  await expect.poll(() => room.text(), PATIENT).not.toContain(boxFaults.bad_code)
})

test('what is typed in a part of the box is still there after a look at another, and not after a lock', async () => {
  const room = await open('invitations')
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
  await idle(room)
  await room.fill(invitationsWords.label, 'Carl')
  await room.press(homeWords.sections.readers)
  await expect.poll(() => room.text(), PATIENT).toContain(readersWords.addTitle)
  await room.fill(readersWords.code, 'sdreader1qqqq')
  await room.press(homeWords.sections.invitations)
  const value = (selector: string): string | undefined => room.page.querySelector<HTMLInputElement>(selector)?.value
  await expect.poll(() => value('#invitation-label'), PATIENT).toBe('Carl')
  await room.press(homeWords.sections.readers)
  await expect.poll(() => value('#reader-code'), PATIENT).toBe('sdreader1qqqq')
  await idle(room)
  await room.press(homeWords.lock)
  const [entry = expect.fail('no box')] = room.state().entries ?? []
  expect(await room.act.unlock(entry, PASSPHRASE)).toBe(true)
  await room.press(homeWords.sections.readers)
  await expect.poll(() => value('#reader-code'), PATIENT).toBe('')
})

test('minutes that are chosen while something is at work are not lost: there is no choosing then', async () => {
  const room = await open('settings')
  await expect.poll(() => room.text(), PATIENT).toContain(settingsWords.lockTitle)
  const choice = (): HTMLSelectElement | null => room.page.querySelector('#auto-lock')
  expect(choice()?.disabled).toBe(false)
  const gate = Promise.withResolvers<void>()
  const server = room.server()
  server.hand = () => async (exchange) => {
    await gate.promise
    server.hand = undefined
    return server.transport(exchange)
  }
  const publishing = room.act.home.publish()
  await expect.poll(() => choice()?.disabled, PATIENT).toBe(true)
  expect(room.isAtWork()).toBe(true)
  gate.resolve()
  await publishing
  await expect.poll(() => choice()?.disabled, PATIENT).toBe(false)
  expect(room.isAtWork()).toBe(false)
  expect(await room.act.home.autoLock(30)).toBe(true)
  expect(room.state().announcement).toBe(boxWords.autoLockKept)
})

test('an invitation that was made is shown and not said to have failed, although what is left of it cannot be asked', async () => {
  const room = await open('invitations')
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
  room.server().hand = (name) => (name === 'invitations' ? refuses('bad_request') : undefined)
  await room.fill(invitationsWords.label, 'Carl')
  await room.press(invitationsWords.make)
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.link('Carl'))
  await idle(room)
  expect(room.state().fault).toBeUndefined()
  expect(room.session().state().invitations).toMatchObject([{ label: 'Carl' }])
  const [hash = ''] = room.server().invitations.keys()
  expect(await room.act.home.uninvite(hash)).toBe(true)
  expect(room.text()).not.toContain(invitationsWords.revokeFor('Carl'))
})

test('after a hundred invitations the page says so, and not that it is too old', async () => {
  const room = await open('invitations')
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
  const [secret, expiresAtMs] = [new Uint8Array(16), room.now + 86_400_000]
  const many = Array.from({ length: 100 }, (_, n) => ({ label: `Guest ${n}`, secret, items: 1, bytes: 1, expiresAtMs }))
  await room.session().change((state) => ({ ...state, invitations: many }))
  await idle(room)
  await room.fill(invitationsWords.label, 'Carl')
  await room.press(invitationsWords.make)
  await expect.poll(() => room.text(), PATIENT).toContain(boxFaults.invitations_full)
  expect(room.server().asked).not.toContain('invite')
})

test('in a browser that keeps nothing an open box says that it ends with the page', async () => {
  const room = await open('share')
  expect(room.store.isLasting).toBe(false)
  expect(room.text()).toContain(homeWords.nagNotLasting)
  expect(room.text()).not.toContain(homeWords.nagPersisted)
})
