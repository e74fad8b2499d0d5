import { expect, test } from 'vitest'
import { identityAt } from '#client/box/chain.ts'
import { announceKeys, join, learnCard } from '#client/box/joining.ts'
import {
  addReader,
  createBox,
  needsRenewal,
  publish,
  readersRunningShort,
  removeReader,
  renew,
} from '#client/box/owner.ts'
import { invite, listInvitations, uninvite } from '#client/box/invitations.ts'
import { deriveReaderKey, recipientsFrom, signReaderKeys } from '#client/box/reader-keys.ts'
import { parseWriteTarget } from '#client/box/address-link.ts'
import { newPhrase } from '#client/box/root.ts'
import { formatState, parseState, type BoxState } from '#client/box/state.ts'
import { ageRecipient } from '#client/crypto/envelope.ts'
import { toBase64url, sha256 } from '#protocol/bytes.ts'
import { epochAt } from '#protocol/epoch.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { lost, refuses, says } from '../../kit/network.ts'
import { boxServer, type BoxServer } from './support/box-server.ts'
import { published, withReader } from './support/published.ts'
import { DAY, newState, NOW, WEEK } from './support/states.ts'
import { spoilt } from '../../spoilt.ts'

const present = epochAt(NOW)

test('a box publishes a card for this week and for thirteen ahead, which its reader opens', async () => {
  const [server, state] = await published()
  const cards = server.cards()
  expect(cards.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 14 }, (_, ahead) => present + ahead))
  for (const { epoch, readers, name, terms, serial } of cards) {
    expect([name, terms, serial]).toEqual([state.name, state.terms, NOW / 1_000])
    expect(readers.map(({ age }) => age)).toEqual([await ageRecipient(identityAt(state.chain, epoch) ?? '')])
  }
  expect([state.serial, state.lastEpoch]).toEqual([NOW / 1_000, present + 13])
  expect(parseState(formatState(state))).toEqual(state)
})

test('a box is to be renewed from the day on which fewer than seven weeks are ahead', async () => {
  const fresh = await newState()
  expect(needsRenewal(fresh, NOW)).toBe(true)
  const [server, state] = await published()
  expect(needsRenewal(state, NOW)).toBe(false)
  expect(needsRenewal(state, NOW + 6 * WEEK)).toBe(false)
  expect(needsRenewal(state, NOW + 7 * WEEK)).toBe(true)
  server.now = NOW + 7 * WEEK
  const renewed = await renew(server, state, server.now)
  expect(needsRenewal(renewed, NOW + 7 * WEEK)).toBe(false)
  expect(server.cards()[0]?.epoch).toBe(present + 7)
})

test('every publication has a larger serial, within one second and with a clock that goes back', async () => {
  const [server, first] = await published()
  const second = await publish(server, first, NOW)
  const third = await publish(server, second, NOW - DAY)
  expect([second.serial, third.serial]).toEqual([first.serial + 1, first.serial + 2])
})

test('a box restored from its phrase publishes without a memory of serials', async () => {
  const [server, state] = await published()
  const { state: restored } = await restore(state, NOW + 1_000)
  expect(restored.box).toBe(state.box)
  expect((await publish(server, restored, NOW + 1_000)).serial).toBe(state.serial + 1)
  expect(identityAt(restored.chain, present - 1)).toBeUndefined()
  expect(identityAt(restored.chain, present)).not.toBe(identityAt(state.chain, present))
})

test('a box restored under a clock that is behind learns the serial from its own card', async () => {
  const [server, state] = await published()
  const { state: restored } = await restore(state, NOW - DAY)
  const again = await publish(server, restored, NOW - DAY)
  expect(again.serial).toBe(state.serial + 1)
  expect(server.asked).toEqual(['limits', 'publish', 'card', 'publish', 'card', 'keys'])
})

test('a server that calls every publication outdated is asked twice and no more', async () => {
  const [server, state] = await published()
  server.hand = (name) => (name === 'publish' ? refuses('outdated') : undefined)
  await expect(publish(server, state, NOW)).rejects.toMatchObject({ code: 'outdated' })
  expect(server.asked.filter((name) => name === 'publish')).toHaveLength(2)
})

test('nothing changes for who could not reach the server', async () => {
  const [server, state] = await published()
  server.hand = () => lost
  await expect(publish(server, state, NOW)).rejects.toMatchObject({ code: 'offline' })
})

test('a box is published even if its own keys could not be announced', async () => {
  const [server, state] = await published()
  server.hand = (name) => (name === 'keys' ? lost : undefined)
  expect((await publish(server, state, NOW)).serial).toBe(state.serial + 1)
  expect(server.asked.at(-1)).toBe('keys')
})

