import { beforeAll, expect, test } from 'vitest'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, type Opener } from '#client/link.ts'
import { acknowledge, claimsOf, look, provedClaims } from '#client/receive.ts'
import { checkDrop, reopenDrop, revokeDrop } from '#client/sender.ts'
import type { Ticket } from '#client/sealed.ts'
import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import { formatAckBody, formatReaderBody, type Receipt } from '#protocol/api.ts'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import { noise } from '../kit/bytes.ts'
import { delivers, nonceOf, refuses, says, serverThat, type TestServer } from '../kit/network.ts'
import { claim } from '../kit/sealed.ts'

let opener: Opener
let reader: SigningKey
let sender: SigningKey
let receipt: Receipt
let ticket: Ticket
const opened = 'A'.repeat(43)
const nonce = 'n'.repeat(24)
const offer = { 'Accept-Signature': formatAcceptSignature('claim', nonce) }
const created = { expires: 1_800_000_000, reads: 1, size: 18_000, parts: 1 }
const waiting = { ...created, largest: 104_857_600, state: 'ready' }
const sent = { ...created, state: 'claimed', triesLeft: 10 }

/** The record of a signature, as a server takes it from a request. */
function recordOf(server: TestServer, role: string) {
  const { 'Signature-Input': input = '', Signature: field = '' } = server.exchanges.at(-1)?.fields ?? {}
  const signature = new RegExp(`${role}=:([^:]*):`).exec(field)?.[1] ?? ''
  return { created: Number(/created=(\d+)/.exec(input)?.[1]), nonce: nonceOf(server.exchanges.at(-1)) ?? '', signature }
}

beforeAll(async () => {
  opener = await deriveOpener({ bytes: noise(24), needsPassphrase: false }, '', async () => new Uint8Array(0))
  reader = await signingKeyFromSeed(noise(32))
  sender = await signingKeyFromSeed(noise(32, 2))
  const server = serverThat([await delivers(noise(5)), says({ burned: true })])
  await claim(server, opener, reader)
  const claimed = { reader: reader.publicKey, claim: recordOf(server, 'claim') }
  await acknowledge(server, opener, reader, opened)
  receipt = { ...claimed, ack: { opened, claim: recordOf(server, 'claim'), reader: recordOf(server, 'reader') } }
  const { dropId } = opener
  const times = { sealedAtMs: 0, expiresAtMs: 1, reads: 1, needsPassphrase: false }
  ticket = { v: 1, origin: server.origin, dropId, claim: opener.claim.publicKey, opened, ...times }
})

test('what a client signs to claim and to acknowledge is a receipt that proves both', async () => {
  const context = { authority: 'drop.example', dropId: opener.dropId, claim: opener.claim.publicKey }
  expect(await isClaimProved(receipt, context)).toBe(true)
  expect(await isOpeningProved(receipt, context, opened)).toBe(true)
})

test('looking says what waits, consumes nothing and brings a nonce to claim with', async () => {
  const server = serverThat([says(waiting, offer)])
  expect(await look(server, { dropId: opener.dropId, locator: opener.locator })).toEqual({
    ...waiting,
    authority: 'drop.example',
    claims: [],
    nonce,
  })
  expect(server.exchanges[0]).toMatchObject({ method: 'GET', url: 'https://drop.example/v1/drops/status' })
  expect(server.exchanges[0]?.fields['Signature-Input']).not.toContain('sealdrop-status-claim')
})

test('looking with all that opens brings the earlier claims', async () => {
  const server = serverThat([says({ ...waiting, state: 'claimed', claims: [receipt] })])
  expect((await look(server, opener)).claims).toEqual([receipt])
  expect(server.exchanges[0]?.fields['Signature-Input']).toContain('sealdrop-status-claim')
})

test.for([
  ['nothing', {}],
  ['no state', { ...waiting, state: undefined }],
  ['a state of the sender', { ...waiting, state: 'revoked' }],
  ['a size in words', { ...waiting, size: 'large' }],
  ['an expiry that no calendar has', { ...waiting, expires: 2 ** 53 - 1 }],
  ['no word of the largest drop', { ...waiting, largest: undefined }],
  ['no parts', { ...waiting, parts: 0 }],
  ['half a part', { ...waiting, parts: 1.5 }],
  ['more parts than its bytes can come in', { ...waiting, parts: 1e12 }],
  ['fewer parts than its bytes need', { ...waiting, size: 8_640_000_000_000 }],
  ['a list', []],
])('a server that answers a look with %s is not believed', async ([, body]) => {
  await expect(look(serverThat([says(body)]), opener)).rejects.toMatchObject({ code: 'bad_answer' })
})

