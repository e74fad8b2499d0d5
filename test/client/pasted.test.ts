import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxLink, formatInvitation, readWriteTarget } from '#client/box/address-link.ts'
import { formatReaderCode, readReaderCode } from '#client/box/reader-code.ts'
import { countLinks, formatLink, readLink } from '#client/link.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { runs } from '../runs.ts'
import { WAYS } from './support/ways.ts'

const origin = 'https://drop.example'
const secret = { bytes: new Uint8Array(24).fill(0xa5), needsPassphrase: false }
const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
const invitation = new Uint8Array(16).fill(0x5a)

const link = formatLink(origin, secret)
const boxLink = formatBoxLink(origin, address)
const invitationLink = formatInvitation(origin, address, invitation)
const other = formatLink(origin, { ...secret, needsPassphrase: true })

test.for(Object.keys(WAYS))('a link, an address, an invitation are read %s', (name) => {
  const way = WAYS[name] ?? String
  expect(readLink(way(link))).toEqual({ origin, secret })
  expect(readWriteTarget(way(boxLink))).toEqual({ origin, address })
  expect(readWriteTarget(way(invitationLink))).toEqual({ origin, address, invitation })
})

test.for(Object.keys(WAYS))('a code without its server is read %s, and nobody names one', (name) => {
  const way = WAYS[name] ?? String
  const readers = formatReaderCode(secret)
  // Redirects have a server of their own, and codes no #.
  if (/entit|%|#|JSON|encoded|Google|Proofpoint|SafeLinks|redirect/.test(name)) return
  expect(readLink(way(link.split('#')[1] ?? ''))).toEqual({ origin: undefined, secret })
  expect(readWriteTarget(way(address))).toEqual({ address })
  expect(readReaderCode(way(readers))).toEqual(secret)
})

test('a code is not guessed: each lost, doubled or changed letter is noticed, whatever stands around', () => {
  const [before = '', code = ''] = link.split(/(?=sdlink1)/)
  for (let at = 7; at < code.length; at++) {
    const changes = [code.slice(0, at) + code.slice(at + 1), code.slice(0, at) + code[at] + code.slice(at)]
    if (code[at] !== 'q') changes.push(`${code.slice(0, at)}q${code.slice(at + 1)}`)
    for (const changed of changes.filter((each) => each !== code))
      for (const text of [before + changed, `${before}${changed}.`, `<${before}${changed}&x=1>`])
        expect([text, readLink(text)]).toEqual([text, undefined])
  }
})

test('a code that goes on with a letter is not whole: nobody knows which letters are its own', () => {
  expect(readLink(`${link}x`)).toBeUndefined()
  expect(readLink(`${link}0`)).toBeUndefined()
})

test('of two different links in a text neither is chosen, and the same one twice is one', () => {
  expect(readLink(`${link}\n${other}`)).toBeUndefined()
  expect(readLink(`${link}\n${link}.`)).toEqual({ origin, secret })
})

test('a code is read as what it is alone', () => {
  expect(readLink(boxLink)).toBeUndefined()
  expect(readWriteTarget(link)).toBeUndefined()
  expect(readReaderCode(link)).toBeUndefined()
})

test('only addresses of the web name a server, and a port stays', () => {
  const code = link.split('#')[1] ?? ''
  expect(readLink(`ftp://drop.example/#${code}`)).toEqual({ origin: undefined, secret })
  expect(readLink(`javascript:alert(1)//#${code}`)).toEqual({ origin: undefined, secret })
  expect(readLink(`http://localhost:8787/#${code}.`)).toEqual({ origin: 'http://localhost:8787', secret })
})

test.for([
  ['in its query', (code: string) => `https://redirect.example/?u=drop.example/#${code}`],
  ['in its path', (code: string) => `https://www.google.com/amp/s/drop.example/#${code}`],
  ['in an alphabet of its own', (code: string) => `https://redirect.example/r/aHR0cHM6Ly9kcm9w#${code}`],
] as const)('a link within the address of a redirector, %s, was asked for at the redirector', ([, way]) => {
  expect(readLink(way(link.split('#')[1] ?? ''))).toEqual({ origin: undefined, secret })
})

test('several links in a text are counted, and the same one twice is one', () => {
  expect(countLinks(`${link}\n${other}`)).toBe(2)
  expect(countLinks(`${link}\n${link}.`)).toBe(1)
  expect(countLinks(link.slice(0, -1))).toBe(0)
})

test('no text makes it throw, or takes long', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
      expect(readLink(text)).toBeUndefined()
      expect(readWriteTarget(`sdbox1${text}`)).toBeUndefined()
    }),
    { numRuns: runs(50, 2_000) },
  )
  expect(readLink('sdlink1 \n'.repeat(20_000))).toBeUndefined()
  expect(readLink(`sdlink1${'q\n'.repeat(50_000)}`)).toBeUndefined()
  for (const each of [' ', '\n', '\n>', '= ', '-\n', 's\n', 'sd\n>', 'https://', '%23', '&#35;'])
    for (const text of [`s${each.repeat(20_000)}`, `${each.repeat(9_000)}#sdlink1`, `sdlink1${each.repeat(20_000)}x`])
      expect(readLink(text)).toBeUndefined()
})