test('a box that was published while both clocks were ahead is to be renewed once they are right', async () => {
  const [server, state] = await published()
  server.now = NOW + 2 * WEEK
  const ahead = await publish(server, state, server.now)
  expect(needsRenewal(ahead, NOW)).toBe(true)
  server.now = NOW
  const again = await renew(server, ahead, NOW)
  expect(server.cards()[0]?.epoch).toBe(present)
  expect(needsRenewal(again, NOW)).toBe(false)
})

test('drops are sealed to every reader, and to one that is removed no more', async () => {
  const [server, state, ana] = await withReader()
  const recipients = await recipientsFrom(ana.chain, present)
  expect(server.cards().map(({ readers }) => readers.map(({ name }) => name))).toEqual(
    Array.from({ length: 14 }, () => ['Office', 'Ana']),
  )
  expect(server.cards().map(({ readers }) => readers[1]?.age)).toEqual(recipients)
  const anaKey = (await deriveReaderKey(ana.reader.seed)).publicKey
  const removed = await removeReader(server, state, anaKey, NOW)
  expect(server.cards().flatMap(({ readers }) => readers.map(({ name }) => name))).not.toContain('Ana')
  expect(removed.readers.map(({ name }) => name)).toEqual(['Office'])
  expect(needsRenewal(removed, NOW)).toBe(false)
})

test('an owner does not remove the reader of the device in hand', async () => {
  const [server, state] = await published()
  const own = state.readers[0]
  if (own === undefined) throw new Error('no reader')
  await expect(removeReader(server, state, own.key, NOW)).rejects.toThrow(RangeError)
})

test('a reader whose keys run out is on no card beyond them, until it announces more', async () => {
  const [server, state, ana] = await withReader()
  const later = NOW + 8 * WEEK
  expect(readersRunningShort(state, NOW)).toEqual([])
  expect(readersRunningShort(state, later).map(({ name }) => name)).toEqual(['Ana'])
  server.now = later
  const without = await renew(server, state, later)
  expect(server.cards().map(({ readers }) => readers.length)).toEqual([2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1])
  expect(needsRenewal(without, later)).toBe(true)
  await announceKeys(server, ana, later)
  const again = await renew(server, without, later)
  expect(server.cards().map(({ readers }) => readers.length)).toEqual(Array.from({ length: 14 }, () => 2))
  expect(readersRunningShort(again, later)).toEqual([])
  expect(needsRenewal(again, later)).toBe(false)
})

test('a reader who announced keys while both clocks were a week ahead stays on the card of this week', async () => {
  const [server, state, ana] = await withReader()
  server.now = NOW + WEEK
  await announceKeys(server, ana, NOW + WEEK)
  server.now = NOW
  await renew(server, state, NOW)
  expect(server.cards().map(({ readers }) => readers[1]?.age)).toEqual(await recipientsFrom(ana.chain, present))
})

test('a server that hands out keys of a stranger, of another box or older ones changes nothing', async () => {
  const [server, state, ana] = await withReader()
  const elsewhere = await join({ origin: server.origin, box: (await newState()).box, readerName: 'Eve', now: NOW })
  const stranger = await join({ origin: server.origin, box: state.box, readerName: 'Eve', now: NOW })
  const notes = boxServer(state.box, NOW)
  await announceKeys(notes, stranger, NOW)
  notes.now = NOW - WEEK
  await announceKeys(notes, { ...ana, chain: { ...stranger.chain, epoch: present - 1 } }, NOW - WEEK)
  const others = boxServer(elsewhere.box, NOW)
  await announceKeys(others, elsewhere, NOW)
  for (const [key, jws] of [...notes.announced, ...others.announced]) server.announced.set(`${key} again`, jws)
  const before = agesOf(server)
  const after = await renew(server, state, NOW)
  expect(server.asked).toContain('readers')
  expect(agesOf(server)).toEqual(before)
  expect(after.readers).toEqual(state.readers)
})

test('a reader that announces keys to which nobody can seal does not spoil the cards', async () => {
  const [server, state, ana] = await withReader()
  const ages = await recipientsFrom(ana.chain, present + 1)
  const key = await deriveReaderKey(ana.reader.seed)
  // Of the right shape: only its checksum is wrong.
  const unsound = ages.map((age, n) => (n === 12 ? spoilt(age) : age))
  const announced = { name: 'Ana', first: present + 1, ages: unsound }
  server.announced.set(key.publicKey, await signReaderKeys(state.box, announced, key))
  const before = agesOf(server)
  await renew(server, state, NOW)
  expect(agesOf(server)).toEqual(before)
})

test('a server that hands out more announcements than a box has readers is not listened to', async () => {
  const [server, state, ana] = await withReader()
  await announceKeys(server, ana, NOW)
  const [jws] = server.announced.values()
  server.hand = (name) => (name === 'readers' ? says({ keys: Array.from({ length: 9 }, () => jws) }) : undefined)
  await expect(renew(server, state, NOW)).rejects.toMatchObject({ code: 'bad_answer' })
})

