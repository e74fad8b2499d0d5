import { afterEach, expect, test } from 'vitest'
import { formatInvitation } from '#client/box/address-link.ts'
import type { Card } from '#protocol/card.ts'
import { epochAt } from '#protocol/epoch.ts'
import { openStore } from '../../../web/platform/store.ts'
import * as format from '../../../web/copy/format.ts'
import { letterFaults, letterSent, refusals, write as words } from '../../../web/copy/write.ts'
import { cardReader, newBox, newReader, NOW, sign, type TestBox } from '../../kit/boxes.ts'
import { noise } from '../../kit/bytes.ts'
import { lost, refuses, says, type Reply } from '../../kit/network.ts'
import { leaksIn } from './support/leaks.ts'
import { arrive, codeOf, message, published, read } from './support/letters.ts'
import { databaseContents, until, visit } from './support/room.tsx'

afterEach(() => {
  indexedDB.deleteDatabase('sealdrop')
})

test('before anything is sealed the address in full, all readers and the terms are shown, and only keys were asked for', async () => {
  const { box, server } = await published()
  const page = visit(server, box.address)
  await arrive(page)
  expect(page.box.querySelector('.address')?.textContent).toBe(box.address)
  for (const name of ['Reader 1', 'Reader 2', 'Reader 3']) expect(page.text()).toContain(name)
  expect(page.text()).toContain(words.readersCount(3))
  expect(page.box.querySelector<HTMLSelectElement>('#expiry')?.selectedOptions[0]?.textContent).toBe('14 days')
  expect(page.box.querySelector<HTMLInputElement>('#remembers')?.checked).toBe(false)
  expect(page.text()).toMatch(/\d+ MB of text and files/)
  expect(server.asked).toEqual(['card'])
})

test('a letter reaches the readers, and the real database of the sender is as empty as before', async () => {
  const { box, server } = await published()
  const page = visit(server, box.address, { kept: await openStore() })
  await arrive(page)
  page.type('message', 'what I saw')
  expect(page.isGuarded()).toBe(true)
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
  expect(page.text()).toContain(letterSent.noCode)
  expect(page.text()).toContain(letterSent.noTrace)
  expect(page.isGuarded()).toBe(false)
  expect(await read(box, server)).toEqual(['what I saw'])
  expect(Object.values(await databaseContents()).flat()).toEqual([])
  expect(localStorage).toHaveLength(0)
  expect(document.cookie).toBe('')
  await page.press(letterSent.another)
  await arrive(page)
  expect(message(page)).toBe('')
})

test('the words of a return code are shown once, kept from leaving unread, and gone when they are written down', async () => {
  const { box, server } = await published()
  const page = visit(server, box.address, { kept: await openStore() })
  await arrive(page)
  page.type('message', 'answer me')
  page.tick('wants-code')
  await page.press(words.seal)
  const code = await until(() => codeOf(page).length > 0 && codeOf(page))
  expect(code).toHaveLength(12)
  expect(page.text()).toContain(letterSent.codeOnce)
  expect(page.isGuarded()).toBe(true)
  expect(leaksIn(server.exchanges, code)).toEqual([])
  await page.press(letterSent.codeNoted)
  await until(() => codeOf(page).length === 0)
  expect(page.text()).toContain(letterSent.codeDone)
  expect(page.isGuarded()).toBe(false)
  expect(Object.values(await databaseContents()).flat()).toEqual([])
})

test('who leaves with the code or a letter on the screen finds neither when the browser brings the page back', async () => {
  for (const isSent of [true, false]) {
    const { box, server } = await published()
    let loads = 0
    const page = visit(server, box.address, { device: { reload: () => void loads++ } })
    await arrive(page)
    page.type('message', 'answer me')
    page.tick('wants-code')
    if (isSent) await page.press(words.seal)
    await until(() => !isSent || codeOf(page).length > 0)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    expect(page.box.childElementCount).toBe(0)
    expect(page.isGuarded()).toBe(false)
    expect(loads).toBe(0)
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    expect(loads).toBe(1)
  }
})

