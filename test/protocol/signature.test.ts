import { createSignature, verifySignature, webcrypto } from 'http-message-sig'
import { beforeAll, expect, test } from 'vitest'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { signRequest } from '#client/crypto/sign.ts'
import { REQUESTS, type RequestName, type Role } from '#protocol/api.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import { parseSignatures, signatureFields, signersOf } from '#protocol/signature-input.ts'
import { verifyFields } from './support/fields.ts'
import vectors from '../vectors/signatures.json' with { type: 'json' }
import spellings from '../vectors/spellings.json' with { type: 'json' }
import published from '../vectors/published.json' with { type: 'json' }

const { authority, created, nonce } = vectors
const dropId = parseDropId(vectors.dropId) as DropId
const keys = {} as Record<Role, SigningKey>
const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

type Vector = (typeof vectors.signatures)[number]
const named = (vector: Vector): { name: RequestName; role: Role } => ({
  name: vector.request as RequestName,
  role: vector.role as Role,
})
const requestOf = (vector: Vector) => {
  const { name } = named(vector)
  const reader = vector.reader === null ? undefined : parsePublicKey(vector.reader)
  return { name, authority, query: vector.query, dropId, reader, digest: vector.digest }
}
const signedOf = (vector: Vector) => ({
  ...requestOf(vector),
  signatureInput: vector.signatureInput,
  signature: vector.signature,
})

beforeAll(async () => {
  for (const [role, { seed }] of Object.entries(vectors.keys)) keys[role as Role] = await signingKeyFromSeed(hex(seed))
})

test.for(Object.entries(vectors.keys))('the key of %s is that of its seed', ([role, { publicKey }]) => {
  expect(keys[role as Role].publicKey).toBe(publicKey)
})

