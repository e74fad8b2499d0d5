import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { equalBytes, parseBase64, parseBase64url, sha256, toBase64, toBase64url, utf8 } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import digests from '../vectors/digests.json' with { type: 'json' }
import { runs } from '../runs.ts'

const numRuns = runs(25, 1_000)

test('bytes come back from both base64 alphabets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(parseBase64url(toBase64url(bytes), bytes.length)).toEqual(new Uint8Array(bytes))
      expect(parseBase64(toBase64(bytes), bytes.length)).toEqual(new Uint8Array(bytes))
    }),
    { numRuns },
  )
})

test('everything that parses has one spelling', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w+/=-]{0,30}$/), fc.nat(20), (text, length) => {
      const url = parseBase64url(text, length)
      const padded = parseBase64(text, length)
      expect(url === undefined || toBase64url(url) === text).toBe(true)
      expect(padded === undefined || toBase64(padded) === text).toBe(true)
    }),
    { numRuns },
  )
})

test.for([
  ['padding', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ['bits left over that are not zero', 'AAAAAAAAAAAAAAAAAAAAAB'],
  ['the other alphabet', 'AAAAAAAAAAAAAAAAAAAA+/'],
  ['a space', 'AAAAAAAAAAA AAAAAAAAAAA'],
  ['a newline at the end', 'AAAAAAAAAAAAAAAAAAAAAA\n'],
  ['too few characters', 'AAAAAAAAAAAAAAAAAAAAA'],
  ['too many characters', 'AAAAAAAAAAAAAAAAAAAAAAA'],
  ['letters that only look alike', 'АAAAAAAAAAAAAAAAAAAAAA'],
])('base64url with %s is refused', ([, text = '']) => {
  expect(parseBase64url(text, 16)).toBeUndefined()
})

test.for([
  ['no padding', 'AAAAAAAAAAAAAAAAAAAAAA'],
  ['bits left over that are not zero', 'AAAAAAAAAAAAAAAAAAAAAB=='],
  ['the other alphabet', 'AAAAAAAAAAAAAAAAAAAA-_=='],
  ['a space', 'AAAAAAAAAAA AAAAAAAAAAA=='],
  ['padding in the middle', 'AA==AAAAAAAAAAAAAAAAAAAA'],
])('base64 with %s is refused', ([, text = '']) => {
  expect(parseBase64(text, 16)).toBeUndefined()
})

test('bytes are equal when they are, and only then', () => {
  expect(equalBytes(utf8('abc'), utf8('abc'))).toBe(true)
  expect(equalBytes(utf8('abc'), utf8('abd'))).toBe(false)
  expect(equalBytes(utf8('abc'), utf8('ab'))).toBe(false)
  expect(equalBytes(utf8('ab'), utf8('abc'))).toBe(false)
  expect(equalBytes(utf8(''), utf8(''))).toBe(true)
})

test.for(digests.digests)('the digest of $body is that of $source', async ({ body, field }) => {
  expect(await contentDigest(utf8(body))).toBe(field)
})

test('SHA-256 of abc is that of FIPS 180-4', async () => {
  const hex = Array.from(await sha256(utf8('abc')), (byte) => byte.toString(16).padStart(2, '0')).join('')
  expect(hex).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
