import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatAckBody,
  formatCommitBody,
  formatPartQuery,
  formatReaderBody,
  parseAckBody,
  parseCommitBody,
  parsePartQuery,
  parseReaderBody,
  REQUESTS,
} from '#protocol/api.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { contentDigest, formatDigest, parseDigest } from '#protocol/content-digest.ts'
import { isDropError, DropError } from '#protocol/error.ts'
import { isWireCode, parseProblemCode } from '#protocol/error.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { inWords, problemFor, PROBLEMS } from '#protocol/problem.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import { pageHeaders, publishedHeaders, SECURITY_HEADERS, WORKSHOP_PATH } from '#protocol/security-headers.ts'
import { runs } from '../runs.ts'

const numRuns = runs(25, 1_000)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('a reader key comes back from its body, and hashes from their own', () => {
  fc.assert(
    fc.property(bytes32, (bytes) => {
      expect(parseReaderBody(formatReaderBody(formatPublicKey(bytes)))).toBe(toBase64url(bytes))
      expect(parseAckBody(formatAckBody(toBase64url(bytes)))).toBe(toBase64url(bytes))
      expect(parseCommitBody(formatCommitBody(toBase64url(bytes)))).toBe(toBase64url(bytes))
      expect(parseDigest(formatDigest(bytes))).toEqual(new Uint8Array(bytes))
    }),
    { numRuns },
  )
})

test('a body that parses is exactly the one that is formatted, so that a receipt needs no copy of it', () => {
  const good = formatReaderBody(formatPublicKey(new Uint8Array(32)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 }), fc.nat(good.length), fc.nat(3), (bytes, at, cut) => {
      const body = Uint8Array.from([...good.slice(0, at), ...bytes, ...good.slice(at + cut)])
      const reader = parseReaderBody(body)
      expect(reader === undefined ? body : formatReaderBody(reader)).toEqual(body)
    }),
    { numRuns },
  )
})

test('a byte order mark before a body cannot make a receipt that nobody can check', () => {
  const key = formatPublicKey(new Uint8Array(32))
  expect(parseReaderBody(utf8(`\ufeff{"reader":"${key}"}`))).toBeUndefined()
  expect(parseAckBody(utf8(`\ufeff{"opened":"${key}"}`))).toBeUndefined()
  expect(parseCommitBody(utf8(`\ufeff{"parts":"${key}"}`))).toBeUndefined()
})

test('a hash with bits to spare cannot make a receipt that no sender can read', () => {
  expect(parseAckBody(utf8(`{"opened":"${'A'.repeat(42)}B"}`))).toBeUndefined()
  expect(parseReaderBody(utf8(`{"reader":"${'A'.repeat(42)}B"}`))).toBeUndefined()
  expect(parseCommitBody(utf8(`{"parts":"${'A'.repeat(42)}B"}`))).toBeUndefined()
})

test.for([
  '',
  '{}',
  `{"reader": "${'A'.repeat(43)}"}`,
  `{"reader":"${'A'.repeat(43)}"}\n`,
  `{"reader":"${'A'.repeat(43)}","reader":"${'A'.repeat(43)}"}`,
  `{"reader":"${'A'.repeat(42)}"}`,
  `{"opened":"${'A'.repeat(43)}"}`,
])('%j names no reader', (body) => {
  expect(parseReaderBody(utf8(body))).toBeUndefined()
})

test('a part has one query', () => {
  for (const n of [0, 1, 9, 10, 644, 999_999]) expect(parsePartQuery(formatPartQuery(n))).toBe(n)
  for (const query of [
    '',
    '?',
    '?n=',
    '?n=00',
    '?n=01',
    '?n=-1',
    '?n=1.0',
    '?n=1e1',
    '?n=1000000',
    '?n=1&n=1',
    '?N=1',
    '?n=1 ',
  ])
    expect([query, parsePartQuery(query)]).toEqual([query, undefined])
})

test('a digest of any other spelling is none', async () => {
  const good = await contentDigest(utf8('x'))
  expect(parseDigest(good)).toBeDefined()
  const others = [
    good.slice(0, -1),
    ` ${good}`,
    `${good}, ${good}`,
    good.replace('sha-256', 'sha-512'),
    good.replace('=:', '='),
  ]
  for (const field of [...others, '', 'sha-256=:AAAA:', good.replace(/.=:$/, 'B=:')])
    expect(parseDigest(field)).toBeUndefined()
})

