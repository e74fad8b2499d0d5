import { expect, test } from 'vitest'
import { parseAcceptSignature } from '#protocol/accept-signature.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { formatSubject } from '#protocol/disclosure.ts'
import type { Receipt } from '#protocol/api.ts'
import {
  announce,
  announcementOf,
  asOwner,
  cardOf,
  collect,
  invitations,
  invite,
  items,
  depositInBox,
  newInvitation,
  newBox,
  openBox,
  publish,
  readers,
  remove,
} from './support/boxes.ts'
import { DAY, MINUTE, travel } from './support/clock.ts'
import {
  acknowledge,
  claim,
  guess,
  depositDrop,
  look,
  lookAsHolder,
  part,
  readWhole,
  reopen,
  revoke,
  sent,
} from './support/drops.ts'
import type { RawDrop } from './support/drops.ts'
import { newReader, repeatedly } from '../kit/people.ts'
import { announce as beginUpload, commit, newCut, upload, uploaded, type Cut } from './support/parts.ts'
import { send, withBindings, type Changes, type Reply } from './support/wire.ts'
import type { SigningKey } from '#client/crypto/keys.ts'

/** How far a clock may be off, either way: seconds, minutes, days, years. */
const OFFSETS: readonly number[] = [
  -40 * 365 * DAY,
  -8 * DAY,
  -10 * MINUTE,
  -45_000,
  45_000,
  10 * MINUTE,
  40 * 365 * DAY,
]

type Ask = (changes: Changes) => Promise<Reply>

/** An answer without the parts that differ between two of the same. */
function saidBy({ status, code, json, body }: Reply): unknown {
  return [status, code, status === 200 && Object.keys(json).length === 0 ? body : json]
}

/** Asks by a clock that is off, as a client does: once, and with the nonce that was offered once more. */
async function askBy(offset: number, ask: Ask): Promise<{ first: Reply; last: Reply }> {
  const createdMs = Date.now() + offset
  const first = await ask({ createdMs })
  const nonce = parseAcceptSignature(first.headers.get('Accept-Signature') ?? '')
  return { first, last: first.code === 'not_proved' && nonce !== undefined ? await ask({ createdMs, nonce }) : first }
}

/** The signed requests about a drop by those who may make them; those that end it come last. */
function requestsAbout(drop: Cut | RawDrop, reader: SigningKey): readonly (readonly [name: string, ask: Ask])[] {
  const cut = 'parts' in drop ? drop : { ...drop, parts: [drop.bytes] }
  return [
    ['status by link', (changes) => look(drop, { signers: { locator: drop.locator }, ...changes })],
    ['status by link and passphrase', (changes) => lookAsHolder(drop, changes)],
    ['sent', (changes) => sent(drop, changes)],
    ['uploaded', (changes) => uploaded(drop, changes)],
    ['upload', (changes) => upload(cut, 0, changes)],
    ['claim', (changes) => claim(drop, reader.publicKey, changes)],
    ['part', (changes) => part(drop, reader, changes)],
    ['commit', (changes) => commit(cut, changes)],
    ['reopen', (changes) => reopen(drop, drop.locator.publicKey, changes)],
    ['ack', (changes) => acknowledge(drop, reader, changes)],
    ['revoke', (changes) => revoke(drop, changes)],
  ]
}

/** Every state of a drop behind a link, and who has read of it. */
const STATES: Readonly<Record<string, () => Promise<{ drop: Cut | RawDrop; reader: SigningKey }>>> = {
  'an unknown drop': async () => ({ drop: await newCut(), reader: await newReader() }),
  'an upload': async () => ({ drop: await beginUpload(), reader: await newReader() }),
  'a drop that waits': async () => ({ drop: await depositDrop(), reader: await newReader() }),
  'a drop that is claimed': () => claimed(),
  'a drop that was read': async () => {
    const drop = await depositDrop()
    return { drop, reader: await readWhole(drop) }
  },
  'a drop that was revoked': async () => {
    const { drop, reader } = await claimed()
    await revoke(drop)
    return { drop, reader }
  },
  'a drop that wrong passphrases destroyed': async () => {
    const { drop, reader } = await claimed()
    await repeatedly(10, () => guess(drop))
    return { drop, reader }
  },
  'a drop that has expired': async () => {
    const { drop, reader } = await claimed()
    travel(2 * DAY)
    return { drop, reader }
  },
}