test('a claim names the reader key, uses the nonce of the look and gives the ciphertext', async () => {
  const server = serverThat([await delivers(noise(100))])
  expect(await claim(server, opener, reader, nonce)).toEqual(noise(100))
  expect(server.exchanges[0]?.body).toEqual(formatReaderBody(reader.publicKey))
  expect(nonceOf(server.exchanges[0])).toBe(nonce)
})

test.for(['gone', 'claimed', 'dismissed', 'wrong_passphrase'] as const)(
  'a claim that is refused says %s, and brings the claims before it',
  async (code) => {
    const error = await claim(serverThat([refuses(code, { claims: [receipt] })]), opener, reader).catch(
      (each: unknown) => each,
    )
    expect(error).toMatchObject({ name: 'DropError', code })
    expect(claimsOf(error).claims).toEqual([receipt])
  },
)

test('what is no refusal has no claims', () => {
  for (const error of [new Error('x'), undefined, { claims: [1] }]) expect(claimsOf(error).claims).toEqual([])
})

test('of the claims that a server shows, only those that prove themselves are believed', async () => {
  const forged = { ...receipt, reader: sender.publicKey }
  const copied = { ...receipt, claim: { ...receipt.claim, created: receipt.claim.created + 1 } }
  expect(await provedClaims(serverThat([]), opener, { claims: [forged, receipt, copied] })).toEqual([receipt])
  const other = { ...serverThat([]), origin: 'https://other.example' }
  expect(await provedClaims(other, opener, { claims: [receipt] })).toEqual([])
})

test('an acknowledgement names the hash of the token and the reader, and says whether it was the last', async () => {
  const server = serverThat([says({ burned: true }), says({ burned: false })])
  expect(await acknowledge(server, opener, reader, opened)).toBe(true)
  expect(await acknowledge(server, opener, reader, opened)).toBe(false)
  expect(server.exchanges[0]).toMatchObject({ url: 'https://drop.example/v1/drops/ack', body: formatAckBody(opened) })
  expect(server.exchanges[0]?.fields['Drop-Reader']).toBe(reader.publicKey)
})

test('whatever answers and is no Sealdrop server has heard no acknowledgement', async () => {
  for (const answer of [{}, { burned: 'true' }, [], '<html>hello'])
    await expect(acknowledge(serverThat([says(answer)]), opener, reader, opened)).rejects.toMatchObject({
      code: 'bad_answer',
    })
})

test('a sender is told of each claim whether it is proved', async () => {
  const forged = { ...receipt, reader: sender.publicKey }
  const unopened: Receipt = { reader: receipt.reader, claim: receipt.claim }
  const server = serverThat([says({ ...sent, claims: [receipt, unopened, forged] })])
  const { claims, ...report } = await checkDrop(server, ticket, sender)
  expect(report).toEqual(sent)
  expect(claims.map((each) => [each.isClaimProved, each.isOpeningProved])).toEqual([
    [true, true],
    [true, false],
    [false, false],
  ])
})

test('a server that shows another token proves no opening', async () => {
  const server = serverThat([says({ ...sent, claims: [receipt] })])
  const { claims } = await checkDrop(server, { ...ticket, opened: `${'A'.repeat(42)}E` }, sender)
  expect(claims[0]).toMatchObject({ isClaimProved: true, isOpeningProved: false })
})

test('revoking and reopening are signed by the sender, with the bodies of the contract', async () => {
  const server = serverThat([says({ ...sent, state: 'revoked', claims: [] }), says({ ...sent, claims: [] })])
  expect((await revokeDrop(server, ticket, sender)).state).toBe('revoked')
  expect((await reopenDrop(server, ticket, sender, reader.publicKey)).state).toBe('claimed')
  const [revoked, reopened] = server.exchanges
  expect([revoked?.url, revoked?.body?.length]).toEqual(['https://drop.example/v1/drops/revoke', 0])
  expect([reopened?.url, reopened?.body]).toEqual([
    'https://drop.example/v1/drops/reopen',
    formatReaderBody(reader.publicKey),
  ])
  for (const { fields } of server.exchanges)
    expect(fields['Signature-Input']).toMatch(/^sender=.*sealdrop-re(voke|open)-sender"$/)
})

test('a sender whose drop has expired is told that it is gone', async () => {
  await expect(checkDrop(serverThat([refuses('gone')]), ticket, sender)).rejects.toMatchObject({ code: 'gone' })
})
