import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { signRequest } from '#client/crypto/sign.ts'
import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import {
  formatDeleteBody,
  formatInviteBody,
  formatItemsQuery,
  formatPublishBody,
  parseDeleteBody,
  parseInviteBody,
  parseItemsQuery,
  parsePublishBody,
} from '#protocol/box-api.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatDropId, parseDropId } from '#protocol/id.ts'
import { describeRequest } from '#protocol/signature.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import { parseBoxTerms, parseTerms } from '#protocol/parse-terms.ts'
import { verifyFields } from './support/fields.ts'
import vectors from '../vectors/box-requests.json' with { type: 'json' }
import { runs } from '../runs.ts'

type Role = 'root' | 'member'
type Vector = (typeof vectors.signatures)[number]

const { authority, created, nonce } = vectors
const box = parseBoxAddress(vectors.box) as BoxAddress
const keys = {} as Record<Role, SigningKey>
const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const roleOf = ({ role }: Vector) => role as Role
const requestOf = (vector: Vector) => ({
  name: vector.request as RequestName,
  authority,
  query: vector.query,
  dropId: vector.dropId === null ? undefined : parseDropId(vector.dropId),
  box,
  boxReader: keys[roleOf(vector)].publicKey,
  digest: vector.digest,
})
const signedOf = (vector: Vector) => ({
  ...requestOf(vector),
  signatureInput: vector.signatureInput,
  signature: vector.signature,
})

beforeAll(async () => {
  for (const [role, { seed }] of Object.entries(vectors.keys)) keys[role as Role] = await signingKeyFromSeed(hex(seed))
})

test('the vectors hold every signed request about a box', () => {
  const listed = vectors.signatures.map(({ request, role }) => `${request} ${role}`)
  const all = Object.entries(REQUESTS).filter(([, { path }]) => path.startsWith('/v1/boxes/'))
  const signed = all.flatMap(([name, { signers }]) => signers.map((role) => `${name} ${role}`))
  expect(listed.toSorted()).toEqual(signed.toSorted())
})

test.for(vectors.signatures)('$request is signed by $role as the vector has it, and verifies', async (vector) => {
  const role = roleOf(vector)
  const signed = await signRequest(requestOf(vector), { [role]: keys[role] }, nonce, created)
  expect(signed).toEqual({ signatureInput: vector.signatureInput, signature: vector.signature })
  expect(await verifyFields(signedOf(vector), role, keys[role].publicKey)).toMatchObject({ nonce, created })
  expect(vector.body === null ? '' : await contentDigest(utf8(vector.body))).toBe(vector.digest)
  const { path } = REQUESTS[requestOf(vector).name]
  expect(describeRequest(requestOf(vector)).targetUri).toBe(`https://${authority}${path}${vector.query}`)
})

test.for(vectors.signatures)('$request signed by $role is worth nothing for anything else', async (vector) => {
  const role = roleOf(vector)
  const other: Role = role === 'root' ? 'member' : 'root'
  const signed = signedOf(vector)
  const renamed = {
    ...signed,
    signatureInput: signed.signatureInput.replace(role, other),
    signature: signed.signature.replace(role, other),
  }
  expect(await verifyFields(renamed, other, keys[role].publicKey)).toBeUndefined()
  expect(await verifyFields(signed, role, keys[other].publicKey)).toBeUndefined()
  for (const name of (Object.keys(REQUESTS) as RequestName[]).filter((each) => each !== signed.name)) {
    expect(await verifyFields({ ...signed, name }, role, keys[role].publicKey)).toBeUndefined()
  }
  const [{ thread }] = vectors.threads as [(typeof vectors.threads)[number]]
  const changes = [
    { authority: 'evil.example' },
    { box: parseBoxAddress(thread) as BoxAddress },
    { boxReader: keys[other].publicKey },
    ...(vector.dropId === null ? [] : [{ dropId: parseDropId('A'.repeat(22)) }, { dropId: undefined }]),
    ...(vector.query === '' ? [] : [{ query: `${vector.query}1` }, { query: '' }]),
    ...(vector.digest === '' ? [] : [{ digest: 'sha-256=:AAAA:' }, { digest: '' }]),
    { signature: '' },
  ]
  for (const change of changes) {
    expect(await verifyFields({ ...signed, ...change }, role, keys[role].publicKey)).toBeUndefined()
  }
})

test.for(vectors.terms)(
  'the terms of a box for $ttlSeconds seconds are as the vector has them',
  ({ field, ...terms }) => {
    expect(parseBoxTerms(field)).toEqual(terms)
    expect(formatBoxTerms(parseBoxTerms(field) as NonNullable<ReturnType<typeof parseBoxTerms>>)).toBe(field)
    expect(parseTerms(field)).toBeUndefined()
  },
)

