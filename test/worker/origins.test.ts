import { expect, test } from 'vitest'
import type { Receipt } from '#protocol/api.ts'
import {
  acknowledge as acknowledgeByClient,
  look as lookByClient,
  openDrop,
  provedClaims,
  receiveParts,
} from '#client/receive.ts'
import { checkProof, makeProof, matchProof, formatProof, provedReceipts } from '#client/proof-file.ts'
import { memoryStaging } from '#client/staging.ts'
import { checkDrop } from '#client/sender.ts'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import {
  announce,
  announcementOf,
  cardOf,
  collect,
  invitations,
  invite,
  items,
  depositInBox,
  newInvitation,
  openBox,
  publish,
  readers,
  remove,
} from './support/boxes.ts'
import { serverVia } from './support/clients.ts'
import { depositMessage } from '../kit/sealed.ts'
import {
  acknowledge,
  claim,
  create,
  depositDrop,
  lookAsHolder,
  look,
  newDrop,
  OPENED,
  part,
  reopen,
  revoke,
  sent,
} from './support/drops.ts'
import { rowOf } from './support/inside.ts'
import { newReader } from '../kit/people.ts'
import { announce as begun, begin, commit, depositInParts, newCut, upload, uploaded } from './support/parts.ts'
import { ORIGIN, send, withBindings, type Changes, type Reply } from './support/wire.ts'

/** A server with three names. */
const OTHERS = ['https://other.example', 'http://other.example:8443'] as const
const via = withBindings({ ORIGIN: [ORIGIN, ...OTHERS].join(', ') })
const AUTHORITY = 'sealdrop.example'

test.for(OTHERS)(
  'whoever reads by the second name of a server, %s, left the sender without a receipt',
  async (origin) => {
    const at = serverVia(via)
    const { sealed, sender, opener } = await depositMessage(at)
    const reader = await newReader()
    const elsewhere = serverVia(via, { origin })
    const waiting = await lookByClient(elsewhere, opener)
    expect(waiting).toMatchObject({ state: 'ready', authority: AUTHORITY })
    const parts = receiveParts(elsewhere, opener, reader, waiting, memoryStaging())
    const { opened } = await openDrop(parts, opener)
    expect(await acknowledgeByClient(elsewhere, opener, reader, opened)).toBe(true)
    const { ticket } = sealed
    const { claims, state } = await checkDrop(at, ticket, sender)
    expect([
      state,
      claims.map(({ isClaimProved: isClaimed, isOpeningProved: isOpened }) => [isClaimed, isOpened]),
    ]).toEqual(['read', [[true, true]]])
    // By any of its names, and in a file.
    expect((await checkDrop(elsewhere, ticket, sender)).claims).toEqual(claims)
    const proof = makeProof(ticket, provedReceipts(claims))
    const verdict = await checkProof(proof === undefined ? '' : formatProof(proof))
    expect(verdict.state === 'holds' && matchProof(verdict.proof, { ...ticket, claim: opener.claim.publicKey })).toBe(
      'same',
    )
    // A late reader by that name is shown the first one.
    const late = await lookByClient(elsewhere, opener)
    expect((await provedClaims(elsewhere, opener, late)).map((each) => each.reader)).toEqual([reader.publicKey])
  },
)

type Ask = (changes: Changes) => Promise<Reply>

test('every request may be made by any name of the server, and is signed for the one that it is made by', async () => {
  const drop = await depositInParts({ reads: 3 }, { via })
  const cut = await begun({}, { via })
  const reader = await newReader()
  await claim(drop, reader.publicKey, { via })
  const box = await openBox()
  const boxDrop = await depositInBox(box)
  const { state } = await newInvitation(box)
  const card = await cardOf(box, { serial: 2 })
  const keys = await announcementOf(box.reader)
  const asks: readonly (readonly [name: string, ask: Ask])[] = [
    ['status', (changes) => lookAsHolder(drop, changes)],
    ['part', (changes) => part(drop, reader, changes)],
    ['sent', (changes) => sent(drop, changes)],
    ['reopen', (changes) => reopen(drop, drop.locator.publicKey, changes)],
    ['upload', (changes) => upload(cut, 2, changes)],
    ['uploaded', (changes) => uploaded(cut, changes)],
    ['commit', (changes) => commit(drop, changes)],
    ['revoke', (changes) => revoke(cut, changes)],
    ['publish', (changes) => publish(box, [card], changes)],
    ['items', (changes) => items(box, {}, changes)],
    ['collect', (changes) => collect(box, boxDrop.dropId, changes)],
    ['keys', (changes) => announce(box, keys, changes)],
    ['readers', (changes) => readers(box, changes)],
    ['invite', (changes) => invite(box, state, changes)],
    ['invitations', (changes) => invitations(box, changes)],
    [
      'sent of a drop in a box',
      (changes) => send({ name: 'sent', dropId: boxDrop.dropId, signers: { sender: boxDrop.sender }, ...changes }),
    ],
    ['delete', (changes) => remove(box, [boxDrop.dropId], changes)],
  ]
  for (const [name, ask] of asks) {
    for (const origin of [ORIGIN, ...OTHERS]) {
      expect([name, origin, (await ask({ via, origin })).status < 300]).toEqual([name, origin, true])
      // Signed for one of them, and sent to another.
      const relayed = await ask({ via: (request) => via(moved(request, 'https://nobody.example')), origin })
      expect([name, origin, relayed.code]).toEqual([name, origin, 'wrong_origin'])
      const [other = ''] = [ORIGIN, ...OTHERS].filter((each) => each !== origin)
      const misled = await ask({ via: (request) => via(moved(request, other)), origin })
      expect([name, origin, misled.code === 'not_proved' || misled.code === 'gone']).toEqual([name, origin, true])
    }
  }
})

