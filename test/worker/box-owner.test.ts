import { expect, test } from 'vitest'
import { accessOfState } from '#client/box/access.ts'
import { collectParts, listItems, openItem } from '#client/box/inbox.ts'
import { announceKeys, join, learnCard, makeReaderCode } from '#client/box/joining.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { addReader, createBox, publish, removeReader, renew } from '#client/box/owner.ts'
import { invite, listInvitations, uninvite } from '#client/box/invitations.ts'
import { deriveReaderKey, recipientsFrom } from '#client/box/reader-keys.ts'
import { parseWriteTarget } from '#client/box/address-link.ts'
import { fetchCard } from '#client/box/write.ts'
import type { BoxState } from '#client/box/state.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging } from '#client/staging.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { epochAt } from '#protocol/epoch.ts'
import { serverVia } from './support/clients.ts'
import { textMessage } from '../kit/messages.ts'
import { quickStretch } from '../kit/sealed.ts'
import { DAY, travel } from './support/clock.ts'
import { directly, ORIGIN } from './support/wire.ts'
import { publishBox, writeTo } from '../kit/owned-boxes.ts'

// The work of an owner and another reader, by the real client against the real worker.

const WEEK = 7 * DAY
const terms = { largest: 1_000_000, invitation: false }
const OFFICE = { name: 'Newsroom', readerName: 'Office', ...terms }

test('a reader who was added by a code opens what is written from then on, and after its removal nothing more', async () => {
  const server = serverVia()
  const alone = await publishBox(server, OFFICE)
  await write(server, alone, 'before')
  const ana = await join({ origin: ORIGIN, box: alone.box, readerName: 'Ana', now: Date.now() })
  const both = await addReader(
    server,
    alone,
    (await makeReaderCode(server, ana, Date.now(), quickStretch)).code,
    Date.now(),
  )
  await write(server, alone, 'with Ana')
  expect(await read(server, both)).toEqual(['before', 'with Ana'])
  expect(await read(server, ana)).toEqual(['open_failed', 'with Ana'])
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  const without = await removeReader(server, both, publicKey, Date.now())
  await write(server, alone, 'without Ana')
  expect(await read(server, without)).toEqual(['before', 'with Ana', 'without Ana'])
  await expect(read(server, ana)).rejects.toMatchObject({ code: 'not_proved' })
  // Her state, had the server been on her side.
  expect(await read(server, { ...ana, reader: without.reader })).toEqual(['open_failed', 'with Ana', 'open_failed'])
})

test('a reader code is good for one opening', async () => {
  const server = serverVia()
  const [state, other] = [await publishBox(server, OFFICE), await publishBox(server, OFFICE)]
  const ana = await join({ origin: ORIGIN, box: state.box, readerName: 'Ana', now: Date.now() })
  const { code } = await makeReaderCode(server, ana, Date.now(), quickStretch)
  await addReader(server, state, code, Date.now())
  await expect(addReader(server, state, code, Date.now())).rejects.toMatchObject({ code: 'gone' })
  const { code: again } = await makeReaderCode(server, ana, Date.now(), quickStretch)
  await expect(addReader(server, other, again, Date.now())).rejects.toMatchObject({ code: 'bad_code' })
  // An interceptor is noticed: the code is used up.
  await expect(addReader(server, state, again, Date.now())).rejects.toMatchObject({ code: 'claimed' })
})

test('a reader who joined by a clock a month ahead read nothing for a month', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  const early = await join({ origin: ORIGIN, box: state.box, readerName: 'Ana', now: Date.now() + 30 * DAY })
  const wrong = makeReaderCode(server, early, Date.now() + 30 * DAY, quickStretch)
  await expect(wrong).rejects.toMatchObject({ code: 'clock_wrong' })
  // Its clock is right by now.
  const { code, state: ana } = await makeReaderCode(server, early, Date.now(), quickStretch)
  await addReader(server, state, code, Date.now())
  await write(server, state, 'with Ana')
  expect(await read(server, ana)).toEqual(['with Ana'])
})

test('an owner who was cut off before the reader was published uses the same code again', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  const ana = await join({ origin: ORIGIN, box: state.box, readerName: 'Ana', now: Date.now() })
  const { code } = await makeReaderCode(server, ana, Date.now(), quickStretch)
  const cut = serverVia((request) => {
    if (request.url.endsWith('/publish')) throw new TypeError('cut off')
    return directly(request)
  })
  await expect(addReader({ ...cut, patienceMs: 0 }, state, code, Date.now())).rejects.toMatchObject({ code: 'offline' })
  const both = await addReader(server, state, code, Date.now())
  expect(both.readers.map(({ name }) => name)).toEqual(['Office', 'Ana'])
})

test('a ninth reader is refused, and its code is good still once there is room', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  const first = epochAt(Date.now())
  const others = await Promise.all(
    Array.from({ length: 7 }, async (_, n) => {
      const { reader, chain } = await join({ origin: ORIGIN, box: state.box, readerName: `R${n}`, now: Date.now() })
      const { publicKey: key } = await deriveReaderKey(reader.seed)
      return { name: reader.name, key, first, ages: await recipientsFrom(chain, first) }
    }),
  )
  const full = await publish(server, { ...state, readers: [...state.readers, ...others] }, Date.now())
  const ana = await join({ origin: ORIGIN, box: state.box, readerName: 'Ana', now: Date.now() })
  const { code } = await makeReaderCode(server, ana, Date.now(), quickStretch)
  await expect(addReader(server, full, code, Date.now())).rejects.toThrow(RangeError)
  const [other] = others
  if (other === undefined) throw new Error('no reader')
  const room = await removeReader(server, full, other.key, Date.now())
  expect((await addReader(server, room, code, Date.now())).readers).toHaveLength(8)
  await write(server, state, 'to eight')
  expect(await read(server, ana)).toEqual(['to eight'])
})

