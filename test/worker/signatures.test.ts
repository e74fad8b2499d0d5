import { describe, expect, test } from 'vitest'
import type { SigningKey } from '#client/crypto/keys.ts'
import { formatReaderBody, REQUESTS, type Role } from '#protocol/api.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { parseReceipts } from '#client/refused.ts'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import { acknowledge, claim, depositDrop, look, OPENED, sent, type RawDrop } from './support/drops.ts'
import { craft, type Craft, type Parameters } from './support/craft.ts'
import { rowOf } from './support/inside.ts'
import { newReader } from '../kit/people.ts'
import { announce, attemptsAt, depositInParts, newCut, upload, type Cut } from './support/parts.ts'
import { sendersRequests, signedRequests, type Signed } from './support/signed.ts'
import { ORIGIN, withBindings } from './support/wire.ts'

test('a signature that was made by hand from RFC 9421 is as good as one of the library', async () => {
  const [drop, reader] = [await depositInParts({ reads: 2 }), await newReader()]
  for (const { name, role, ask } of lastEnds(await signedRequests(drop, reader))) {
    const { status } = await ask(await craft(drop, reader, name, role, {}))
    expect([name, role, status]).toEqual([name, role, name === 'upload' ? 201 : 200])
  }
})

describe('what RFC 9421 leaves to the signer', () => {
  const SPELT: readonly (readonly [string, Craft])[] = [
    ['another order of the components', { components: (all) => all.toReversed() }],
    ['another order of the parameters', { parameters: ({ nonce = '', ...rest }) => ({ ...rest, nonce }) }],
    ['a keyid', { parameters: ({ created = 0, ...rest }) => ({ created, keyid: 'k', ...rest }) }],
    ['no alg', { parameters: (all) => without(all, 'alg') }],
  ]

  test.for(SPELT)('%s is taken on every request, as it was signed', async ([, spelt]) => {
    const [drop, reader] = [await depositInParts({ reads: 2 }), await newReader()]
    for (const { name, role, ask } of lastEnds(await signedRequests(drop, reader))) {
      const { status } = await ask(await craft(drop, reader, name, role, spelt))
      expect([name, role, status]).toEqual([name, role, name === 'upload' ? 201 : 200])
    }
  })

  test.for(SPELT)('%s in a claim and its acknowledgement leaves a receipt that proves both', async ([, spelt]) => {
    const [drop, reader] = [await depositDrop(), await newReader()]
    expect((await claim(drop, reader.publicKey, await craft(drop, reader, 'claim', 'claim', spelt))).status).toBe(200)
    expect((await acknowledge(drop, reader, await craft(drop, reader, 'ack', 'reader', spelt))).status).toBe(200)
    const { claims } = (await sent(drop)).json
    const [receipt] = parseReceipts(claims) ?? []
    const context = { authority: 'sealdrop.example', dropId: drop.dropId, claim: drop.claim.publicKey }
    expect(receipt && (await isClaimProved(receipt, context))).toBe(true)
    expect(receipt && (await isOpeningProved(receipt, context, OPENED))).toBe(true)
  })

  test('a signature that a proxy adds on the way changes nothing', async () => {
    const [drop, reader] = [await depositInParts({ reads: 2 }), await newReader()]
    for (const { name, role, ask } of lastEnds(await signedRequests(drop, reader))) {
      const { fields } = await craft(drop, reader, name, role, {})
      const { status } = await ask({
        signers: {},
        fields: {
          'Signature-Input': `${fields?.['Signature-Input']}, proxy=("@method" "host");created=1;alg="rsa-v1_5-sha256";keyid="p"`,
          Signature: `${fields?.['Signature']}, proxy=:${'A'.repeat(344)}:`,
        },
      })
      expect([name, role, status]).toEqual([name, role, name === 'upload' ? 201 : 200])
    }
  })
})