test('the vectors hold every signature of the contract', () => {
  const listed = vectors.signatures.map(({ request, role }) => `${request} ${role}`)
  // Those about boxes are in box-requests.test.ts, and the operator's in operator-requests.test.ts.
  const drops = Object.entries(REQUESTS).filter(([, { path }]) => !/^\/v1\/(?:boxes|operator)\//.test(path))
  const all = drops.flatMap(([name, { signers }]) => signers.map((role) => `${name} ${role}`))
  expect(listed.toSorted()).toEqual(all.toSorted())
})

test.for(vectors.signatures)('$request is signed by $role as the vector has it', async (vector) => {
  const { role } = named(vector)
  const signed = await signRequest(requestOf(vector), { [role]: keys[role] }, nonce, created)
  expect(signed).toEqual({ signatureInput: vector.signatureInput, signature: vector.signature })
})

test.for(vectors.signatures)(
  '$request signed by $role verifies, and its record stands for its fields',
  async (vector) => {
    const { name, role } = named(vector)
    const record = await verifyFields(signedOf(vector), role, keys[role].publicKey)
    expect(record).toEqual({ created, nonce, signature: vector.signature.slice(role.length + 2, -1) })
    expect(record && signatureFields(name, role, record)).toEqual({
      signatureInput: vector.signatureInput,
      signature: vector.signature,
    })
  },
)

test.for(vectors.signatures)('$request signed by $role is worth nothing for anything else', async (vector) => {
  const { name, role } = named(vector)
  const signed = signedOf(vector)
  const key = keys[role].publicKey
  for (const other of Object.keys(keys) as Role[]) {
    if (other === role) continue
    expect(await verifyFields(signed, role, keys[other].publicKey)).toBeUndefined()
    // The same bytes under the label of another role.
    const renamed = {
      ...signed,
      signatureInput: signed.signatureInput.replace(role, other),
      signature: signed.signature.replace(role, other),
    }
    expect(await verifyFields(renamed, other, key)).toBeUndefined()
  }
  for (const other of (Object.keys(REQUESTS) as RequestName[]).filter((each) => each !== name)) {
    expect(await verifyFields({ ...signed, name: other }, role, key)).toBeUndefined()
  }
  const changes = [
    { authority: 'evil.example' },
    { authority: 'drop.example:8443' },
    { dropId: parseDropId('A'.repeat(22)) as DropId },
    ...(vector.query === '' ? [] : [{ query: '?n=1' }, { query: '' }]),
    ...(vector.reader === null ? [] : [{ reader: keys.sender.publicKey }, { reader: undefined }]),
    ...(vector.digest === '' ? [] : [{ digest: 'sha-256=:AAAA:' }, { digest: '' }]),
    { signature: signed.signature.replace(/:(.)/, (_, first) => `:${first === 'A' ? 'B' : 'A'}`) },
    { signature: '' },
    { signatureInput: '' },
    { signatureInput: 'not a field (' },
  ]
  for (const change of changes) expect(await verifyFields({ ...signed, ...change }, role, key)).toBeUndefined()
})

test.for(spellings.accepted)('a claim is verified as it was signed, $why', async (fields) => {
  const claim = vectors.signatures.find(({ request, role }) => request === 'claim' && role === 'claim') as Vector
  const record = await verifyFields({ ...requestOf(claim), ...fields }, 'claim', keys.claim.publicKey)
  expect(record && signatureFields('claim', 'claim', record)).toEqual({
    signatureInput: fields.signatureInput,
    signature: fields.signature,
  })
  // A receipt holds no more than it has to.
  expect(record?.input === undefined).toBe(fields.signatureInput === claim.signatureInput || record?.created === 0)
})

test.for(spellings.refused)('signatures are not read with $why', (fields) => {
  expect(parseSignatures('claim', fields)?.claim).toBeUndefined()
})

test('the signatures of others are left alone', async () => {
  const [claim] = vectors.signatures.filter(({ request, role }) => request === 'claim' && role === 'claim') as [Vector]
  const both = {
    signatureInput: `proxy=("@method" "host";sf);created=1;keyid="p";alg="rsa-v1_5-sha256", ${claim.signatureInput}`,
    signature: `proxy=:${'A'.repeat(344)}:, ${claim.signature}`,
  }
  expect(await verifyFields({ ...requestOf(claim), ...both }, 'claim', keys.claim.publicKey)).toBeDefined()
  expect(Object.keys(parseSignatures('claim', both) ?? {})).toEqual(['claim'])
})

test('two labels in one field are told apart', async () => {
  const claim = vectors.signatures.filter(({ request }) => request === 'claim')
  const request = requestOf(claim[0] as Vector)
  const signed = await signRequest(request, keys, nonce, created)
  expect(signersOf('claim', parseSignatures('claim', signed) ?? {})).toEqual(['locator', 'claim'])
  expect(signed.signatureInput).toBe(claim.map(({ signatureInput }) => signatureInput).join(', '))
  for (const role of ['locator', 'claim'] as const) {
    expect(await verifyFields({ ...request, ...signed }, role, keys[role].publicKey)).toBeDefined()
  }
})

test('a label that is there twice verifies as neither', async () => {
  const vector = vectors.signatures.find(({ request, role }) => request === 'claim' && role === 'claim') as Vector
  const { signatureInput, signature } = vector
  for (const doubled of [
    { signatureInput: `${signatureInput}, ${signatureInput}` },
    { signature: `${signature}, ${signature}` },
  ]) {
    expect(await verifyFields({ ...signedOf(vector), ...doubled }, 'claim', keys.claim.publicKey)).toBeUndefined()
  }
})

test('the signature of RFC 9421, B.2.6 verifies by the same library and the same cipher', async () => {
  const { method, targetUri, fields, components, keyid, label, signature, seed, publicKey } = published.rfc9421
  const key = await signingKeyFromSeed(hex(seed))
  expect(key.publicKey).toBe(publicKey)
  const message = {
    kind: 'request',
    method,
    targetUri,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  } as const
  const parameters = { created: published.rfc9421.created, keyid }
  const signed = await createSignature(message, {
    label,
    components,
    parameters,
    signer: webcrypto.signer(key.privateKey),
  })
  expect(signed.signature).toBe(`${label}=:${signature}:`)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey }
  const verifier = webcrypto.verifier(await crypto.subtle.importKey('jwk', jwk, 'Ed25519', true, ['verify']))
  const all = [
    ...message.fields,
    { name: 'Signature-Input', value: signed.signatureInput },
    { name: 'Signature', value: signed.signature },
  ]
  const policy = { algorithms: ['ed25519'], requiredComponents: components, requiredParameters: ['created'] }
  expect(
    (await verifySignature({ ...message, fields: all }, { label, policy, resolveVerifier: () => verifier })).label,
  ).toBe(label)
})