test('a reader stays on the card for as long as it announces its keys', async () => {
  const server = serverVia()
  const alone = await publishBox(server, OFFICE)
  const ana = await join({ origin: ORIGIN, box: alone.box, readerName: 'Ana', now: Date.now() })
  await expect(announceKeys(server, ana, Date.now())).rejects.toMatchObject({ code: 'not_proved' })
  const both = await addReader(
    server,
    alone,
    (await makeReaderCode(server, ana, Date.now(), quickStretch)).code,
    Date.now(),
  )
  travel(10 * WEEK)
  await announceKeys(server, ana, Date.now())
  const renewed = await renew(server, both, Date.now())
  travel(10 * WEEK)
  expect((await fetchCard(server, alone.box, { now: Date.now() })).card.readers).toHaveLength(2)
  await write(server, alone, 'later')
  expect(await read(server, ana)).toEqual(['later'])
  expect(await read(server, renewed)).toEqual(['later'])
})

test('a reader learns the name of the box, and that the owner has put the reader on the card', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  const ana = await join({ origin: ORIGIN, box: state.box, readerName: 'Ana', now: Date.now() })
  const learnt = await learnCard(server, ana)
  expect([learnt.name, learnt.serial]).toEqual(['Newsroom', state.serial])
})

test('a drop that was sealed to deleted keys opens no more, with all that the server still has', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  await write(server, state, 'old', 30)
  const kept = await everything(server, state)
  for (const { parts } of kept) await parts.part(0)
  expect(await read(server, state)).toEqual(['old'])
  travel(7 * WEEK)
  const later = await forgetExpired(server, state, Date.now())
  expect(later.chain.epoch).toBeGreaterThan(state.chain.epoch)
  // It has expired on the server; here is a copy that somebody made in time.
  expect(await read(server, later)).toEqual([])
  for (const { item, parts } of kept) {
    await expect(openItem(parts, await accessOfState(later), item)).rejects.toMatchObject({ code: 'open_failed' })
    expect((await openItem(parts, await accessOfState(state), item)).text).toBe('old')
  }
})

test('a box that is restored from its phrase has its address, and opens only what comes then', async () => {
  const server = serverVia()
  const state = await publishBox(server, OFFICE)
  await write(server, state, 'before')
  travel(1_000)
  const { origin, name, phrase } = state
  const plan = { origin, name, readerName: 'Office', terms, now: Date.now() }
  const { state: restored } = await createBox(phrase === undefined ? plan : { ...plan, phrase })
  const again = await publish(server, restored, Date.now())
  expect(again.box).toBe(state.box)
  await write(server, state, 'after')
  expect(await read(server, again)).toEqual(['open_failed', 'after'])
})

test('an owner invites, sees what is left, and ends it', async () => {
  const server = serverVia()
  const state = await publishBox(server, { ...OFFICE, invitation: true })
  await expect(write(server, state, 'uninvited')).rejects.toMatchObject({ code: 'invitation_needed' })
  const expiresAtMs = Math.floor(Date.now() / 1_000) * 1_000 + DAY
  const made = await invite(server, state, { label: 'Ben', items: 2, bytes: 1_000_000, lifeSeconds: 86_400 })
  const secret = parseWriteTarget(made.link)?.invitation
  await write(server, state, 'invited', 1, secret)
  const [left] = await listInvitations(server, made.state)
  expect(left).toMatchObject({ label: 'Ben', items: 1, expiresAtMs, secret })
  expect(left?.bytes).toBeLessThan(1_000_000)
  const ended = await uninvite(server, made.state, left?.hash ?? '')
  expect([ended.invitations, await listInvitations(server, ended)]).toEqual([[], []])
  await expect(write(server, state, 'ended', 1, secret)).rejects.toMatchObject({ code: 'invitation_needed' })
  expect(await read(server, state)).toEqual(['invited'])
})

async function write(server: Server, { box }: BoxState, text: string, days = 14, invitation?: Bytes): Promise<void> {
  await writeTo(server, box, textMessage(text), { ttlSeconds: days * 86_400, invitation })
}

type KeepResult = {
  readonly item: Awaited<ReturnType<typeof listItems>>['items'][number]
  readonly parts: ReturnType<typeof collectParts>
}

async function everything(server: Server, state: BoxState): Promise<readonly KeepResult[]> {
  const access = await accessOfState(state)
  const { items } = await listItems(server, access, { order: 'after', seq: 0, most: 200 })
  return items.map((item) => ({ item, parts: collectParts(server, access, item, memoryStaging()) }))
}

/** The texts in a box as somebody reads them, or why not. */
async function read(server: Server, state: BoxState): Promise<string[]> {
  const access = await accessOfState(state)
  const texts: string[] = []
  for (const { item, parts } of await everything(server, state)) {
    const { text } = await openItem(parts, access, item).catch(({ code }: { code: string }) => ({ text: code }))
    texts.push(text)
  }
  return texts
}