test.for(vectors.refusedTerms)('the terms of a box are refused for $why', ({ field }) => {
  expect(parseBoxTerms(field)).toBeUndefined()
})

test('every body and query of the vectors is read, and written again as it was', () => {
  const bodyOf = (name: string) => utf8(vectors.signatures.find(({ request }) => request === name)?.body ?? '')
  const [publish, deleted, invite] = [bodyOf('publish'), bodyOf('delete'), bodyOf('invite')]
  expect(formatPublishBody(parsePublishBody(publish) ?? [])).toEqual(publish)
  expect(formatDeleteBody(parseDeleteBody(deleted) ?? [])).toEqual(deleted)
  const invitation = parseInviteBody(invite)
  expect(invitation && formatInviteBody(invitation)).toEqual(invite)
  const items = parseItemsQuery('?after=7&most=200')
  expect(items && formatItemsQuery(items)).toBe('?after=7&most=200')
})

test('queries and bodies come back from what they are written as', () => {
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatDropId)
  const most = 10 ** 15 - 1
  const query = fc.record({
    order: fc.constantFrom('after' as const, 'before' as const),
    seq: fc.integer({ min: 0, max: most }),
    most: fc.integer({ min: 1, max: 200 }),
  })
  const invitation = fc.record({
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url),
    items: fc.integer({ min: 0, max: most }),
    bytes: fc.integer({ min: 0, max: most }),
    expires: fc.integer({ min: 0, max: most }),
  })
  fc.assert(
    fc.property(query, fc.array(id, { minLength: 1, maxLength: 100 }), invitation, (asked, drops, state) => {
      expect(parseItemsQuery(formatItemsQuery(asked))).toEqual(asked)
      expect(parseDeleteBody(formatDeleteBody(drops))).toEqual(drops)
      expect(parseInviteBody(formatInviteBody(state))).toEqual(state)
    }),
    { numRuns: runs(25, 1_000) },
  )
})

const jws = 'a.b.c'
const dropId = 'AAECAwQFBgcICQoLDA0ODw'
const hash = 'A'.repeat(43)

test.for([
  ...['', '?after=1', '?most=1&after=1', '?after=01&most=1', '?after=-1&most=1', '?after=1&most=0'].map((query) => [
    query,
  ]),
  ...['?after=1&most=201', '?before=1&most=1000', '?until=1&most=1', '?after=1&most=1&', '?after=1e3&most=1'].map(
    (query) => [query],
  ),
])('%j asks for no items', ([query = '']) => {
  expect(parseItemsQuery(query)).toBeUndefined()
})

test.for([
  ['no drops', '{"drops":[]}'],
  ['spaces', `{"drops": ["${dropId}"]}`],
  ['an id that is none', `{"drops":["${dropId.slice(1)}"]}`],
  ['an id with stray bits', `{"drops":["${dropId.slice(0, -1)}x"]}`],
  ['another member', `{"drops":["${dropId}"],"x":1}`],
  ['a byte order mark', `\ufeff{"drops":["${dropId}"]}`],
  ['too many', JSON.stringify({ drops: Array.from({ length: 101 }, () => dropId) })],
])('a body with %s deletes nothing', ([, body = '']) => {
  expect(parseDeleteBody(utf8(body))).toBeUndefined()
})

test.for([
  ['no hash', '{"hash":"","items":1,"bytes":1,"expires":1}'],
  ['a hash with stray bits', `{"hash":"${hash.slice(0, -1)}B","items":1,"bytes":1,"expires":1}`],
  ['another order', `{"items":1,"hash":"${hash}","bytes":1,"expires":1}`],
  ['a negative number', `{"hash":"${hash}","items":-1,"bytes":1,"expires":1}`],
  ['a leading zero', `{"hash":"${hash}","items":01,"bytes":1,"expires":1}`],
  ['a number that is too long', `{"hash":"${hash}","items":1,"bytes":1${'0'.repeat(15)},"expires":1}`],
])('a body with %s invites nobody', ([, body = '']) => {
  expect(parseInviteBody(utf8(body))).toBeUndefined()
})

test.for([
  ['no cards', '{"cards":[]}'],
  ['a card in two parts', '{"cards":["a.b"]}'],
  ['a card in quotes', '{"cards":["a.b.c\\""]}'],
  ['too many', JSON.stringify({ cards: Array.from({ length: 15 }, () => jws) })],
])('a body with %s publishes nothing', ([, body = '']) => {
  expect(parsePublishBody(utf8(body))).toBeUndefined()
})