async function claimed(): Promise<{ drop: RawDrop; reader: SigningKey }> {
  const [drop, reader] = [await depositDrop({ reads: 2 }), await newReader()]
  await claim(drop, reader.publicKey)
  return { drop, reader }
}

test.for(Object.entries(STATES))(
  'whoever signs for %s hears by a wrong clock what they hear by the right one',
  async ([, make]) => {
    for (const [index, [name]] of requestsAbout(await newCut(), await newReader()).entries()) {
      const { drop, reader } = await make()
      const ask = requestsAbout(drop, reader)[index]?.[1] as Ask
      const answers = await repeatedly(OFFSETS.length, (at) => askBy(OFFSETS[at] ?? 0, ask))
      const right = await ask({})
      for (const [at, { first, last }] of answers.entries()) {
        expect([name, OFFSETS[at], saidBy(last)]).toEqual([name, OFFSETS[at], saidBy(right)])
        // Nobody who would be granted something is told that there is nothing.
        const isAsked = right.status < 300 && Math.abs(OFFSETS[at] ?? 0) > 5 * MINUTE
        expect([name, isAsked ? first.code : 'not_proved']).toEqual([name, 'not_proved'])
      }
    }
  },
)

test('the sender of a drop that was read or revoked gets its receipts, whatever their clock says', async () => {
  for (const end of ['read', 'revoked']) {
    const [drop, reader] = [await depositDrop(), await newReader()]
    await claim(drop, reader.publicKey)
    await (end === 'read' ? acknowledge(drop, reader) : revoke(drop))
    for (const offset of OFFSETS) {
      const { last } = await askBy(offset, (changes) => sent(drop, changes))
      expect([last.json['state'], (last.json['claims'] as Receipt[]).map((each) => each.reader)]).toEqual([
        end,
        [reader.publicKey],
      ])
    }
  }
})

test('an acknowledgement that came after a revocation, by a wrong clock, was lost', async () => {
  for (const offset of OFFSETS) {
    const [drop, reader] = [await depositDrop(), await newReader()]
    await claim(drop, reader.publicKey)
    await revoke(drop)
    const { last } = await askBy(offset, (changes) => acknowledge(drop, reader, changes))
    expect(last.json).toEqual({ burned: true })
    expect((await sent(drop)).json).toMatchObject({ state: 'revoked', claims: [{ ack: {} }] })
  }
})

test.for(Object.entries(STATES))('a stranger hears no more of %s by another clock', async ([state, make]) => {
  const waits = new Set(['a drop that waits', 'a drop that is claimed'])
  const { drop } = await make()
  const [key, other] = [await newReader(), await newCut()]
  const strange = { locator: key, claim: key, sender: key }
  const here = requestsAbout({ ...drop, ...strange }, key)
  const unknown = requestsAbout({ ...other, ...strange }, key)
  for (const offset of [-8 * DAY, 0, 8 * DAY]) {
    for (const [index, [name, ask]] of here.entries()) {
      const reply = await ask({ createdMs: Date.now() + offset })
      const nothing = await unknown[index]?.[1]({ createdMs: Date.now() + offset })
      // Of a drop that waits anybody with the id may know (docs/protocol.md §4), and is told to prove more.
      const expected = waits.has(state) && reply.code === 'not_proved' ? [reply] : [nothing]
      expect([name, saidBy(reply), [...reply.headers]]).toEqual([
        name,
        ...expected.flatMap((each) => each && [saidBy(each), [...each.headers]]),
      ])
    }
  }
})

