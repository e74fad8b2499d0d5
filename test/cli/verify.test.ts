import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVisitor, MAX_FILE_BYTES } from '../../cli/verify/browse.ts'
import { BROWSERS } from '../../cli/verify/browsers.ts'
import { unknownScripts } from '../../cli/verify/compare.ts'
import { describeBriefly, describeSeen } from '../../cli/verify/describe.ts'
import { parseManifest } from '../../cli/verify/manifest.ts'
import { observe } from '../../cli/verify/observe.ts'

const FILE = { path: '/', sha256: '0'.repeat(64), bytes: 1, headers: { 'X-A': '1' } }

test('a manifest is read with what is known of it', () => {
  const more = { v: 1, version: '1.2.3', files: [{ ...FILE, more: 1 }], offline: {}, more: [] }
  expect(parseManifest(JSON.stringify(more))).toEqual({ version: '1.2.3', files: [FILE] })
})

test.for<unknown>([
  undefined,
  [],
  { v: 2, version: '1', files: [FILE] },
  { v: 1, files: [FILE] },
  { v: 1, version: '1', files: [] },
  { v: 1, version: '1', files: [{ ...FILE, path: '/a' }] },
  ...[{ path: '//evil.example' }, { path: 'a' }, { path: '/a?b' }, { sha256: 'A'.repeat(64) }, { bytes: -1 }].map(
    (bad) => ({
      v: 1,
      version: '1',
      files: [FILE, { ...FILE, ...bad }],
    }),
  ),
  { v: 1, version: '1', files: [FILE, { ...FILE, headers: { a: 1 } }] },
])('%j is no manifest', (value) => {
  expect(parseManifest(JSON.stringify(value) ?? 'x')).toBeUndefined()
})

test.for([
  ['<script src="/assets/app.js"></script><link rel=stylesheet href=/app.css>', []],
  ['<script src="/other.js"></script>', ['/other.js']],
  ["<SCRIPT async SRC='//evil.example/assets/app.js'></SCRIPT>", ['//evil.example/assets/app.js']],
  ['<script>\nleak()</script >', ['leak()']],
  ['<iframe srcdoc="<b>"></iframe>', ['<b>']],
  ['<base href="https://evil.example/">', ['https://evil.example/']],
  ['<body onload="leak()">', ['onload="leak()"']],
  ['<p>src="/other.js" is a text</p>', []],
  // sha256 of `{}`, as a policy names it.
  ['<script type="importmap">{}</script><script>leak({})</script>', ['leak({})']],
] as const)('%s names or holds %j', ([html, found]) => {
  const known = new Set(['/assets/app.js', '/app.css', "'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='"])
  expect(unknownScripts(html, 'https://drop.example/', 'https://drop.example', known)).toEqual(found)
})

test.for(['<link ', '<script', '<script>', '<a ', '<a on', '<a on=', '<link "', `<link '">`, '<base on ='])(
  'a page of nothing but %j does not keep the command busy, nor fill the screen',
  (piece) => {
    const page = piece.repeat(16_777_216 / piece.length)
    expect(unknownScripts(page, 'https://drop.example/', 'https://drop.example', new Set()).length).toBeLessThan(51)
  },
)

test('what a server says is told in one line, and to whom if not to all', () => {
  const found = { kind: 'unknown_script', path: '/', found: 'a\n\tb()', as: ['chrome'] } as const
  const told = '/: names or holds code that is not in the release: a b()'
  expect(describeSeen(found, ['chrome'])).toBe(told)
  expect(describeSeen(found, BROWSERS)).toBe(`${told} (to Chrome alone)`)
  expect(describeSeen({ ...found, as: ['chrome', 'safari'] }, BROWSERS)).toBe(`${told} (to Chrome and Safari alone)`)
  const at = '2026-11-26T00:00:00.000Z'
  const as = ['chrome', 'safari'] as const
  const differences = Array.from({ length: 7 }, (_, n) => ({ kind: 'no_answer', path: `/${n}`, as }) as const)
  const seen = { origin: 'https://drop.example', at, version: '1.2.3', as: BROWSERS, ok: false, differences }
  const line = `${at}  https://drop.example  1.2.3  chrome,firefox,safari  differs at /0, /1, /2, /3, /4, 2 more`
  expect(describeBriefly(seen)).toBe(`${line} to Chrome and Safari alone`)
  expect(describeBriefly({ ...seen, as })).toBe(line.replace(',firefox', ''))
  expect(describeBriefly({ ...seen, differences: [], unreachable: true })).toMatch(/ {2}unreachable$/)
})

