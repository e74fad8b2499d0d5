import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { goOn, seal } from '#client/send.ts'
import { type Unfinished } from '#client/sealed.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import { runs } from '../runs.ts'
import { noise } from '../kit/bytes.ts'
import { fileOf } from '../kit/messages.ts'

let unfinished: Unfinished
let json: Readonly<Record<string, unknown>>

beforeAll(async () => {
  const options = {
    origin: 'https://drop.example',
    ttlSeconds: 3_600,
    reads: 2,
    passphrase: 'p',
    now: 1_800_000_000_000,
  }
  const stretch = async () => new Uint8Array(0)
  const files = [fileOf('a', noise(5)), { ...fileOf('b/c', noise(7)), modifiedAtMs: Number.NaN, type: 'image/png' }]
  const sealed = await seal({ text: 'té\0xt', files }, { ...options, stretch, sender: await generateSigningKey() })
  const hashes = [
    { plaintext: noise(32), ciphertext: noise(32, 2) },
    undefined,
    { plaintext: noise(32), ciphertext: undefined },
  ]
  unfinished = { ...sealed.unfinished, hashes }
  json = JSON.parse(formatUnfinished(unfinished))
})

test('an unfinished drop comes back from its JSON and from a structured clone as it was', () => {
  expect(parseUnfinished(formatUnfinished(unfinished))).toEqual(unfinished)
  expect(structuredClone(unfinished)).toEqual(unfinished)
})

test('a drop that goes on is the same drop', async () => {
  const sources = [noise(5), noise(7)].map((bytes) => fileOf('', bytes).source)
  const sealed = await goOn({ ...unfinished, hashes: [] }, sources)
  expect(sealed.unfinished).toEqual({ ...unfinished, hashes: [undefined] })
  expect([sealed.link, sealed.dropId, sealed.terms]).toEqual([unfinished.link, unfinished.dropId, unfinished.terms])
})

test.for([
  ['another version', { v: 2 }],
  ['a member that nobody knows', { more: 1 }],
  ['no text', { text: undefined }],
  ['a text that is none', { text: 5 }],
  ['a damaged link', { link: 'https://drop.example/#sdlink1qqqqzqsrqszsvpcgpy9qkrqdpc83qygjzv2p29shcka9vx' }],
  ['a short id', { dropId: 'AAAA' }],
  ['other terms', { terms: 'ttl=5' }],
  ['a short key', { fileKey: 'AAAA' }],
  ['no header', { header: '' }],
  ['a header that is none', { header: '*' }],
  ['a short nonce', { nonce: 'AAAA' }],
  ['a short token', { token: 'AAAA' }],
  ['a short hash of it', { opened: 'AAAA' }],
  ['a time in words', { sealedAtMs: 'now' }],
  ['no expiry', { expiresAtMs: null }],
  ['a file that is none', { files: [null] }],
  ['a file of no size', { files: [{ name: 'x', type: '', modifiedAtMs: 0 }] }],
  ['a file of a negative size', { files: [{ name: 'x', type: '', modifiedAtMs: 0, size: -1 }] }],
  ['files that are no list', { files: {} }],
  ['hashes that are no list', { hashes: {} }],
  ['a hash that is none', { hashes: [5] }],
  ['a short hash', { hashes: ['AAAA'] }],
  ['a hash too many', { hashes: [`${'A'.repeat(43)}.${'A'.repeat(43)}.${'A'.repeat(43)}`] }],
  ['an empty hash', { hashes: [`${'A'.repeat(43)}.`] }],
] as const)('an unfinished drop with %s is none', ([, change]) => {
  expect(parseUnfinished(JSON.stringify({ ...json, ...change }))).toBeUndefined()
})

test('what is no such JSON is none, whatever it is', () => {
  for (const text of ['', '{', '[]', 'null', '5', '"x"']) expect(parseUnfinished(text)).toBeUndefined()
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(json)), fc.jsonValue(), (member, value) => {
      const parsed = parseUnfinished(JSON.stringify({ ...json, [member]: value }))
      const again = parsed === undefined ? undefined : parseUnfinished(formatUnfinished(parsed))
      expect(again).toEqual(parsed)
    }),
    { numRuns: runs(100, 10_000) },
  )
})
