import { expect, test } from 'vitest'
import { announceKeys } from '#client/box/joining.ts'
import {
  createBox,
  needsRenewal,
  publish,
  readersRunningShort,
  removeReader,
  renew,
  reconcile,
} from '#client/box/owner.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { formatState, parseState } from '#client/box/state.ts'
import { epochAt } from '#protocol/epoch.ts'
import { says, type Reply } from '../../kit/network.ts'
import type { BoxServer } from './support/box-server.ts'
import { published, withReader } from './support/published.ts'
import { NOW, WEEK } from './support/states.ts'

// Two devices of one owner: the second was restored from a backup, and knows nothing of what the first has done since.

test('a device that renews after another has, takes up what that has published, and publishes nothing', async () => {
  const [, second] = await published()
  const [server, first] = await withReader()
  const later = NOW + 8 * WEEK
  server.now = later
  const renewed = await publish(server, { ...first, name: 'New name' }, later)
  expect(needsRenewal(second, later)).toBe(true)
  const asked = server.asked.length
  const caught = await renew(server, second, later)
  expect(server.asked.slice(asked)).toEqual(['limits', 'card', 'readers'])
  expect([caught.name, caught.serial, caught.lastEpoch]).toEqual(['New name', renewed.serial, renewed.lastEpoch])
  expect(caught.readers.map(({ name }) => name)).toEqual(['Office', 'Ana'])
  expect(caught.chain.epoch).toBeGreaterThan(second.chain.epoch - 1)
  expect(parseState(formatState(caught))).toEqual(caught)
})

test('a reader whom one device has added stays on the card when another changes the terms', async () => {
  const [, second] = await published()
  const [server, , ana] = await withReader()
  await announceKeys(server, ana, NOW)
  const terms = { largest: 5, invitation: true }
  const once = await publish(server, { ...second, terms }, NOW)
  expect(namesOf(server)[0]).toEqual(['Office', 'Ana'])
  expect(server.cards()[0]?.terms).toEqual(terms)
  // The card told one epoch of hers; the rest comes with what she has announced.
  expect(readersRunningShort(once, NOW).map(({ name }) => name)).toEqual(['Ana'])
  const again = await renew(server, once, NOW)
  expect(namesOf(server)).toEqual(Array.from({ length: 14 }, () => ['Office', 'Ana']))
  expect(needsRenewal(again, NOW)).toBe(false)
})

test('a reader whom one device has removed does not come back through another', async () => {
  const [server, first, ana] = await withReader()
  const second = first
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  await removeReader(server, first, publicKey, NOW)
  const later = NOW + 8 * WEEK
  server.now = later
  await renew(server, second, later)
  expect(new Set(namesOf(server).flat())).toEqual(new Set(['Office']))
})

test('a reader whom one device has removed does not come back through another that was shown an old card', async () => {
  const [server, first, ana] = await withReader()
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  const [old] = server.published()
  const removed = await removeReader(server, first, publicKey, NOW)
  // The second device believes that Ana was never removed.
  server.hand = onlyFirst('card', says({ card: old?.jws, largest: 1 }))
  server.now = NOW + 60_000
  await publish(server, { ...first, name: 'Second' }, NOW + 60_000)
  server.hand = undefined
  expect(namesOf(server)[0]).toEqual(['Office', 'Ana'])
  expect(needsRenewal(removed, NOW + 120_000)).toBe(false)
  const kept = parseState(formatState(removed)) ?? removed
  const after = await reconcile(server, kept, NOW + 120_000)
  expect(new Set(namesOf(server).flat())).toEqual(new Set(['Office']))
  expect([after.name, after.removed]).toEqual(['Second', [publicKey]])
  for (const change of [publish, renew]) {
    await publish(server, { ...first, serial: after.serial + 5 }, NOW)
    await change(server, after, NOW)
    expect(new Set(namesOf(server).flat())).toEqual(new Set(['Office']))
  }
})

test('a reader whom one device has added is no stranger to another that is unlocked, and publishes nothing', async () => {
  const [, second] = await published()
  const [server, first, ana] = await withReader()
  const told = await reconcile(server, second, NOW)
  expect(server.asked).toEqual(['card', 'limits', 'card', 'readers'])
  expect(told.readers.map(({ name }) => name)).toEqual(['Office', 'Ana'])
  expect([told.serial, told.lastEpoch]).toEqual([first.serial, first.lastEpoch])
  // Nor does one whom it has removed stay on the list.
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  await removeReader(server, first, publicKey, NOW + 1_000)
  expect((await reconcile(server, told, NOW + 2_000)).readers.map(({ name }) => name)).toEqual(['Office'])
})