// A server that notes what it is asked.
const asked: IncomingMessage[] = []
const server = createServer((request, response) => {
  asked.push(request)
  switch (request.url) {
    case '/':
      return response.end('page')
    case '/kdf.js':
      return response
        .setHeader('Content-Type', 'text/javascript')
        .end(request.headers['sec-fetch-dest'] === 'worker' ? 'leak' : 'work')
    case '/br':
      return response.setHeader('Content-Encoding', 'br').end(brotliCompressSync('contents'))
    case '/zstd':
      return response.setHeader('Content-Encoding', 'zstd').end(zstdCompressSync('contents'))
    case '/gzip':
      return response.setHeader('Content-Encoding', 'gzip').end(gzipSync('contents'))
    case '/bomb':
      return response.setHeader('Content-Encoding', 'gzip').end(gzipSync(Buffer.alloc(2 * MAX_FILE_BYTES)))
    case '/lie':
      return response.setHeader('Content-Encoding', 'gzip').end('no gzip')
    case '/unpacked':
      return response.setHeader('Content-Encoding', 'gzip').end('page')
    case '/twice':
      return response.setHeader('Content-Type', ['text/html; charset=utf-8', 'text/plain']).end('page')
    case '/linked':
      return response.end(request.headers['sec-fetch-site'] === 'cross-site' ? 'leak' : 'page')
    case '/inside':
      return response.end(request.headers['sec-fetch-site'] === 'same-origin' ? 'leak' : 'page')
    case '/typed':
      return request.headers['sec-fetch-site'] === 'cross-site' ? response.end('leak') : request.socket.destroy()
    case '/moved':
      return response.writeHead(307, { Location: '/br' }).end()
    case '/cut':
      response.writeHead(200, { 'Content-Length': '9' }).write('x')
      return response.socket?.destroy()
    default: {
      // More than is looked at, and it would not end.
      const chunk = Buffer.alloc(1_048_576)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', more)
      }
      return more()
    }
  }
})
const WAYS = ['document', 'link', 'inside', 'frame', 'script', 'worker', 'style', 'image'] as const

let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.for([
  ['chrome', /^Mozilla\/5\.0 .* Chrome\/\d+\.0\.0\.0 Safari\/537\.36$/, 'gzip, deflate, br, zstd'],
  ['firefox', /^Mozilla\/5\.0 .* Firefox\/\d+\.0$/, 'gzip, deflate, br, zstd'],
  ['safari', /^Mozilla\/5\.0 .* Version\/[\d.]+ Safari\/605\.1\.15$/, 'gzip, deflate, br'],
] as const)('nothing in a request as %s tells that it is a check', async ([browser, agent, codings]) => {
  const { visit, leave } = makeVisitor(browser)
  asked.length = 0
  for (const way of WAYS) await visit(`${url}/br`, way)
  leave()
  const fields = asked.map(({ headers }) => headers)
  expect(fields.map((each) => [each['sec-fetch-dest'], each['sec-fetch-mode']])).toEqual([
    ['document', 'navigate'],
    ['document', 'navigate'],
    ['document', 'navigate'],
    ['iframe', 'navigate'],
    ['script', 'cors'],
    ['worker', 'same-origin'],
    ['style', 'cors'],
    ['image', 'no-cors'],
  ])
  for (const each of fields) {
    expect(each['user-agent']).toMatch(agent)
    expect([each['accept-language'], each['accept-encoding']]).toEqual(['en-US,en;q=0.9', codings])
    expect(JSON.stringify(each)).not.toMatch(/sealdrop|node|undici|verify|curl|headless/i)
  }
})

