import { bech32m } from '@scure/base'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLink, newLink, parseFragment, parseLink } from '#client/link.ts'
import links from '../vectors/links.json' with { type: 'json' }
import published from '../vectors/published.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { toHex } from '../kit/bytes.ts'

const numRuns = runs(25, 1_000)
const origin = 'https://drop.example'
const anySecret = fc.record({
  bytes: fc.uint8Array({ minLength: 24, maxLength: 24 }).map((bytes) => new Uint8Array(bytes)),
  needsPassphrase: fc.boolean(),
})
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

test('a secret comes back from its link', () => {
  fc.assert(
    fc.property(anySecret, (secret) => {
      expect(parseLink(formatLink(origin, secret))).toEqual({ origin, secret })
    }),
    { numRuns },
  )
})

test.for(links.links)('the link of $secret with flags $flags is the one of the vector', ({ secret, flags, link }) => {
  const parsed = parseLink(link)
  expect(parsed && toHex(parsed.secret.bytes)).toBe(secret)
  expect(parsed?.secret.needsPassphrase).toBe(flags === 1)
  expect(parsed && formatLink(origin, parsed.secret)).toBe(link)
})

test.for(links.alsoAccepted)('a fragment is read $why', ({ fragment, secret, flags }) => {
  const parsed = parseFragment(fragment)
  expect(parsed && toHex(parsed.bytes)).toBe(secret)
  expect(parsed?.needsPassphrase).toBe(flags === 1)
})

test.for(links.refused)('a fragment is refused as damaged: $why', ({ fragment }) => {
  expect(parseFragment(fragment)).toBeUndefined()
  expect(parseLink(`${origin}/#${fragment}`)).toBeUndefined()
})

test('every change of one character is noticed, without asking the server', () => {
  const fragment = formatLink(origin, { bytes: new Uint8Array(24).fill(0xa5), needsPassphrase: false }).slice(
    origin.length + 2,
  )
  for (let at = 0; at < fragment.length; at++) {
    for (const other of `${ALPHABET}${ALPHABET.toUpperCase()}1bio-_. `) {
      if (other === fragment[at]) continue
      const changed = fragment.slice(0, at) + other + fragment.slice(at + 1)
      expect([changed, parseFragment(changed)]).toEqual([changed, undefined])
    }
  }
})

test('what a person does to a link is noticed: two changes, a swap, a loss, a doubling', () => {
  const at = fc.integer({ min: 7, max: 52 })
  const letter = fc.constantFrom(...Array.from(ALPHABET))
  fc.assert(
    fc.property(anySecret, at, at, letter, letter, (secret, one, two, a, b) => {
      const fragment = formatLink(origin, secret).slice(origin.length + 2)
      const letters = Array.from(fragment)
      const swapped = letters.with(one, letters[two] ?? '').with(two, letters[one] ?? '')
      const changes = [
        letters.with(one, a).with(two, b),
        swapped,
        letters.toSpliced(one, 1),
        letters.toSpliced(one, 0, letters[one] ?? ''),
      ]
      for (const changed of changes.map((each) => each.join('')).filter((each) => each !== fragment)) {
        expect([changed, parseFragment(changed)]).toEqual([changed, undefined])
      }
    }),
    { numRuns },
  )
})

test.for([
  ['no web address', 'sdlink1q'],
  ['another scheme', 'ftp://drop.example/#'],
  ['a script', 'javascript://drop.example/#'],
  ['a file', 'file:///#'],
  ['nothing', ''],
])('a link that is %s is refused', ([, before]) => {
  const fragment = links.links[0]?.link.split('#')[1] ?? ''
  expect(parseLink(`${before}${fragment}`)).toBeUndefined()
})

test('no text makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80, unit: 'binary' }), (text) => {
      expect(parseFragment(text)).toBeUndefined()
      expect(parseLink(text)).toBeUndefined()
    }),
    { numRuns },
  )
})

test('every link has a secret of its own, from the source of chance that it is given', () => {
  const made = Array.from({ length: 100 }, () => toHex(newLink(false).bytes))
  expect(new Set(made).size).toBe(100)
  const asked: number[] = []
  const { bytes } = newLink(true, (length) => {
    asked.push(length)
    return new Uint8Array(length).fill(9)
  })
  expect(asked).toEqual([24])
  expect(toHex(bytes)).toBe('09'.repeat(24))
})

test.for(published.bech32m.valid)('%j of BIP-350 is read', (text) => {
  expect(() => bech32m.decode(text as `${string}1${string}`)).not.toThrow()
})

test.for(published.bech32m.invalid)('%j of BIP-350 is refused', (text) => {
  expect(() => bech32m.decode(text as `${string}1${string}`)).toThrow(Error)
  expect(parseFragment(text)).toBeUndefined()
})
