import { bech32m } from '@scure/base'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxLink, formatInvitation, parseWriteTarget, readWriteTarget } from '#client/box/address-link.ts'
import { formatReaderCode, parseReaderCode, readReaderCode } from '#client/box/reader-code.ts'
import { boxAddressBytes, formatBoxAddress, parseBoxAddress, parseTypedAddress } from '#protocol/address.ts'
import { sha256, toBase64url } from '#protocol/bytes.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { runs } from '../../runs.ts'
import { fromHex, toHex } from '../../kit/bytes.ts'

const origin = 'https://drop.example'
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const numRuns = runs(25, 1_000)
const anyAddress = anyBytes(32).map(formatBoxAddress)

test.for(boxes.addresses.accepted)('the address of $hash is the one of the vector', ({ hash, address }) => {
  expect(formatBoxAddress(fromHex(hash))).toBe(address)
  expect(parseBoxAddress(address)).toBe(address)
  expect(parseWriteTarget(address)).toEqual({ address })
  expect(address).toHaveLength(65)
})

test.for(boxes.addresses.alsoAccepted)('an address is read $why', ({ text, address }) => {
  expect(parseTypedAddress(text)).toBe(address)
  expect(parseWriteTarget(text)).toEqual({ address })
  // Programs have one spelling of it.
  expect(parseBoxAddress(text)).toBeUndefined()
})

test.for(boxes.addresses.refused)('an address is refused: $why', ({ text }) => {
  expect(parseBoxAddress(text)).toBeUndefined()
  expect(parseTypedAddress(text)).toBeUndefined()
  expect(parseWriteTarget(text)).toBeUndefined()
  expect(parseWriteTarget(`${origin}/#${text}`)).toBeUndefined()
})

test.for(boxes.invitations.accepted)('the invitation $field is the one of the vector', async (vector) => {
  const { address: text, secret, hash, field, link } = vector
  const address = parseBoxAddress(text)
  const target = parseWriteTarget(link)
  expect(target).toEqual({ origin, address, invitation: fromHex(secret) })
  expect(address && formatInvitation(origin, address, fromHex(secret))).toBe(link)
  expect(parseWriteTarget(link.slice(origin.length + 2))).toEqual({ address, invitation: fromHex(secret) })
  expect([toBase64url(fromHex(secret)), toBase64url(await sha256(fromHex(secret)))]).toEqual([field, hash])
})

test('an invitation was longer than what bech32m finds errors in', () => {
  for (const { link } of boxes.invitations.accepted) {
    const code = link.slice(origin.length + 2)
    expect(code).toHaveLength(90)
    expect(() => bech32m.decode(code as `${string}1${string}`)).not.toThrow()
  }
})

test.for(boxes.invitations.refused)('an invitation is refused: $why', ({ code }) => {
  expect(parseWriteTarget(code)).toBeUndefined()
  expect(parseWriteTarget(`${origin}/#${code}`)).toBeUndefined()
})

test.for(boxes.readerCodes.accepted)('the reader code of $secret is the one of the vector', ({ secret, code }) => {
  expect(parseReaderCode(code)).toEqual({ bytes: fromHex(secret), needsPassphrase: false })
  expect(parseReaderCode(code.toUpperCase())).toEqual(parseReaderCode(code))
  expect(readReaderCode(` ${code.toUpperCase()}\n`)).toEqual(parseReaderCode(code))
  expect(formatReaderCode({ bytes: fromHex(secret), needsPassphrase: false })).toBe(code)
})

test.for(boxes.readerCodes.refused)('a reader code is refused: $why', ({ code }) => {
  expect(parseReaderCode(code)).toBeUndefined()
})

test('an address comes back from its bytes and from its link', () => {
  fc.assert(
    fc.property(anyAddress, anyBytes(16), (address, invitation) => {
      expect(formatBoxAddress(boxAddressBytes(address))).toBe(address)
      expect(parseWriteTarget(formatBoxLink(origin, address))).toEqual({ origin, address })
      expect(parseWriteTarget(formatInvitation(origin, address, invitation))).toEqual({ origin, address, invitation })
    }),
    { numRuns },
  )
})

test('an address is read as it is typed from a poster, in its groups', () => {
  const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
  const typed = address.replace(/^sdbox1/, '$& ').replaceAll(/(?<= .*)(.{5})/g, '$1 ')
  expect(typed).toMatch(/^sdbox1( \w{5}){11} \w{4}$/)
  // The fragment is given to the page as the browser shows it.
  for (const text of [typed, `#${typed}`, typed.replaceAll(' ', '%20'), typed.replaceAll(' ', '\n')])
    expect([text, readWriteTarget(text)]).toEqual([text, { address }])
  for (const text of [`${origin}/#${typed}`, `${origin}/#${typed.replaceAll(' ', '%20')}`])
    expect([text, readWriteTarget(text)]).toEqual([text, { origin, address }])
})

test('every change of one character is noticed', () => {
  const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
  const codes = [
    address,
    formatInvitation('', address, new Uint8Array(16).fill(0x5a)).slice(2),
    formatReaderCode({ bytes: new Uint8Array(24).fill(0xa5), needsPassphrase: false }),
  ]
  for (const code of codes) {
    for (let at = 0; at < code.length; at++) {
      for (const other of `${ALPHABET}QPZ1bio-_. `) {
        if (other === code[at]) continue
        const changed = code.slice(0, at) + other + code.slice(at + 1)
        expect([changed, parseWriteTarget(changed), parseReaderCode(changed)]).toEqual([changed, undefined, undefined])
      }
    }
  }
})

test('a link of another kind is no place to write to', () => {
  for (const text of [
    '',
    '#',
    origin,
    `${origin}/#`,
    `${origin}/#sdlink1qqqq`,
    'javascript:alert(1)',
    'x'.repeat(65),
  ]) {
    expect(parseWriteTarget(text)).toBeUndefined()
  }
  const address = formatBoxAddress(new Uint8Array(32))
  expect(parseWriteTarget(`ftp://drop.example/#${address}`)).toBeUndefined()
  expect(toHex(boxAddressBytes(address))).toBe('0'.repeat(64))
})

function anyBytes(length: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes))
}