const SPOILED: readonly (readonly [string, Craft, code?: string])[] = [
  ['of an extra component', { components: (all) => [...all, 'user-agent'], fields: { 'User-Agent': 'x' } }],
  ['without a component', { components: (all) => all.slice(0, -1) }],
  ['of no component', { components: () => [] }],
  ['of a component twice', { components: (all) => [...all, '@method'] }],
  ['with an unknown parameter', { parameters: (all) => ({ ...all, x: 'k' }) }],
  ['with a long keyid', { parameters: (all) => ({ ...all, keyid: 'k'.repeat(65) }) }],
  ['with an expiry', { parameters: (all) => ({ ...all, expires: 4_000_000_000 }) }],
  ['without a nonce', { parameters: (all) => without(all, 'nonce') }],
  ['without a time', { parameters: (all) => without(all, 'created') }],
  ['without a tag', { parameters: (all) => without(all, 'tag') }],
  ['with a short nonce', { parameters: (all) => ({ ...all, nonce: 'A'.repeat(21) }) }],
  ['with a long nonce', { parameters: (all) => ({ ...all, nonce: 'A'.repeat(65) }) }],
  ['with a nonce in base64', { parameters: (all) => ({ ...all, nonce: 'bm9uY2Ugb2YgMTggYnl0ZXM+/w==' }) }],
  ['of another algorithm', { parameters: (all) => ({ ...all, alg: 'hmac-sha256' }) }],
  ['cut short', { spoil: (signature) => signature.slice(0, 63) }],
  ['that is empty', { spoil: () => new Uint8Array(0) }],
  ['for another host', { authority: 'other.example' }, 'not_proved'],
  ['for another drop', { dropId: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'not_proved'],
  ['with a bit flipped', { spoil: (signature) => signature.with(0, signature[0]! ^ 1) }, 'not_proved'],
]

describe('a signature that is not exactly the one that is asked for', () => {
  test.for(SPOILED)(
    '%s is refused on every request, and changes nothing',
    async ([, spoiled, code = 'bad_request']) => {
      const drop = await depositInParts()
      const reader = await newReader()
      const requests = await signedRequests(drop, reader)
      const before = [await rowOf(drop.dropId), await attemptsAt(drop.dropId)]
      for (const { name, role, ask } of requests) {
        const changes = await craft(drop, reader, name, role, spoiled)
        const reply = await ask(changes)
        expect([name, role, reply.status, reply.code]).toEqual([name, role, code === 'not_proved' ? 401 : 400, code])
        // A client that cannot know the fault is told the expected form.
        const isTold = JSON.stringify(reply.json).includes(`;tag=\\"sealdrop-${name}-${role}\\"`)
        expect([name, role, isTold]).toEqual([name, role, code !== 'not_proved'])
      }
      expect([await rowOf(drop.dropId), await attemptsAt(drop.dropId)]).toEqual(before)
    },
  )

  test.for(SPOILED)('%s tells nobody that something is being uploaded', async ([, spoiled]) => {
    const [drop, other] = [await underWay(), await newCut()]
    const before = [await rowOf(drop.dropId), await attemptsAt(drop.dropId)]
    const unknown = sendersRequests({ ...drop, dropId: other.dropId })
    for (const [index, { name, role, ask }] of sendersRequests(drop).entries()) {
      const changes = await craft(drop, drop.sender, name, role, spoiled)
      expect([name, await ask(changes)]).toEqual([name, await unknown[index]?.ask(changes)])
    }
    expect([await rowOf(drop.dropId), await attemptsAt(drop.dropId)]).toEqual(before)
  })

  test('under the tag of every other purpose is refused', async () => {
    const drop = await depositInParts()
    const reader = await newReader()
    const tags = Object.entries(REQUESTS).flatMap(([name, { signers }]) =>
      signers.map((role) => `sealdrop-${name}-${role}`),
    )
    for (const { name, role, ask } of await signedRequests(drop, reader)) {
      for (const tag of [...tags, 'sealdrop', ''].filter((each) => each !== `sealdrop-${name}-${role}`)) {
        const changes = await craft(drop, reader, name, role, { parameters: (all) => ({ ...all, tag }) })
        expect([name, role, tag, (await ask(changes)).code]).toEqual([name, role, tag, 'bad_request'])
      }
    }
    expect(await rowOf(drop.dropId)).toMatchObject({ phase: 'live', claims: [{ reader: reader.publicKey }] })
  })

  test('by any other key of the drop is refused', async () => {
    const drop = await depositInParts()
    const reader = await newReader()
    for (const { name, role, ask } of await signedRequests(drop, reader)) {
      const keys: Readonly<Partial<Record<Role, SigningKey>>> = {
        locator: drop.locator,
        claim: drop.claim,
        reader,
        sender: drop.sender,
      }
      for (const [other, key] of Object.entries(keys).filter(([each]) => each !== role)) {
        const reply = await ask(await craft(drop, reader, name, role, { key }))
        expect([name, role, other, reply.code]).toEqual([name, role, other, 'not_proved'])
      }
    }
  })
})

test('a body that is not the one that was signed is refused', async () => {
  const drop = await depositDrop()
  const [reader, thief] = [await newReader(), await newReader()]
  const body = formatReaderBody(thief.publicKey)
  // The digest of the body that was signed; then the digest of the body that is sent, which was not signed.
  const honest = await contentDigest(formatReaderBody(reader.publicKey))
  expect((await claim(drop, thief.publicKey, { fields: { 'Content-Digest': honest } })).code).toBe('bad_request')
  expect((await claim(drop, thief.publicKey, { fields: { 'Content-Digest': null } })).code).toBe('bad_request')
  const changes = await craft(drop, reader, 'claim', 'locator', {})
  const swapped = { ...changes.fields, 'Content-Digest': await contentDigest(body), 'Content-Length': `${body.length}` }
  expect((await claim(drop, thief.publicKey, { ...changes, body, fields: swapped })).code).toBe('not_proved')
  expect((await rowOf(drop.dropId))?.claims).toEqual([])
})

test('a request that lacks a signature is not a request of the contract', async () => {
  const drop = await depositInParts()
  const reader = await newReader()
  for (const { name, ask } of await signedRequests(drop, reader)) {
    // Status alone may be asked without a signature.
    const unsigned = await ask({ signers: {}, fields: { 'Signature-Input': null, Signature: null } })
    expect(unsigned.code).toBe(name === 'status' ? undefined : 'bad_request')
    expect((await ask({ fields: { Signature: null } })).code).toBe('bad_request')
    expect((await ask({ fields: { 'Signature-Input': null } })).code).toBe('bad_request')
  }
})

test('a claim that is accepted leaves a receipt that proves it, however the request was spelt', async () => {
  const context = async (drop: RawDrop): Promise<boolean> => {
    const [receipt] = (await rowOf(drop.dropId))?.claims ?? []
    return (
      receipt !== undefined &&
      isClaimProved(receipt, { authority: 'sealdrop.example', dropId: drop.dropId, claim: drop.claim.publicKey })
    )
  }
  const spellings: ((field: string) => string)[] = [
    (field) => field,
    (field) => field.replaceAll('(', '( ').replaceAll(')', ' )'),
    (field) => field.replaceAll('" "', '"  "'),
    (field) => field.replaceAll(';', '; '),
    (field) => field.replace(', ', ','),
    (field) => field.replaceAll(/created=(\d+)/g, 'created=0$1'),
    (field) => field.replaceAll(/created=(\d+)/g, 'created=$1.0'),
    (field) => field.replaceAll('alg="ed25519"', 'alg=ed25519'),
    (field) => field.replaceAll('"drop-id"', '"Drop-Id"'),
  ]
  let accepted = 0
  for (const spell of spellings) {
    for (const isSignedSo of [false, true]) {
      const drop = await depositDrop()
      const reader = await newReader()
      const changes = await craft(drop, reader, 'claim', 'claim', { spell, isSignedSo })
      const { status } = await claim(drop, reader.publicKey, changes)
      if (status !== 200) continue
      accepted++
      expect([spell.toString(), isSignedSo, await context(drop)]).toEqual([spell.toString(), isSignedSo, true])
    }
  }
  expect(accepted).toBeGreaterThanOrEqual(2)
})

test('a signature for one of our addresses is worth nothing at another', async () => {
  const drop = await depositDrop()
  const via = withBindings({ ORIGIN: `${ORIGIN}, https://other.example:8443` })
  const origin = 'https://other.example:8443'
  expect((await sent(drop, { via, origin })).status).toBe(200)
  expect((await sent(drop, { via })).status).toBe(200)
  const crafted = await craft(drop, drop.sender, 'sent', 'sender', {})
  expect((await sent(drop, { via, ...crafted })).status).toBe(200)
  expect((await sent(drop, { via, origin, ...crafted })).code).toBe('not_proved')
})

test('a stranger with the id learned how many parts an upload has, and which have come', async () => {
  const [drop, other] = [await underWay(), await newCut()]
  const stranger = { sender: await newReader(), locator: await newReader(), claim: await newReader() }
  const views = [drop, { ...drop, dropId: other.dropId }].map((each) => ({ ...each, ...stranger }))
  const [here = [], nowhere = []] = await Promise.all(
    views.map(async (view) => {
      const reader = await newReader()
      const asked = (await signedRequests(view, reader)).map(({ ask }) => ask({}))
      const numbers = [0, 1, 2, 3, 999_999].map((n) => upload(view, n, { body: new Uint8Array(9), query: `?n=${n}` }))
      return Promise.all([...asked, ...numbers, look(view)])
    }),
  )
  expect(here).toEqual(nowhere)
  expect(new Set(here.map(({ code }) => code))).toEqual(new Set(['gone']))
})

/** Last the one that ends the drop, and before it the one after which its reader gets nothing more. */
function lastEnds(requests: readonly Signed[]): readonly Signed[] {
  const ends = ['ack', 'revoke']
  return requests.toSorted((a, b) => ends.indexOf(a.name) - ends.indexOf(b.name))
}

/** An upload of which one part has come. */
async function underWay(): Promise<Cut> {
  const drop = await announce()
  expect((await upload(drop, 2)).status).toBe(201)
  return drop
}

function without(all: Parameters, name: string): Parameters {
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== name))
}
