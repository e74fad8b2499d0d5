import type { Signers } from '#client/crypto/sign.ts'
import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { parseAcceptSignature } from '#protocol/accept-signature.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import {
  acknowledge,
  claim,
  guess,
  depositDrop,
  look,
  lookAsHolder,
  newDrop,
  part,
  readWhole,
  reopen,
  revoke,
  sent,
  type RawDrop,
} from './support/drops.ts'
import { DAY, travel } from './support/clock.ts'
import { rowOf } from './support/inside.ts'
import { announce, commit, upload, uploaded } from './support/parts.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { directly, ORIGIN, read, type Reply } from './support/wire.ts'

test('a stranger with the id learns the terms; the link tells the state; link and passphrase the claims', async () => {
  const drop = await depositDrop({ reads: 2 })
  await claim(drop, await newReaderKey())
  const sealed = { reads: 2, size: drop.bytes.length, parts: 1 }
  const terms = { drop: drop.dropId, expires: expect.any(Number), ...sealed, largest: 104_857_600 }
  expect((await look(drop)).json).toEqual(terms)
  const known = { ...terms, state: 'ready', authority: 'sealdrop.example' }
  expect((await look(drop, { signers: { locator: drop.locator } })).json).toEqual(known)
  const { claims } = (await rowOf(drop.dropId)) ?? {}
  expect((await lookAsHolder(drop)).json).toEqual({ ...known, claims })
})

test('a reader who signs by the link alone is not asked for the signature of the passphrase as well', async () => {
  const drop = await depositDrop()
  const { locator, claim: key } = drop
  const offered = async (signers: Signers): Promise<string> =>
    (await look(drop, { signers, createdMs: 0 })).headers.get('Accept-Signature') ?? ''
  expect(await offered({ locator })).toMatch(/^locator=[^,]*;tag="sealdrop-status-locator"$/)
  expect(await offered({ locator, claim: key })).toMatch(/^locator=[^,]*, claim=[^,]*;tag="sealdrop-status-claim"$/)
})

test('the state follows the life of the drop', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  const states: unknown[] = []
  const note = async (): Promise<void> => {
    states.push((await lookAsHolder(drop)).json['state'])
  }
  await note()
  await claim(drop, reader.publicKey)
  await note()
  await reopen(drop, reader.publicKey)
  await note()
  const next = await newReader()
  await claim(drop, next.publicKey)
  await acknowledge(drop, next)
  await note()
  expect(states).toEqual(['ready', 'claimed', 'ready', 'read'])
})

test('status offers a nonce that claims in one round trip, whatever the clock of the reader says', async () => {
  const drop = await depositDrop()
  const nonce = parseAcceptSignature((await look(drop)).headers.get('Accept-Signature') ?? '')
  expect(nonce).toBeDefined()
  const reply = await claim(drop, await newReaderKey(), { nonce: nonce ?? '', createdMs: Date.now() - 365 * DAY })
  expect(reply.body).toEqual(drop.bytes)
})

test('looking, however often and however signed, consumes nothing', async () => {
  const drop = await depositDrop()
  const before = await rowOf(drop.dropId)
  await repeatedly(5, () => look(drop))
  await repeatedly(5, () => look(drop, { signers: { locator: drop.locator } }))
  await repeatedly(5, () => lookAsHolder(drop))
  await repeatedly(5, () => sent(drop))
  expect(await rowOf(drop.dropId)).toEqual(before)
})

test.for(['GET', 'HEAD', 'OPTIONS'])('%s on every route changes nothing that waits', async (method) => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const before = await rowOf(drop.dropId)
  for (const name of Object.keys(REQUESTS) as RequestName[]) {
    const { path } = REQUESTS[name]
    for (const url of [path, `${path}?n=0`]) {
      const headers = { 'Drop-Id': drop.dropId, 'Drop-Reader': reader.publicKey }
      await read(await directly(new Request(`${ORIGIN}${url}`, { method, headers })))
    }
  }
  expect(await rowOf(drop.dropId)).toEqual(before)
  expect((await part(drop, reader)).body).toEqual(drop.bytes)
})

test('unknown, expired, burned, revoked and unfinished are one answer to a stranger, byte for byte, on every route but create', async () => {
  const unknown = await newDrop()
  const expired = await depositDrop({ ttlSeconds: 300 })
  travel(301_000)
  const burned = await depositDrop()
  await readWhole(burned)
  const revoked = await depositDrop()
  await revoke(revoked)
  const locked = await depositDrop()
  await repeatedly(10, () => guess(locked))

  const stranger = await generateSigningKey()
  const unfinished = await announce()
  const asked = await Promise.all(
    [unknown, expired, burned, revoked, locked, unfinished].map((drop) => askAll(drop, stranger)),
  )
  for (const [index, replies] of asked.entries()) expect(replies, `drop ${index}`).toEqual(asked[0])
  expect(asked[0]?.every(({ code }) => code === 'gone' || code === 'bad_request')).toBe(true)
  expect(asked[0]?.filter(({ code }) => code === 'gone')).toHaveLength(12)
})

async function askAll({ dropId }: RawDrop, stranger: SigningKey): Promise<Visible[]> {
  const terms = {
    ttlSeconds: 300,
    reads: 1,
    locator: stranger.publicKey,
    claim: stranger.publicKey,
    sender: stranger.publicKey,
  }
  const drop: RawDrop = {
    dropId,
    terms,
    bytes: new Uint8Array(8),
    locator: stranger,
    claim: stranger,
    sender: stranger,
  }
  const cut = { ...drop, parts: [drop.bytes, drop.bytes] }
  const unsigned = { signers: {}, fields: { 'Signature-Input': null, Signature: null } }
  const replies = [
    await look(drop),
    await look(drop, { signers: { locator: stranger } }),
    await lookAsHolder(drop),
    await claim(drop, stranger.publicKey),
    await claim(drop, stranger.publicKey, unsigned),
    await part(drop, stranger),
    await part(drop, stranger, unsigned),
    await acknowledge(drop, stranger),
    await sent(drop),
    await sent(drop, unsigned),
    await revoke(drop),
    await reopen(drop, stranger.publicKey),
    await uploaded(drop),
    await upload(cut, 1),
    await commit(cut),
  ]
  return replies.map(visible)
}

interface Visible {
  readonly status: number
  readonly code: string | undefined
  readonly headers: readonly (readonly string[])[]
  readonly body: string
}

function visible({ status, headers, body, code }: Reply): Visible {
  return { status, code, headers: [...headers], body: new TextDecoder().decode(body) }
}