test('a claim and an acknowledgement are taken only if their sender can check them', async () => {
  const drop = await depositDrop({ reads: 2 }, { via })
  const [first, second] = [await newReader(), await newReader()]
  const context = { authority: AUTHORITY, dropId: drop.dropId, claim: drop.claim.publicKey }
  expect((await claim(drop, first.publicKey, { via })).status).toBe(200)
  expect((await acknowledge(drop, first, { via })).status).toBe(200)
  const [, origin] = OTHERS
  // Signed for the name that is asked, which is not the one of the link: they are told so, and nothing is kept.
  for (const ask of [
    (changes: Changes) => claim(drop, second.publicKey, changes),
    (changes: Changes) => acknowledge(drop, second, changes),
  ]) {
    const { code, json, headers } = await ask({ via, origin })
    expect([code, json['authority']]).toEqual(['not_proved', AUTHORITY])
    expect(headers.get('Accept-Signature')).toContain('nonce="')
    expect((await ask({ via: (request) => via(moved(request, origin)), origin: ORIGIN })).status).toBe(200)
  }
  const claims = (await sent(drop)).json['claims'] as Receipt[]
  expect(claims.map((each) => each.reader)).toEqual([first.publicKey, second.publicKey])
  for (const receipt of claims)
    expect([await isClaimProved(receipt, context), await isOpeningProved(receipt, context, OPENED)]).toEqual([
      true,
      true,
    ])
})

test('only a right signature is told by which name a sender came', async () => {
  const drop = await depositDrop({}, { via })
  const stranger = await newReader()
  const other = { via, origin: OTHERS[0] }
  for (const reply of [
    await look(drop, other),
    await look(drop, { ...other, signers: { locator: stranger } }),
    await claim(drop, stranger.publicKey, { ...other, signers: { locator: stranger, claim: stranger } }),
    await acknowledge(drop, stranger, other),
  ])
    expect(reply.json).not.toHaveProperty('authority')
  expect((await look(drop, { ...other, signers: { locator: drop.locator } })).json).toMatchObject({
    authority: AUTHORITY,
  })
})

test('a wrong passphrase by another name is counted once, under whichever name it is signed', async () => {
  const drop = await depositDrop({}, { via })
  const [wrong, reader] = [await newReader(), await newReader()]
  const guess = { via, signers: { locator: drop.locator, claim: wrong } }
  // For the name that it is asked by, whether it is right is not looked at.
  const asked = await claim(drop, reader.publicKey, { ...guess, origin: OTHERS[0] })
  expect([asked.code, asked.json['authority']]).toEqual(['not_proved', AUTHORITY])
  const signed = await claim(drop, reader.publicKey, {
    ...guess,
    via: (request) => via(moved(request, OTHERS[0])),
    origin: ORIGIN,
  })
  expect(signed.json).toMatchObject({ triesLeft: 9 })
})

test('a drop that is made again by another name of the server is another drop', async () => {
  const [drop, cut] = [await newDrop(), await newCut()]
  expect((await create(drop, { via })).status).toBe(201)
  expect((await create(drop, { via, origin: OTHERS[0] })).code).toBe('id_taken')
  expect((await create(drop, { via })).status).toBe(201)
  expect((await begin(cut, { via, origin: OTHERS[0] })).status).toBe(201)
  expect((await begin(cut, { via })).code).toBe('id_taken')
  expect((await rowOf(cut.dropId))?.authority).toBe('other.example')
})

/** The same request, by another name of the server. */
function moved(request: Request, origin: string): Request {
  const { pathname, search } = new URL(request.url)
  return new Request(`${origin}${pathname}${search}`, request)
}