/** A card that is not the one to seal with today, and what is said of it. */
const WRONG: Readonly<Record<string, [make: (box: TestBox) => Promise<string | undefined>, sentence: string]>> = {
  stale: [async (box) => changed(box, { epoch: epochAt(NOW) - 3 }), 'has not renewed its keys since'],
  future: [async (box) => changed(box, { epoch: epochAt(NOW) + 2 }), refusals.future],
  foreign: [async () => (await newBox()).jws, refusals.foreign],
  bad: [async ({ jws }) => `${jws.slice(0, -4)}AAAA`, refusals.bad],
  gone: [async () => undefined, refusals.gone],
}

async function changed(box: TestBox, changes: Partial<Card>): Promise<string> {
  return (await sign(box.root, { readers: box.card.readers, ...changes })).jws
}

test.for(Object.entries(WRONG))('a %s card is refused in its own words', async ([, [make, sentence]]) => {
  const { box, server } = await published()
  const jws = await make(box)
  if (jws === undefined) server.cards.delete(box.address)
  else server.cards.set(box.address, jws)
  const page = visit(server, box.address)
  await until(() => page.heading() === refusals.title)
  expect(page.alert()).toContain(sentence)
  expect(page.alert()).toContain('Nothing was sealed.')
  // It can come right: by a clock, or by an owner.
  server.cards.set(box.address, box.jws)
  await page.press(refusals.again)
  await arrive(page)
})

test('who asked for the box to be remembered is told of keys that are older than those seen', async () => {
  const { box, server } = await published()
  const kept = await openStore()
  const first = visit(server, box.address, { kept })
  await arrive(first)
  first.tick('remembers')
  await expect.poll(() => kept.knownSerial(box.address)).toBeDefined()
  server.cards.set(box.address, await changed(box, { serial: 6 }))
  const second = visit(server, box.address, { kept })
  await until(() => second.heading() === refusals.title)
  expect(second.alert()).toContain(refusals['rolled-back'])
  server.cards.set(box.address, await changed(box, { serial: 9 }))
  await second.press(refusals.again)
  await arrive(second)
  await expect.poll(() => kept.knownSerial(box.address)).toBe(9)
  second.tick('remembers')
  await expect.poll(() => kept.knownSerial(box.address)).toBeUndefined()
})

/** Answers of a server to a letter, and the texts for the sender. */
const FAILURES: Readonly<Record<string, [reply: Reply, sentence: string]>> = {
  'a full box': [refuses('box_full'), letterFaults['box-full']],
  'a missing invitation': [refuses('invitation_needed'), letterFaults.invitationNeeded],
  'a lost connection': [lost, 'The server could not be reached.'],
  'a box that takes less than it said': [refuses('too_large'), 'This box takes up to'],
  'an answer of something else': [refuses('bad_request'), 'The server refused the sealed message.'],
}

test.for(Object.entries(FAILURES))('after %s the letter is still here, and goes out later', async ([, each]) => {
  const [reply, sentence] = each
  const { box, server } = await published()
  let now = NOW
  const wait = async (ms: number): Promise<void> => void (now += ms)
  const page = visit(server, box.address, { device: { clock: () => now, wait } })
  await arrive(page)
  page.type('message', 'do not lose me')
  page.choose([new File(['x'], 'proof.txt')])
  await until(() => page.text().includes('proof.txt'))
  server.hand = (name) => (name === 'create' ? reply : undefined)
  await page.press(words.seal)
  await until(() => page.alert().includes(sentence))
  expect(message(page)).toBe('do not lose me')
  expect(page.text()).toContain('proof.txt')
  server.hand = () => undefined
  page.box.querySelector<HTMLButtonElement>('button[type=submit].seal')?.click()
  await until(() => page.heading() === letterSent.title)
  expect(await read(box, server)).toEqual(['do not lose me'])
})

test('a box by invitation says so before anybody has typed for an hour', async () => {
  const { box, server } = await published()
  server.cards.set(box.address, await changed(box, { terms: { largest: 1_000_000, invitation: true } }))
  const page = visit(server, box.address)
  await arrive(page)
  expect(page.text()).toContain(words.uninvited)
  const [, fragment = ''] = formatInvitation('https://drop.example', box.address, new Uint8Array(16)).split('#')
  const invited = visit(server, fragment)
  await arrive(invited)
  expect(invited.text()).not.toContain(words.uninvited)
})

