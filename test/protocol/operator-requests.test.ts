import { beforeAll, expect, test } from 'vitest'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { signRequest } from '#client/crypto/sign.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { utf8 } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatSubject, parseSubject } from '#protocol/disclosure.ts'
import { verifyFields } from './support/fields.ts'
import vectors from '../vectors/operator.json' with { type: 'json' }

const { authority, created, nonce } = vectors
let key: SigningKey

beforeAll(async () => {
  const seed = Uint8Array.from(vectors.key.seed.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  key = await signingKeyFromSeed(seed)
})

test.for(vectors.questions)('the question $body is signed as the vector has it, and verifies', async (vector) => {
  expect(key.publicKey).toBe(vectors.key.publicKey)
  const request = { name: 'disclose', authority, query: '', digest: vector.digest } as const
  const { signatureInput, signature } = vector
  expect(await signRequest(request, { operator: key }, nonce, created)).toEqual({ signatureInput, signature })
  const signed = { ...request, signatureInput, signature }
  expect(await verifyFields(signed, 'operator', key.publicKey)).toMatchObject({ nonce, created })
  expect(await contentDigest(utf8(vector.body))).toBe(vector.digest)
})

test.for(vectors.questions)('the question $body is worth nothing for anything else', async (vector) => {
  const { signatureInput, signature, digest } = vector
  const signed = { name: 'disclose', authority, query: '', digest, signatureInput, signature } as const
  const other = vectors.questions.find((each) => each !== vector)
  const changes = [{ authority: 'evil.example' }, { digest: other?.digest ?? '' }, { digest: '' }, { signature: '' }]
  for (const change of changes)
    expect(await verifyFields({ ...signed, ...change }, 'operator', key.publicKey)).toBeUndefined()
  for (const name of (Object.keys(REQUESTS) as RequestName[]).filter((each) => each !== 'disclose'))
    expect(await verifyFields({ ...signed, name }, 'operator', key.publicKey)).toBeUndefined()
  const renamed = { ...signed, signatureInput: signatureInput.replace('operator', 'root') }
  expect(await verifyFields(renamed, 'root', key.publicKey)).toBeUndefined()
})

test.for(vectors.questions)('the body $body says what it is about, and in one spelling only', ({ body }) => {
  const subject = parseSubject(utf8(body))
  expect(subject).toBeDefined()
  expect(new TextDecoder().decode(formatSubject(subject ?? { drop: '' as never }))).toBe(body)
  for (const wrong of [
    ` ${body}`,
    `${body}\n`,
    body.toUpperCase(),
    body.replace('"}', '","x":1}'),
    body.slice(1),
    '{}',
  ])
    expect([wrong, parseSubject(utf8(wrong))]).toEqual([wrong, undefined])
})
