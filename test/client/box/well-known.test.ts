import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxJsonUrl, checkPublished, formatBoxJson, parseDomain, type Domain } from '#client/box/well-known.ts'
import type { Transport } from '#client/transport.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'

const address = formatBoxAddress(new Uint8Array(32).fill(1))
const other = formatBoxAddress(new Uint8Array(32).fill(2))
const newsroom = domainOf('newsroom.example')
const asked: string[] = []
const says =
  (text: string, status = 200): Transport =>
  async ({ url, fields }) => {
    asked.push(url)
    expect(fields).toEqual({})
    return { status, field: () => null, body: utf8(text) }
  }

function domainOf(text: string): Domain {
  const domain = parseDomain(text)
  if (domain === undefined) throw new Error(`${text} is no domain`)
  return domain
}

test('a web site that publishes the address says so, beside others too', async () => {
  for (const text of [
    formatBoxJson(address, 'https://drop.example'),
    `{"boxes":[7,"${other}","${address}"],"more":1}`,
  ]) {
    expect(await checkPublished(newsroom, address, says(text))).toBe('published')
    expect(asked.at(-1)).toBe('https://newsroom.example/.well-known/sealdrop/box.json')
  }
})

test('a web site that publishes another address is told from one that publishes none', async () => {
  expect(await checkPublished(newsroom, address, says(formatBoxJson(other, 'https://drop.example')))).toBe('another')
  // A word around an address is not the address.
  for (const text of [
    '',
    '{}',
    '[]',
    '{"boxes":"x"}',
    `{"boxes":"${address}"}`,
    '<html>',
    '{"boxes":{}}',
    '{"boxes":[]}',
    `{"boxes":["${address}x"]}`,
    `{"boxes":[["${address}"]]}`,
  ])
    expect([text, await checkPublished(newsroom, address, says(text))]).toEqual([text, 'nothing'])
})

test.for([
  [404, 'nothing'],
  [410, 'nothing'],
  [204, 'unread'],
  [301, 'unread'],
  [403, 'unread'],
  [429, 'unread'],
  [500, 'unread'],
] as const)('an answer of status %i comes to %s, whatever is in it', async ([status, publication]) => {
  expect(await checkPublished(newsroom, address, says(formatBoxJson(address, 'x'), status))).toBe(publication)
})

test.for([
  ['newsroom.example', 'newsroom.example'],
  [' newsroom.example ', 'newsroom.example'],
  ['NEWSROOM.example', 'newsroom.example'],
  ['https://newsroom.example', 'newsroom.example'],
  ['HTTPS://newsroom.example/', 'newsroom.example'],
  ['newsroom.example:443', 'newsroom.example'],
  ['newsroom.example:8443', 'newsroom.example:8443'],
  ['news\troom。example', 'newsroom.example'],
  ['münchen.example', 'xn--mnchen-3ya.example'],
  // With a Cyrillic е: it looks the same, and does not when it is spelled out.
  ['nеwsroom.example', 'xn--nwsroom-7gg.example'],
  ['newsroom.рф', 'newsroom.xn--p1ai'],
] as const)('%j is %s', ([typed, domain]) => {
  expect(parseDomain(typed)).toBe(domain)
  expect(boxJsonUrl(domainOf(typed))).toBe(`https://${domain}/.well-known/sealdrop/box.json`)
})

test.for([
  '',
  'newsroom',
  'a b.example',
  'newsroom.example.',
  'newsroom.example/path',
  'newsroom.example\\path',
  'newsroom.example?x',
  'newsroom.example#x',
  'newsroom.example:x',
  'user@newsroom.example',
  'newsroom.example:443@evil.example',
  'http://newsroom.example',
  'https://https://newsroom.example',
  'javascript:alert(1)',
  '<img src=x>.example',
  'localhost',
  'localhost:8787',
  'box.localhost',
  'printer.local',
  'server.internal',
  'router.home.arpa',
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '192.168.1.1',
  '[::1]',
  '[::ffff:10.0.0.1]',
  `${'a'.repeat(64)}.example`,
])('%j names no web site that others know', (typed) => {
  expect(parseDomain(typed)).toBeUndefined()
})

const PIECES = [
  'https://',
  'a',
  'news',
  '.',
  '.',
  '.example',
  ':',
  '443',
  '/',
  '\\',
  '@',
  '?',
  '#',
  '%2e',
  '%00',
  ' ',
  '\t',
]
PIECES.push('ü', '。', '\u202e', '\u00ad', 'ⓐ', 'xn--', '-', '_', '127', '0x7f', '[::1]', '<', '"', "'", '&')

test('whatever is typed, only the one file of one host is asked for, by TLS, in letters that cannot be mistaken for markup', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 2 })), { maxLength: 8 }),
      (pieces) => {
        const typed = pieces.join('')
        const domain = parseDomain(typed)
        if (domain === undefined) return
        expect(domain).toMatch(/^[a-z0-9._-]+(?::\d+)?$/)
        const { host, password, pathname, protocol, search, username } = new URL(boxJsonUrl(domain))
        expect([protocol, host, pathname]).toEqual(['https:', domain, '/.well-known/sealdrop/box.json'])
        expect(username + password + search).toBe('')
        expect(parseDomain(domain)).toBe(domain)
      },
    ),
  )
})

test('a web site that does not answer is not one that says no', async () => {
  const silent: Transport = async () => {
    throw new TypeError('network error')
  }
  expect(await checkPublished(newsroom, address, silent)).toBe('unread')
})

test('a web site that answers too slowly is let go', async () => {
  const slow: Transport = ({ signal }) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
    })
  expect(await checkPublished(newsroom, address, slow, 10)).toBe('unread')
})

test('a web site that answers without end is let go', async () => {
  let sent = 0
  const endless: Transport = async ({ onReceived, signal }) => {
    for (const _ of Array(1_000).keys()) {
      if (signal?.aborted === true) break
      onReceived?.((sent += 1_000), 0)
    }
    throw new DOMException('aborted', 'AbortError')
  }
  expect(await checkPublished(newsroom, address, endless)).toBe('nothing')
  expect(sent).toBeLessThan(100_000)
})

test('a list that is too long is not looked at, though the whole of it has come', async () => {
  const long: Transport = async ({ onReceived }) => {
    const body = utf8(formatBoxJson(address, 'x'.repeat(70_000)))
    onReceived?.(body.length, body.length)
    return { status: 200, field: () => null, body }
  }
  expect(await checkPublished(newsroom, address, long)).toBe('nothing')
})
