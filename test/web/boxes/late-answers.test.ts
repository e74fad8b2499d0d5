import { afterEach, expect, test } from 'vitest'
import { join } from '#client/box/joining.ts'
import { newVault } from '#client/box/vault.ts'
import { memoryStore } from '../../../web/platform/store.ts'
import { homeWords } from '../../../web/copy/boxes.ts'
import { invitationsWords } from '../../../web/copy/boxes-readers.ts'
import { newState, NOW, quickStretch } from '../../client/box/support/states.ts'
import type { Reply } from '../../kit/network.ts'
import { PASSPHRASE, PATIENT } from './support/ways.ts'
import { roomStage, type RoomStage } from './support/room-stage.tsx'

let shown: RoomStage | undefined

afterEach(() => shown?.close())

const idle = (room: RoomStage): Promise<void> => expect.poll(() => room.state().job, PATIENT).toBeUndefined()

async function unlock(room: RoomStage, name: string): Promise<void> {
  await expect.poll(() => room.state().entries?.length, PATIENT).toBe(2)
  const entry = room.state().entries?.find((each) => each.name === name)
  if (entry === undefined) throw new Error(`no box ${name}`)
  await idle(room)
  room.act.choose(entry)
  expect(await room.act.unlock(entry, PASSPHRASE)).toBe(true)
}

/** A device with a box of its own, which is open and published, and one that it reads. */
async function open(): Promise<RoomStage> {
  const store = memoryStore()
  const { box } = await newState()
  const joined = await join({ origin: location.origin, box, readerName: 'Ana', now: NOW })
  for (const state of [await newState('Tips'), { ...joined, name: 'Theirs' }])
    await store.keepVault((await newVault(state, PASSPHRASE, quickStretch)).vault)
  const room = (shown = roomStage({ store }))
  await unlock(room, 'Tips')
  await expect.poll(() => room.session().state().serial, PATIENT).toBeGreaterThan(0)
  await idle(room)
  return room
}

/** Holds back the answers to one kind of request until it is told. */
function hold(room: RoomStage, held: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = room.server()
  const { transport } = server
  server.hand = (name): Reply | undefined =>
    name !== held
      ? undefined
      : async (exchange) => {
          await promise
          server.hand = undefined
          return transport(exchange)
        }
  return resolve
}

test('the invitations of a box that is locked meanwhile are not shown in another box', async () => {
  const room = await open()
  const release = hold(room, 'invitations')
  const looking = room.act.home.lookAtInvitations()
  await expect.poll(() => room.server().asked, PATIENT).toContain('invitations')
  room.act.home.lock()
  await unlock(room, 'Theirs')
  release()
  await looking
  expect(room.state().screen).toMatchObject({ at: 'home' })
  expect(room.state().screen).not.toHaveProperty('left')
})

test('the card of a box that is locked meanwhile does not become the card of another box', async () => {
  const room = await open()
  const release = hold(room, 'card')
  const looking = room.act.home.lookAtCard()
  await expect.poll(() => room.server().asked, PATIENT).toContain('card')
  room.act.home.lock()
  await unlock(room, 'Theirs')
  release()
  await looking
  expect(room.session().state()).toMatchObject({ name: 'Theirs', serial: 0 })
  expect(room.state().screen).not.toHaveProperty('card')
})

test('the link of an invitation that was made while another part of the box was looked at is shown on the way back', async () => {
  const room = await open()
  await room.press(homeWords.sections.invitations)
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.none)
  await idle(room)
  const release = hold(room, 'invite')
  await room.fill(invitationsWords.label, 'Carl')
  await room.press(invitationsWords.make)
  await expect.poll(() => room.server().asked, PATIENT).toContain('invite')
  await room.press(homeWords.sections.share)
  release()
  await idle(room)
  // Nor does a third part make it forgotten.
  await room.press(homeWords.sections.readers)
  await idle(room)
  await room.press(homeWords.sections.invitations)
  await expect.poll(() => room.text(), PATIENT).toContain(invitationsWords.link('Carl'))
  // Once is enough.
  await room.press(homeWords.sections.share)
  await room.press(homeWords.sections.invitations)
  await expect.poll(() => room.text(), PATIENT).not.toContain(invitationsWords.linkHint)
})

test('a box whose screen is left while it is being unlocked stays locked', async () => {
  const store = memoryStore()
  await store.keepVault((await newVault(await newState('Tips'), PASSPHRASE, quickStretch)).vault)
  const gate = Promise.withResolvers<void>()
  let isHeld = false
  const held = async (): ReturnType<typeof store.vaults> => {
    if (isHeld) await gate.promise
    return store.vaults()
  }
  const room = (shown = roomStage({ store: { ...store, vaults: held } }))
  await expect.poll(() => room.state().entries?.length, PATIENT).toBe(1)
  await idle(room)
  const [entry = expect.fail('no box')] = room.state().entries ?? []
  room.act.choose(entry)
  isHeld = true
  const unlocking = room.act.unlock(entry, PASSPHRASE)
  room.act.go('join')
  gate.resolve()
  expect(await unlocking).toBe(false)
  expect(await room.act.list()).toBe(true)
  expect(room.state().screen.at).toBe('join')
  expect(() => room.session()).toThrow('locked')
})