// As Chromium 156 and Firefox 153 sent them to a page that was made like ours.
test.for([
  [
    'chrome',
    'document',
    'Host,Connection,sec-ch-ua,sec-ch-ua-mobile,sec-ch-ua-platform,Upgrade-Insecure-Requests,User-Agent,Accept,Sec-Fetch-Site,Sec-Fetch-Mode,Sec-Fetch-User,Sec-Fetch-Dest,Accept-Encoding,Accept-Language',
  ],
  [
    'chrome',
    'script',
    'Host,Connection,Origin,sec-ch-ua-platform,User-Agent,sec-ch-ua,sec-ch-ua-mobile,Accept,Sec-Fetch-Site,Sec-Fetch-Mode,Sec-Fetch-Dest,Accept-Encoding,Accept-Language',
  ],
  [
    'chrome',
    'image',
    'Host,Connection,sec-ch-ua-platform,User-Agent,sec-ch-ua,sec-ch-ua-mobile,Accept,Sec-Fetch-Site,Sec-Fetch-Mode,Sec-Fetch-Dest,Accept-Encoding,Accept-Language',
  ],
  [
    'chrome',
    'worker',
    'Host,Connection,Accept,Sec-Fetch-Site,Sec-Fetch-Mode,Sec-Fetch-Dest,User-Agent,Accept-Encoding,Accept-Language',
  ],
  [
    'firefox',
    'document',
    'Host,User-Agent,Accept,Accept-Language,Accept-Encoding,Connection,Upgrade-Insecure-Requests,Sec-Fetch-Dest,Sec-Fetch-Mode,Sec-Fetch-Site,Sec-Fetch-User,Priority',
  ],
  [
    'firefox',
    'script',
    'Host,User-Agent,Accept,Accept-Language,Accept-Encoding,Connection,Sec-Fetch-Dest,Sec-Fetch-Mode,Sec-Fetch-Site',
  ],
  [
    'firefox',
    'style',
    'Host,User-Agent,Accept,Accept-Language,Accept-Encoding,Connection,Sec-Fetch-Dest,Sec-Fetch-Mode,Sec-Fetch-Site,Priority',
  ],
] as const)('%s asks for a %s with its own fields in its own order', async ([browser, way, names]) => {
  const { visit, leave } = makeVisitor(browser)
  asked.length = 0
  await visit(`${url}/br`, way)
  leave()
  expect(asked[0]?.rawHeaders.filter((_, at) => at % 2 === 0).join()).toBe(names)
})

test('a server that answers a worker otherwise than a script is seen', async () => {
  const files = ['/', '/kdf.js'].map((path) => {
    const contents = path === '/' ? 'page' : 'work'
    const sha256 = createHash('sha256').update(contents).digest('hex')
    return { path, sha256, bytes: 4, headers: path === '/' ? {} : { 'Content-Type': 'text/javascript' } }
  })
  const visitor = makeVisitor('chrome')
  const { differences } = await observe(url, { version: '1.2.3', files }, [visitor], Date.now())
  visitor.leave()
  expect(differences.map(({ kind, path }) => [kind, path])).toEqual([['bytes', '/kdf.js']])
})

test.for([
  ['answers who comes by a link otherwise than who types the address', '/linked', 'bytes'],
  ['shows another page only to who comes to it from one of its own', '/inside', 'bytes'],
  ['names a second media type, which a browser would take', '/twice', 'header_differs'],
  ['says of the right bytes that they are packed, so that no browser can read them', '/unpacked', 'header_unexpected'],
] as const)('a server that %s is seen', async ([, path, kind]) => {
  const sha256 = createHash('sha256').update('page').digest('hex')
  const type = { 'Content-Type': 'text/html; charset=utf-8' }
  const files = [
    { path: '/', sha256, bytes: 4, headers: {} },
    { path, sha256, bytes: 4, headers: path === '/unpacked' ? {} : type },
  ]
  const visitor = makeVisitor('chrome')
  const { differences } = await observe(url, { version: '1.2.3', files }, [visitor], Date.now())
  visitor.leave()
  expect(differences.filter((each) => each.kind === kind).map((each) => each.path)).toEqual([path])
})

test('a server that answers who comes by a link alone is none that cannot be reached', async () => {
  const visitor = makeVisitor('firefox')
  const files = [{ path: '/', sha256: '0'.repeat(64), bytes: 4, headers: { 'Content-Type': 'text/html' } }]
  const visit: typeof visitor.visit = (address, way) => visitor.visit(`${address}typed`, way)
  const typed = { browser: visitor.browser, visit }
  const { differences, unreachable } = await observe(url, { version: '1.2.3', files }, [typed], Date.now())
  visitor.leave()
  expect(unreachable).toBeUndefined()
  expect(differences.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['no_answer', 'bytes']))
})

test('the coding for transport is no difference, one that is wrong is, and nothing fills the memory', async () => {
  const { visit, leave } = makeVisitor('chrome')
  const bodies = await Promise.all(['br', 'gzip', 'zstd', 'lie'].map((path) => visit(`${url}/${path}`, 'script')))
  expect(bodies.map(({ body }) => body.toString())).toEqual(['contents', 'contents', 'contents', 'no gzip'])
  for (const path of ['bomb', 'endless'])
    expect((await visit(`${url}/${path}`, 'script')).body.length).toBeLessThanOrEqual(MAX_FILE_BYTES)
  leave()
})

test('a redirect is not followed, and half an answer is none', async () => {
  const { visit, leave } = makeVisitor('chrome')
  expect((await visit(`${url}/moved`, 'script')).status).toBe(307)
  await expect(visit(`${url}/cut`, 'script')).rejects.toThrow(/socket hang up|aborted/)
  leave()
})
