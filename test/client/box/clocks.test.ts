import { expect, test } from 'vitest'
import { announceKeys, makeReaderCode } from '#client/box/joining.ts'
import { addReader, createBox, needsRenewal, publish, removeReader, renew, reconcile } from '#client/box/owner.ts'
import { invite } from '#client/box/invitations.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import type { BoxState } from '#client/box/state.ts'
import { presentTime } from '#client/clocks.ts'
import { epochAt } from '#protocol/epoch.ts'
import { checkCard } from '#protocol/card.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { boxServer, type BoxServer } from './support/box-server.ts'
import { published, withReader } from './support/published.ts'
import { DAY, NOW, quickStretch, WEEK } from './support/states.ts'

/** The end of a week, when a clock that is hours ahead is in the next one. */
const EVE = (epochAt(NOW) + 1) * WEEK - 3_600_000

const SPANS = {
  'a second': 1_000,
  'ten minutes': 600_000,
  'three hours': 3 * 3_600_000,
  'a day less a second': DAY - 1_000,
  'two days': 2 * DAY,
  'eight days': 8 * DAY,
  'a month': 30 * DAY,
  'ten months': 300 * DAY,
  'twenty years': 20 * 365 * DAY,
}

const BOTH_WAYS = Object.entries(SPANS).flatMap(([span, ms]) => [
  [`${span} ahead`, ms] as const,
  [`${span} behind`, -ms] as const,
])
const NEAR = BOTH_WAYS.filter(([, ms]) => Math.abs(ms) <= DAY)
const FAR = BOTH_WAYS.filter(([, ms]) => Math.abs(ms) > DAY)

/** Everything that says something about a box to others. */
const PUBLISHING: Readonly<Record<string, (server: BoxServer, state: BoxState, now: number) => Promise<unknown>>> = {
  publish,
  renew,
  'change the terms': (server, state, now) =>
    publish(server, { ...state, terms: { largest: 5, invitation: true } }, now),
  'add a reader': (server, state, now) => addReader(server, state, boxes.readerCodes.accepted[0]?.code ?? '', now),
  'remove a reader': async (server, state, now) =>
    removeReader(server, state, state.readers.at(-1)?.key ?? (await strangerKey()), now),
  'announce keys': announceKeys,
  'make a reader code': (server, state, now) => makeReaderCode(server, state, now, quickStretch),
  'begin a box': (server, _, now) => presentTime(server, now),
}

async function strangerKey(): Promise<BoxState['readers'][number]['key']> {
  return (await deriveReaderKey(new Uint8Array(32).fill(7))).publicKey
}

test.for(Object.keys(PUBLISHING).flatMap((what) => FAR.map(([span, ms]) => [what, span, ms] as const)))(
  'to %s by a clock that is %s changes nothing, and both times are told',
  async ([what, , ms]) => {
    const [server, state] = await withReader()
    const before = server.published()
    await expect(PUBLISHING[what]?.(server, state, NOW + ms)).rejects.toMatchObject({
      code: 'clock_wrong',
      ownMs: NOW + ms,
      serverMs: NOW,
    })
    // Nothing but the time was asked.
    expect([server.asked, server.published()]).toEqual([['limits'], before])
  },
)

test.for(NEAR)('a box that is made and renewed by a clock that is %s takes drops at once', async ([, ms]) => {
  for (const at of [NOW, EVE, EVE + 3_700_000]) {
    const made = await newBox(at + ms)
    const server = boxServer(made.box, at)
    const alone = await publish(server, made, at + ms)
    expect(readersAt(server, at)).toEqual(['Office'])
    const later = at + 8 * WEEK
    server.now = later
    await renew(server, alone, later + ms)
    expect(readersAt(server, later)).toEqual(['Office'])
  }
})

test.for([8, 30, 400])(
  'a box that was made by a clock %i days ahead is alive once it is renewed by a right one',
  async (ahead) => {
    // Made where the server could not be asked.
    const made = await newBox(NOW + ahead * DAY)
    const server = boxServer(made.box, NOW)
    await expect(publish(server, made, NOW + ahead * DAY)).rejects.toMatchObject({ code: 'clock_wrong' })
    expect(server.published()).toEqual([])
    const alive = await publish(server, made, NOW)
    expect(readersAt(server, NOW)).toEqual(['Office'])
    expect([alive.chain.epoch, needsRenewal(alive, NOW)]).toEqual([epochAt(NOW), false])
  },
)

test.for([8, 30, 400])('a box that was published %i days ahead is brought back by the next unlock', async (ahead) => {
  // While the server believed in the same time.
  const made = await newBox(NOW + ahead * DAY)
  const server = boxServer(made.box, NOW + ahead * DAY)
  const dead = await publish(server, made, server.now)
  server.now = NOW
  expect(() => readersAt(server, NOW)).toThrow('future_card')
  const taken = await reconcile(server, dead, NOW)
  expect(needsRenewal(taken, NOW)).toBe(true)
  const alive = await renew(server, taken, NOW)
  expect(readersAt(server, NOW)).toEqual(['Office'])
  expect(needsRenewal(alive, NOW)).toBe(false)
})

test('a server whose clock is up to a day behind cannot have keys that are in use begun again', async () => {
  // In the first hours of a week, by a chain that began with it.
  const at = (epochAt(NOW) + 1) * WEEK + 3_600_000
  const made = await newBox(at)
  const server = boxServer(made.box, at)
  const state = await publish(server, made, at)
  server.now = at - DAY + 1_000
  expect((await publish(server, state, at)).chain).toEqual(state.chain)
})

const invitation = { label: 'For Ben', items: 3, bytes: 1_000, lifeSeconds: 30 * 86_400 }

test.for([-7_300, -30, -1, 1, 30, 7_300])(
  'an invitation that was made by a clock %i days off ended at another time than was asked',
  async (days) => {
    const [server, state] = await published()
    const device = { ...server, clock: () => NOW + days * DAY }
    const first = await invite(device, state, { ...invitation, lifeSeconds: 600 })
    expect(first.invitation.expiresAtMs).toBe(NOW + 600_000)
    // Nor does it lose those that hold.
    const second = await invite(device, first.state, { ...invitation, label: '' })
    expect(second.state.invitations).toHaveLength(2)
    expect([...server.invitations.values()].map(({ expires }) => expires * 1_000)).toEqual([
      NOW + 600_000,
      NOW + 30 * DAY,
    ])
  },
)

async function newBox(now: number): Promise<BoxState> {
  const terms = { largest: 104_857_600, invitation: false }
  return (await createBox({ origin: 'https://drop.example', name: 'Tips', readerName: 'Office', terms, now })).state
}

/** The readers to whom a sender with a right clock seals. @throws DropError `future_card`, `stale_card` */
function readersAt(server: BoxServer, now: number): readonly string[] {
  const present = server.cards().find(({ epoch }) => epoch === epochAt(now)) ?? server.cards().at(-1)
  if (present === undefined) throw new Error('no card')
  checkCard(present, now)
  return present.readers.map(({ name }) => name)
}