test('a device that another has left out publishes nothing by being unlocked', async () => {
  const [server, state] = await withReader()
  const { origin, name, phrase, terms } = state
  const { state: restored } = await createBox({ origin, name, readerName: 'Home', terms, now: NOW, phrase })
  await publish(server, restored, NOW + 1_000)
  expect(await reconcile(server, state, NOW + 2_000)).toBe(state)
  expect(namesOf(server)[0]).toEqual(['Home'])
})

test('a device that once removed a reader, and was left out since, put itself back by being unlocked', async () => {
  const [server, state, ana] = await withReader()
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  const removed = await removeReader(server, state, publicKey, NOW)
  const { origin, name, phrase, terms } = state
  const { state: restored } = await createBox({ origin, name, readerName: 'Home', terms, now: NOW, phrase })
  await publish(server, restored, NOW + 1_000)
  expect(await reconcile(server, removed, NOW + 2_000)).toBe(removed)
  expect(namesOf(server)[0]).toEqual(['Home'])
})

test('who sees nobody back asks no more than it must', async () => {
  const [server, first, ana] = await withReader()
  expect(await reconcile(server, first, NOW)).toBe(first)
  expect(server.asked).toEqual(['card'])
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  const removed = await removeReader(server, first, publicKey, NOW)
  const asked = server.asked.length
  expect(await reconcile(server, removed, NOW)).toBe(removed)
  expect(server.asked.slice(asked)).toEqual(['card'])
})

test('a reader who has announced nothing more is not cut off by a renewal that could wait', async () => {
  const [server, state] = await withReader()
  const [office, ana] = state.readers
  if (office === undefined || ana === undefined) throw new Error('two readers')
  const short = { ...state, readers: [office, { ...ana, ages: ana.ages.slice(0, 1) }] }
  expect(needsRenewal(short, NOW)).toBe(true)
  expect((await renew(server, short, NOW)).serial).toBe(short.serial)
  expect(server.asked).not.toContain('publish')
  server.now = NOW + 7 * WEEK
  await renew(server, short, server.now)
  expect(server.asked).toContain('publish')
})

test('a box that is restored from its phrase begins with its own reader alone', async () => {
  const [server, state] = await withReader()
  const { origin, name, phrase, terms } = state
  const { state: restored } = await createBox({ origin, name, readerName: 'Home', terms, now: NOW, phrase })
  await publish(server, restored, NOW + 1_000)
  expect(new Set(namesOf(server).flat())).toEqual(new Set(['Home']))
  // The device that was thought lost turns up again: it is the owner's too.
  const found = await renew(server, state, NOW + 2_000)
  expect(namesOf(server)).toEqual(Array.from({ length: 14 }, () => ['Office', 'Home']))
  expect(found.readers.map((reader) => reader.name)).toEqual(['Office', 'Home'])
})

test('a card that is older than what was published, or is not of this box, is not taken up', async () => {
  const [older] = await published()
  const [server, state] = await withReader()
  const [card] = older.published()
  server.hand = onlyFirst('card', says({ card: card?.jws, largest: 1 }))
  await publish(server, state, NOW + 1_000)
  expect(namesOf(server)[0]).toEqual(['Office', 'Ana'])
  const changed = card?.jws.replace(/.{5}$/, 'AAAAA') ?? ''
  server.hand = (name) => (name === 'card' ? says({ card: changed, largest: 1 }) : undefined)
  await expect(publish(server, state, NOW + 2_000)).rejects.toMatchObject({ code: 'bad_card' })
  expect(server.cards()[0]?.epoch).toBe(epochAt(NOW))
})

/** The fate of the first request of a name, and of no other. */
function onlyFirst(name: string, reply: Reply): NonNullable<BoxServer['hand']> {
  const replies = [reply]
  return (request) => (request === name ? replies.shift() : undefined)
}

function namesOf(server: BoxServer): string[][] {
  return server.cards().map(({ readers }) => readers.map(({ name }) => name))
}
