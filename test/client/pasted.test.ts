import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatBoxLink, formatInvitation, readWriteTarget } from '#client/box/address-link.ts'
import { formatReaderCode, readReaderCode } from '#client/box/reader-code.ts'
import { formatLink, readLink } from '#client/link.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import { runs } from '../runs.ts'

const origin = 'https://drop.example'
const secret = { bytes: new Uint8Array(24).fill(0xa5), needsPassphrase: false }
const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
const invitation = new Uint8Array(16).fill(0x5a)

const link = formatLink(origin, secret)
const boxLink = formatBoxLink(origin, address)
const invitationLink = formatInvitation(origin, address, invitation)
const other = formatLink(origin, { ...secret, needsPassphrase: true })

/** As long as the others, and in none of their ways. */
const wide = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
const every = (text: string, length: number, between: string): string =>
  text.replaceAll(new RegExp(`.{${length}}(?=.)`, 'g'), (piece) => piece + between)
const proofpoint = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/%([0-9A-F]{2})/g, '-$1')
    .replaceAll('-2F', '_')

/** What becomes of a link on its way. */
const WAYS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with a full stop': (text) => `${text}.`,
  'with a comma and more words': (text) => `Here: ${text}, and tell me when you have it.`,
  'in round brackets': (text) => `(${text})`,
  'in angle brackets': (text) => `<${text}>`,
  'in square brackets': (text) => `[the link](${text})`,
  'in quotes': (text) => `“${text}”`,
  'in straight quotes': (text) => `"${text}"`,
  'in words without a space behind': (text) => `open ${text}… quickly`,
  'with a tracker behind': (text) => `${text}&fbclid=IwAR0abcdef`,
  'with a tracker before the #': (text) => text.replace('/#', '/?fbclid=IwAR0abcdef&utm_source=mail#'),
  'with %23 for the #': (text) => text.replace('#', '%23'),
  'with %2523 for the #': (text) => text.replace('#', '%2523'),
  'with an HTML entity for the #': (text) => text.replace('#', '&#35;'),
  'as HTML': (text) => `<p><a href="${text}">${text}</a></p>`,
  'broken over lines': (text) => every(text, 20, '\n'),
  'broken over lines of a quoted mail': (text) => `> ${every(text, 30, '\r\n> ')}\r\n> -- \r\n> Ana`,
  'as quoted-printable': (text) => every(text, 40, '=\r\n'),
  'with hyphens at line ends': (text) => text.replace(/.{10}$/, (end) => `-\n${end}`),
  'in groups': (text) => text.replace(/(?<=1).*/, (code) => every(code, 5, ' ')),
  'in groups, as browsers show them': (text) => text.replace(/(?<=1).*/, (code) => every(code, 5, '%20')),
  'with soft hyphens': (text) => every(text, 7, '\u00ad'),
  'with invisible spaces and marks': (text) => `\u202a${every(text, 9, '\u200b')}\u202c\ufeff`,
  'in capitals': (text) => text.toUpperCase(),
  'with a capital at its beginning': (text) => text.replace('#sd', '#Sd'),
  'in full-width characters': wide,
  'with everything encoded': (text) => Array.from(utf8(wide(text)), (each) => `%${each.toString(16)}`).join(''),
  'without https://': (text) => text.replace('https://', ''),
  'in SafeLinks of Outlook': (text) =>
    `https://eur02.safelinks.protection.outlook.com/?url=${encodeURIComponent(text)}&data=05%7C02%7Cana%40example.com%7C5&sdata=abc%3D&reserved=0`,
  'in SafeLinks, broken over lines': (text) =>
    every(`https://eur02.safelinks.protection.outlook.com/?url=${encodeURIComponent(text)}&data=05`, 76, '\r\n'),
  'in a link of Google': (text) => `https://www.google.com/url?q=${encodeURIComponent(text)}&sa=D&ust=17000`,
  'in a link of Google, as it stands': (text) => `https://www.google.com/url?q=${text}&sa=D`,
  'in one redirect within another': (text) =>
    `https://l.example/?u=${encodeURIComponent(`https://www.google.com/url?q=${encodeURIComponent(text)}`)}&h=AT0`,
  'in the first way of Proofpoint': (text) =>
    `https://urldefense.proofpoint.com/v2/url?u=${proofpoint(text)}&d=DwMFaQ&c=euGZ&r=abc`,
  'in the second way of Proofpoint': (text) =>
    `https://urldefense.com/v3/__${text.replace('#', '*')}__;Iw!!Abc123!def$`,
}

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
  if (/HTML entity|%|#|encoded|Google|Proofpoint|SafeLinks|redirect/.test(name)) return
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
