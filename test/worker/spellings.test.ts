import { expect, test } from 'vitest'
import { formatReaderBody } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { MAX_TERMS_CHARACTERS } from '#protocol/limits.ts'
import { formatTerms } from '#protocol/terms.ts'
import extents from '../vectors/extents.json' with { type: 'json' }
import vectors from '../vectors/terms.json' with { type: 'json' }
import { deposit, newBox, newBoxDrop } from './support/boxes.ts'
import { claim, create, depositDrop, newDrop } from './support/drops.ts'
import { newReader } from '../kit/people.ts'
import { announce, begin, newCut, upload } from './support/parts.ts'
import { directly, read, requestOf, type Changes } from './support/wire.ts'

test.for(asSent(vectors.refused))('a drop is not made by terms with $why', async ({ field }) => {
  const { json } = await create(await newDrop(), { fields: { 'Drop-Terms': field } })
  expect(json).toMatchObject({
    status: 400,
    type: expect.stringMatching(/bad_request$/) as unknown,
    field: 'Drop-Terms',
  })
})

test.for(asSent(extents.refused))('an upload is not begun by an extent with $why', async ({ field }) => {
  const { json } = await begin(await newCut({ sizes: [1] }), { fields: { 'Drop-Extent': field } })
  expect(json).toMatchObject({
    status: 400,
    type: expect.stringMatching(/bad_request$/) as unknown,
    field: 'Drop-Extent',
  })
})

test.for([
  ['without padding', (digest: string) => digest.replace('=:', ':').replace(/=:$/, ':')],
  ['with stray bits', (digest: string) => digest.replace(/.=:$/, (end) => `${successor(end[0] ?? '')}=:`)],
  ['in base64url', (digest: string) => digest.replaceAll('+', '-').replaceAll('/', '_').replace(/=:$/, ':')],
  ['beside another algorithm', (digest: string) => `${digest}, sha-512=:AAAA:`],
  ['of another algorithm', () => `sha-512=:${'A'.repeat(86)}==:`],
  ['in capitals', (digest: string) => digest.replace('sha', 'SHA')],
  ['with white space', (digest: string) => digest.replace('=', ' = ')],
  ['with a parameter', (digest: string) => `${digest};x`],
  ['twice', (digest: string) => `${digest}, ${digest}`],
  ['as a string', (digest: string) => digest.replaceAll(':', '"')],
] as const)('a digest %s is refused, of a drop and of a part', async ([, spell]) => {
  const [drop, cut] = [await newDrop(), await announce()]
  const part = cut.parts[2] ?? new Uint8Array(0)
  const spelt = async (body: Bytes): Promise<Changes> => ({
    fields: { 'Content-Digest': spell(await contentDigest(body)) },
  })
  for (const reply of [await create(drop, await spelt(drop.bytes)), await upload(cut, 2, await spelt(part))])
    expect(reply.json).toMatchObject({ status: 400, field: 'Content-Digest' })
})

test.for([
  ['a character short', 'A'.repeat(21)],
  ['a character long', 'A'.repeat(23)],
  ['with padding', `${'A'.repeat(22)}==`],
  ['with stray bits', `${'A'.repeat(21)}B`],
  ['in base64', `+/${'A'.repeat(20)}`],
  ['in quotes', `"${'A'.repeat(22)}"`],
  ['twice', `${'A'.repeat(22)}, ${'A'.repeat(22)}`],
  ['empty', ''],
] as const)('an invitation %s is refused', async ([, invitation]) => {
  const { json } = await deposit(await newBoxDrop(await newBox()), { fields: { 'Box-Invitation': invitation } })
  expect(json).toMatchObject({ status: 400, field: 'Box-Invitation' })
})

test('an invitation that was brought to a drop for a link was passed over', async () => {
  const fields = { 'Box-Invitation': 'A'.repeat(22) }
  for (const reply of [
    await create(await newDrop(), { fields }),
    await begin(await newCut({ sizes: [1] }), { fields }),
  ])
    expect(reply.json).toMatchObject({ status: 400, field: 'Box-Invitation' })
})

test('terms whose members are spread over two lines are those of one line, and one member on both is none', async () => {
  const drop = await newDrop()
  const [ttl = '', ...others] = formatTerms(drop.terms).split(', ')
  const spread = await requestOf({
    name: 'create',
    dropId: drop.dropId,
    body: drop.bytes,
    fields: { 'Drop-Terms': ttl },
  })
  const doubled = spread.clone()
  spread.headers.append('Drop-Terms', others.join(', '))
  doubled.headers.append('Drop-Terms', [ttl, ...others].join(', '))
  expect((await read(await directly(doubled))).json).toMatchObject({ status: 400, field: 'Drop-Terms' })
  expect((await read(await directly(spread))).status).toBe(201)
})

test('a field that is there twice is refused', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const parts = (): Promise<Request> =>
    requestOf({ name: 'part', dropId: drop.dropId, query: '?n=0', reader: reader.publicKey, signers: { reader } })
  expect(await codeWithTwice(await parts(), 'Drop-Id')).toBe('bad_request')
  expect(await codeWithTwice(await parts(), 'Drop-Reader')).toBe('bad_request')
  expect(await codeWithTwice(await parts(), 'Signature')).toBe('bad_request')
  expect(await codeWithTwice(await parts(), 'Signature-Input')).toBe('bad_request')
  const body = formatReaderBody(reader.publicKey)
  const claims = await requestOf({
    name: 'claim',
    dropId: drop.dropId,
    signers: { locator: drop.locator, claim: drop.claim },
    body,
  })
  expect(await codeWithTwice(claims, 'Content-Digest')).toBe('bad_request')
  const terms = formatTerms(drop.terms)
  expect((await create(await newDrop(), { fields: { 'Drop-Terms': `${terms}, ${terms}` } })).code).toBe('bad_request')
  const extent = 'size=4194305, parts=2'
  const twice = { fields: { 'Drop-Extent': `${extent}, ${extent}` } }
  expect((await begin(await newCut(), twice)).code).toBe('bad_request')
  const { dropId, parts: pieces, sender } = await announce()
  const uploads = (): Promise<Request> =>
    requestOf({ name: 'upload', dropId, query: '?n=2', signers: { sender }, body: pieces[2]! })
  for (const field of ['Content-Digest', 'Content-Length'])
    expect(await codeWithTwice(await uploads(), field)).toBe('bad_request')
})

async function codeWithTwice(request: Request, field: string): Promise<string | undefined> {
  request.headers.append(field, request.headers.get(field) ?? '')
  return (await read(await directly(request))).code
}

function successor(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet[alphabet.indexOf(character) + 1] ?? ''
}

/** HTTP takes white space off both ends (RFC 9110 §5.5). */
function asSent<T extends { field: string }>(spellings: readonly T[]): readonly T[] {
  return spellings.filter(({ field }) => field === field.trim() && field.length <= MAX_TERMS_CHARACTERS)
}