test('no two requests of one method share a path, and every body has a method that takes one', () => {
  const all = Object.values(REQUESTS)
  expect(new Set(all.map(({ method, path }) => `${method} ${path}`)).size).toBe(all.length)
  for (const { path } of all)
    expect(path).toMatch(/^\/v1\/(limits|operator(\/disclose)?|drops(\/[a-z]+)?|boxes\/[a-z]+)$/)
})

test.for(Object.keys(PROBLEMS).filter(isWireCode))('%s comes back from its problem', (code) => {
  const problem = problemFor(code, 'https://drop.example:8443')
  expect(problem.type).toBe(`https://drop.example:8443/problems/${code}`)
  expect(parseProblemCode(problem.type)).toBe(code)
  expect(Object.keys(problem)).toEqual(['type', 'title', 'status'])
  expect(problem.status).toBeGreaterThanOrEqual(400)
})

test.for([
  ['nothing', undefined],
  ['a number', 404],
  ['a relative address', '/problems/gone'],
  ['an address without a server', 'https:///problems/gone'],
  ['an address of another scheme', 'urn:problems/gone'],
  ['a code of the ends', 'https://drop.example/problems/open_failed'],
  ['a code nobody knows', 'https://drop.example/problems/teapot'],
  ['a name that every object has', 'https://drop.example/problems/toString'],
  ['a name that every object inherits', 'https://drop.example/problems/__proto__'],
  ['a folder more', 'https://drop.example/problems/gone/'],
  ['a folder before it', 'https://drop.example/x/problems/gone'],
  ['a query', 'https://drop.example/problems/gone?x'],
])('a problem of type %s has no code', ([, type]) => {
  expect(parseProblemCode(type)).toBeUndefined()
})

test('an error is known by its name, and says no more than its code', () => {
  const error = new DropError('gone', { cause: 'secret' })
  expect(isDropError(error)).toBe(true)
  expect(isDropError(new Error('gone'))).toBe(false)
  expect(isDropError({ name: 'DropError', code: 'gone' })).toBe(false)
  expect(String(error)).toBe('DropError: gone')
})

test('every page allows nothing that it does not name, and no page runs a string', () => {
  for (const path of ['/', '/index.html', WORKSHOP_PATH]) {
    const policy = pageHeaders(path)['Content-Security-Policy'] ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/)
  }
  expect(pageHeaders('/')).toBe(SECURITY_HEADERS)
  const listed = pageHeaders('/', "'sha256-abc='")['Content-Security-Policy'] ?? ''
  expect(listed).toBe(
    SECURITY_HEADERS['Content-Security-Policy']?.replace("-src 'self';", "-src 'self' 'sha256-abc=';"),
  )
  expect(Object.keys(pageHeaders(WORKSHOP_PATH))).toEqual(Object.keys(SECURITY_HEADERS))
})

test('no page runs a script that nobody has named by its hash', () => {
  for (const headers of [pageHeaders('/'), pageHeaders('/', "'sha256-abc='"), pageHeaders(WORKSHOP_PATH)])
    expect(headers['Integrity-Policy']).toBe('blocked-destinations=(script)')
})

test('the page that may ask other sites has no origin, holds two things by their hashes, and is framed by nobody', () => {
  const headers = publishedHeaders("'sha256-a='", "'sha256-b='")
  const policy = new Map((headers['Content-Security-Policy'] ?? '').split('; ').map((each) => split(each)))
  expect(policy.get('sandbox')).toBe('allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox')
  expect([policy.get('default-src'), policy.get('frame-ancestors')]).toEqual(["'none'", "'none'"])
  expect([policy.get('script-src'), policy.get('style-src')]).toEqual(["'sha256-a='", "'sha256-b='"])
  expect([...policy].filter(([, sources]) => /unsafe|self|:|\*/.test(sources))).toEqual([['connect-src', 'https:']])
  expect(Object.keys(headers)).toEqual(Object.keys(SECURITY_HEADERS))
})

function split(directive: string): [name: string, sources: string] {
  const [name = '', ...sources] = directive.split(' ')
  return [name, sources.join(' ')]
}

test('problems say how many wrong passphrases a drop takes', () => {
  expect(PROBLEMS.wrong_passphrase.explanation).toContain(`After ${inWords(MAX_TRIES)} wrong passphrases`)
  expect(PROBLEMS.gone.explanation).toContain(`${inWords(MAX_TRIES)} wrong passphrases destroyed it`)
  expect([0, 1, 9, 10, 12, 13].map(inWords)).toEqual(['none', 'one', 'nine', 'ten', 'twelve', '13'])
})