test('an invitation that is spent says so, and not that one is needed', async () => {
  const { box, server } = await published()
  const [, fragment = ''] = formatInvitation('https://drop.example', box.address, new Uint8Array(16)).split('#')
  const page = visit(server, fragment)
  await arrive(page)
  expect(page.text()).toContain(words.invited)
  page.type('message', 'invited')
  server.hand = (name) => (name === 'create' ? refuses('invitation_needed') : undefined)
  await page.press(words.seal)
  await until(() => page.alert().includes(letterFaults.invitationSpent))
  expect(server.exchanges.at(-1)?.fields['Box-Invitation']).toBe('AAAAAAAAAAAAAAAAAAAAAA')
})

test('a file beyond the limit is refused by number before anything is sealed', async () => {
  const { box, server } = await published()
  server.cards.set(box.address, await changed(box, { terms: { largest: 1_000_000, invitation: false } }))
  const page = visit(server, box.address)
  await arrive(page)
  page.choose([new File([noise(1_100_000)], 'film.mp4')])
  await until(() => page.alert().includes('This box takes up to'))
  expect(page.alert()).toMatch(/up to \d+ kB\. These files are 1\.1 MB/)
  expect(server.asked).toEqual(['card'])
})

test('keys that run out while somebody writes are asked for again, and what was typed stays', async () => {
  const { box, server } = await published()
  let now = NOW
  const page = visit(server, box.address, { device: { clock: () => now } })
  await arrive(page)
  page.type('message', 'slowly typed')
  now += 21 * 86_400_000
  server.hand = (name) => (name === 'limits' ? says({ largest: 1, time: now / 1_000 }) : undefined)
  await page.press(words.seal)
  await until(() => page.heading() === refusals.title)
  expect(page.text()).toContain(refusals.kept)
  expect(page.alert()).toContain(format.moment(((epochAt(NOW) + 1) * 604_800 + 86_400) * 1_000))
  now = NOW
  await page.press(refusals.again)
  await arrive(page)
  expect(message(page)).toBe('slowly typed')
  expect(server.asked).not.toContain('create')
})

test.for([21, 300, 7_300, -21, -7_300])(
  'a sender whose clock is %i days off was told that the owner had not renewed the keys',
  async (days) => {
    const { box, server } = await published()
    let now = NOW
    const page = visit(server, box.address, { device: { clock: () => now } })
    await arrive(page)
    page.type('message', 'typed before')
    now += days * 86_400_000
    await page.press(words.seal)
    await until(() => page.heading() === refusals.title)
    expect(page.text()).toContain(refusals.kept)
    expect(page.alert()).toContain(refusals.clock(format.moment(now), format.moment(NOW)))
    now = NOW
    await page.press(refusals.again)
    await arrive(page)
    await page.press(words.seal)
    await until(() => page.heading() === letterSent.title)
  },
)

test('a reader who was added while somebody wrote is shown before anything is sealed for them', async () => {
  const { box, server } = await published()
  let now = NOW
  const page = visit(server, box.address, { device: { clock: () => now } })
  await arrive(page)
  page.type('message', 'for three')
  const added = await cardReader(newReader(), 'Somebody new')
  server.cards.set(box.address, await changed(box, { serial: 8, readers: [...box.card.readers, added] }))
  now += 3_600_000
  await page.press(words.seal)
  await until(() => page.alert().includes(words.changed))
  expect(page.text()).toContain('Somebody new')
  expect(server.asked).not.toContain('create')
  await page.press(words.seal)
  await until(() => page.heading() === letterSent.title)
})

test('another fragment of the room is a whole load, and a way out of the room is left to others', async () => {
  const { box, server } = await published()
  let fragment: string = box.address
  let loads = 0
  const page = visit(server, fragment, { device: { fragment: () => fragment, reload: () => void loads++ } })
  await arrive(page)
  for (const [next, expected] of [
    ['how', 0],
    ['boxes', 0],
    ['return', 1],
  ] as const) {
    fragment = next
    dispatchEvent(new Event('hashchange'))
    expect(loads).toBe(expected)
  }
})