test('a guess with a signature that was not fresh was told to be right, and not counted', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  const spent = 'A'.repeat(32)
  expect((await guess(drop, { nonce: spent })).json).toMatchObject({ triesLeft: 9 })
  const stale = async (signers: Changes['signers']): Promise<unknown> => {
    const { fields } = await craftStaleClaim(drop, reader, signers)
    return saidBy(await claim(drop, reader.publicKey, { signers: {}, fields }))
  }
  const right = await stale({ claim: drop.claim })
  const wrong = await stale({ claim: await generateSigningKey() })
  expect((right as unknown[]).slice(0, 2)).toEqual((wrong as unknown[]).slice(0, 2))
  expect((await guess(drop)).json).toMatchObject({ triesLeft: 8 })

  async function craftStaleClaim(
    { dropId, locator }: RawDrop,
    { publicKey }: SigningKey,
    signers: Changes['signers'],
  ): Promise<{ fields: Record<string, string> }> {
    const heard: Request[] = []
    const via: Changes['via'] = async (request) => {
      heard.push(request)
      return new Response('')
    }
    const asked = { dropId } as RawDrop
    await claim(asked, publicKey, { via, signers: { locator }, nonce: spent })
    await claim(asked, publicKey, { via, signers: signers ?? {}, createdMs: 0 })
    const joined = (name: string): string => heard.map(({ headers }) => headers.get(name)).join(', ')
    return { fields: { 'Signature-Input': joined('Signature-Input'), Signature: joined('Signature') } }
  }
})

test('owners and readers of a box get the same answers by a wrong clock as by the right one', async () => {
  const box = await openBox()
  const bare = await newBox()
  const drop = await depositInBox(box)
  const card = await cardOf(box, { serial: 2 })
  const keys = await announcementOf(box.reader)
  const { state } = await newInvitation(box)
  const asks: readonly (readonly [string, Ask])[] = [
    ['publish', (changes) => publish(box, [card], changes)],
    ['items', (changes) => items(box, {}, changes)],
    ['items of a bare box', (changes) => items(bare, {}, { ...asOwner(bare), ...changes })],
    ['collect', (changes) => collect(box, drop.dropId, changes)],
    ['keys', (changes) => announce(box, keys, changes)],
    ['readers', (changes) => readers(box, changes)],
    ['invite', (changes) => invite(box, state, changes)],
    ['invitations', (changes) => invitations(box, changes)],
    ['sent', (changes) => send({ name: 'sent', dropId: drop.dropId, signers: { sender: drop.sender }, ...changes })],
    ['delete', (changes) => remove(box, [drop.dropId], changes)],
    [
      'sent, when the owner has deleted it',
      (changes) => send({ name: 'sent', dropId: drop.dropId, signers: { sender: drop.sender }, ...changes }),
    ],
    [
      'revoke, when the owner has deleted it',
      (changes) => send({ name: 'revoke', dropId: drop.dropId, signers: { sender: drop.sender }, ...changes }),
    ],
  ]
  for (const [name, ask] of asks) {
    const answers = await repeatedly(OFFSETS.length, (at) => askBy(OFFSETS[at] ?? 0, ask))
    const right = await ask({})
    expect([name, right.status]).toEqual([name, 200])
    for (const { last } of answers) expect([name, saidBy(last)]).toEqual([name, saidBy(right)])
  }
})

test('an operator whose clock is wrong hears what the server holds', async () => {
  const key = await generateSigningKey()
  const via = withBindings({ OPERATOR_KEY: key.publicKey })
  const { dropId } = await depositDrop()
  const ask = (operator: SigningKey): Ask => {
    return (changes) =>
      send({ name: 'disclose', body: formatSubject({ drop: dropId }), signers: { operator }, via, ...changes })
  }
  for (const offset of OFFSETS) {
    const { first, last } = await askBy(offset, ask(key))
    expect([first.status, last.status]).toEqual([Math.abs(offset) < 5 * MINUTE ? 200 : 401, 200])
    // Without the key nothing is offered.
    const refused = await ask(await generateSigningKey())({ createdMs: Date.now() + offset })
    expect([refused.status, refused.headers.get('Accept-Signature')]).toEqual([401, null])
  }
})