test('a box has eight readers and not nine', async () => {
  const [server, state] = await published()
  const others = await Promise.all(
    Array.from({ length: 7 }, async (_, n) => {
      const { reader, chain } = await join({ origin: server.origin, box: state.box, readerName: `R${n}`, now: NOW })
      const { publicKey: key } = await deriveReaderKey(reader.seed)
      return { name: reader.name, key, first: present, ages: await recipientsFrom(chain, present) }
    }),
  )
  const full = await publish(server, { ...state, readers: [...state.readers, ...others] }, NOW)
  expect(server.cards()[0]?.readers).toHaveLength(8)
  expect(parseState(formatState(full))).toEqual(full)
})

test('who joins learns from the card what the box is called, and believes no older card', async () => {
  const [server, state] = await published()
  const ana = await join({ origin: server.origin, box: state.box, readerName: 'Ana', now: NOW })
  expect([ana.phrase, ana.name, ana.readers]).toEqual([undefined, state.box, []])
  expect(parseState(formatState(ana))).toEqual(ana)
  const learnt = await learnCard(server, ana)
  expect([learnt.name, learnt.terms, learnt.serial]).toEqual([state.name, state.terms, state.serial])
  server.now = NOW + 52 * WEEK
  expect((await learnCard(server, ana)).name).toBe(state.name)
  const newer = { ...learnt, serial: learnt.serial + 1 }
  await expect(learnCard(server, newer)).rejects.toMatchObject({ code: 'rolled_back_card' })
})

test('only an owner publishes, adds, removes and invites', async () => {
  const [server, state] = await published()
  const ana = await join({ origin: server.origin, box: state.box, readerName: 'Ana', now: NOW })
  await expect(publish(server, ana, NOW)).rejects.toThrow(TypeError)
  await expect(invite(server, ana, invitation)).rejects.toThrow(TypeError)
  const [{ code } = { code: '' }] = boxes.readerCodes.accepted
  await expect(addReader(server, ana, code, NOW)).rejects.toThrow(TypeError)
  expect(server.asked).toEqual([])
})

test('a damaged reader code is told without asking the server', async () => {
  const [server, state] = await published()
  for (const code of ['', 'sdreader1qqqq', state.box]) {
    await expect(addReader(server, state, code, NOW)).rejects.toMatchObject({ code: 'bad_code' })
  }
  expect(server.asked).toEqual([])
})

test('an invitation is made, listed with what is left of it, and ended', async () => {
  const [server, state] = await published()
  const made = await invite(server, state, invitation)
  const [known] = made.state.invitations
  expect(parseWriteTarget(made.link)).toEqual({ origin: server.origin, address: state.box, invitation: known?.secret })
  const hash = toBase64url(await sha256(known?.secret ?? new Uint8Array(0)))
  expect([...server.invitations.keys()]).toEqual([hash])
  server.invitations.set(hash, { hash, items: 2, bytes: 30, expires: (NOW + 30 * DAY) / 1_000 })
  const listed = await listInvitations(server, made.state)
  expect(listed).toEqual([{ ...known, hash, items: 2, bytes: 30, expires: (NOW + 30 * DAY) / 1_000 }])
  const stranger = await listInvitations(server, state)
  expect(stranger.map(({ label, secret }) => [label, secret.length])).toEqual([['', 0]])
  const ended = await uninvite(server, made.state, hash)
  expect([ended.invitations, server.invitations.size]).toEqual([[], 0])
})

test('invitations that have expired are forgotten with the next one', async () => {
  const [server, state] = await published()
  const first = await invite(server, state, { ...invitation, label: 'old', lifeSeconds: 86_400 })
  server.now = NOW + 2 * DAY
  const second = await invite(server, first.state, { ...invitation, label: '' })
  expect(second.state.invitations.map(({ label }) => label)).toEqual([''])
  await expect(invite(server, state, { ...invitation, label: 'a\nb' })).rejects.toThrow(RangeError)
})

test('a name that no card may have is refused before there is a box', async () => {
  const plan = { origin: 'https://drop.example', terms: { largest: 1, invitation: false }, now: NOW }
  for (const name of ['', ' a', 'a\nb', 'n'.repeat(81)]) {
    await expect(createBox({ ...plan, name, readerName: 'Office' })).rejects.toThrow(RangeError)
    await expect(createBox({ ...plan, name: 'Newsroom', readerName: name })).rejects.toThrow(RangeError)
  }
})

const invitation = { label: 'For Ben', items: 3, bytes: 1_000, lifeSeconds: 30 * 86_400 }

/** The last characters of every recipient: a failure is to be read by a person. */
function agesOf(server: BoxServer): string[][] {
  return server.cards().map(({ readers }) => readers.map(({ age }) => age.slice(-8)))
}

async function restore(state: BoxState, now: number): Promise<{ state: BoxState }> {
  const { origin, name, terms, phrase = newPhrase() } = state
  return createBox({ origin, name, readerName: 'Office', terms, now, phrase })
}
