import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBase64url, toBase64url } from '#protocol/bytes.ts'
import { dropIdBytes, formatDropId, parseDropId } from '#protocol/id.ts'
import { formatPublicKey, isSafeKey, parsePublicKey, publicKeyBytes } from '#protocol/public-key.ts'
import published from '../vectors/published.json' with { type: 'json' }
import shelves from '../vectors/shelves.json' with { type: 'json' }
import { runs } from '../runs.ts'

const numRuns = runs(25, 1_000)
const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

test('an id comes back from its text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const id = formatDropId(bytes)
      expect(id).toHaveLength(22)
      expect(parseDropId(id)).toBe(id)
      expect(dropIdBytes(id)).toEqual(new Uint8Array(bytes))
    }),
    { numRuns },
  )
})

test('a key comes back from its text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const key = formatPublicKey(bytes)
      expect(key).toHaveLength(43)
      expect(parsePublicKey(key)).toBe(key)
      expect(publicKeyBytes(key)).toEqual(new Uint8Array(bytes))
    }),
    { numRuns },
  )
})

test.for([0, 15, 17, 32])('%i bytes are no id', (length) => {
  expect(parseDropId(toBase64url(new Uint8Array(length)))).toBeUndefined()
})

test.for([0, 31, 33, 64])('%i bytes are no key', (length) => {
  expect(parsePublicKey(toBase64url(new Uint8Array(length)))).toBeUndefined()
})

test('an id has one spelling: the last character cannot be another', () => {
  const others = 'BCDEFGHIJKLMNOPabcdefghijklmnop0123456789-_'.replace(/[AQgw]/g, '')
  for (const last of others) expect(parseDropId(`${'A'.repeat(21)}${last}`)).toBeUndefined()
})

test.for(published.ed25519)('the key of a published vector may be registered', ({ publicKey }) => {
  expect(isSafeKey(formatPublicKey(hex(publicKey)))).toBe(true)
})

test('no key of small order may be registered, however it is written', () => {
  const encodings = [...ED25519_TORSION_SUBGROUP, ...NOT_CANONICAL]
  expect(encodings).toHaveLength(8 + NOT_CANONICAL.length)
  for (const each of encodings) expect(isSafeKey(formatPublicKey(hex(each)))).toBe(false)
})

test('a key that is no point of the curve may not be registered', () => {
  const bytes = new Uint8Array(32)
  bytes[0] = 2
  expect(() => ed25519.Point.fromBytes(bytes)).toThrow(Error)
  expect(isSafeKey(formatPublicKey(bytes))).toBe(false)
})

test.for(shelves.shelves)(
  'the shelf of $dropId follows from the hash of its bytes',
  async ({ dropId, sha256, of16, of256 }) => {
    const id = parseDropId(dropId)
    expect(id).toBe(dropId)
    const digest = new Uint8Array(
      await crypto.subtle.digest('SHA-256', parseBase64url(dropId, 16) ?? new Uint8Array(0)),
    )
    expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(sha256)
    expect([Math.floor(((digest[0] ?? 0) * 16) / 256), digest[0]]).toEqual([of16, of256])
  },
)

/** Points of small order whose y is p or more, or whose x is zero with the sign set: what lax verifiers accept. */
const NOT_CANONICAL = [
  '0100000000000000000000000000000000000000000000000000000000000080',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
]
