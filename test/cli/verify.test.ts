import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVisitor, MAX_FILE_BYTES } from '../../cli/verify/browse.ts'
import { unknownScripts } from '../../cli/verify/compare.ts'
import { describeBriefly, describeDifference } from '../../cli/verify/describe.ts'
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
  { timeout: 10_000 },
  (piece) => {
    const page = piece.repeat(16_777_216 / piece.length)
    expect(unknownScripts(page, 'https://drop.example/', 'https://drop.example', new Set()).length).toBeLessThan(51)
  },
)

test('what a server says is told in one line', () => {
  const told = describeDifference({ kind: 'unknown_script', path: '/', found: 'a\n\tb()' })
  expect(told).toBe('/: names or holds code that is not in the release: a b()')
  const at = '2026-11-26T00:00:00.000Z'
  const differences = Array.from({ length: 7 }, (_, n) => ({ kind: 'no_answer', path: `/${n}` }) as const)
  const seen = { origin: 'https://drop.example', at, version: '1.2.3', ok: false, differences }
  expect(describeBriefly(seen)).toBe(`${at}  https://drop.example  1.2.3  differs at /0, /1, /2, /3, /4, 2 more`)
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
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('nothing in a request tells that it is a check, and it is what a browser asks', async () => {
  const { visit, leave } = makeVisitor()
  asked.length = 0
  for (const way of ['document', 'link', 'frame', 'script', 'worker', 'style', 'image'] as const)
    await visit(`${url}/br`, way)
  leave()
  const fields = asked.map(({ headers }) => headers)
  const names = asked.map(({ rawHeaders }) =>
    rawHeaders
      .filter((_, at) => at % 2 === 0)
      .slice(0, 6)
      .join(),
  )
  expect(new Set(names)).toEqual(new Set(['Host,User-Agent,Accept,Accept-Language,Accept-Encoding,Connection']))
  expect(fields.map((each) => [each['sec-fetch-dest'], each['sec-fetch-mode']])).toEqual([
    ['document', 'navigate'],
    ['document', 'navigate'],
    ['iframe', 'navigate'],
    ['script', 'cors'],
    ['worker', 'same-origin'],
    ['style', 'cors'],
    ['image', 'no-cors'],
  ])
  for (const each of fields) {
    expect(each['user-agent']).toMatch(/^Mozilla\/5\.0 .* Firefox\//)
    expect(each['accept-language']).toBe('en-US,en;q=0.5')
    expect(JSON.stringify(each)).not.toMatch(/sealdrop|node|undici|verify|curl/i)
  }
})

test('a server that answers a worker otherwise than a script is seen', async () => {
  const files = ['/', '/kdf.js'].map((path) => {
    const contents = path === '/' ? 'page' : 'work'
    const sha256 = createHash('sha256').update(contents).digest('hex')
    return { path, sha256, bytes: 4, headers: path === '/' ? {} : { 'Content-Type': 'text/javascript' } }
  })
  const visitor = makeVisitor()
  const { differences } = await observe(url, { version: '1.2.3', files }, visitor, Date.now())
  visitor.leave()
  expect(differences.map(({ kind, path }) => [kind, path])).toEqual([['bytes', '/kdf.js']])
})

test.for([
  ['answers who comes by a link otherwise than who types the address', '/linked', 'bytes'],
  ['names a second media type, which a browser would take', '/twice', 'header_differs'],
  ['says of the right bytes that they are packed, so that no browser can read them', '/unpacked', 'header_unexpected'],
] as const)('a server that %s is seen', async ([, path, kind]) => {
  const sha256 = createHash('sha256').update('page').digest('hex')
  const type = { 'Content-Type': 'text/html; charset=utf-8' }
  const files = [
    { path: '/', sha256, bytes: 4, headers: {} },
    { path, sha256, bytes: 4, headers: path === '/unpacked' ? {} : type },
  ]
  const visitor = makeVisitor()
  const { differences } = await observe(url, { version: '1.2.3', files }, visitor, Date.now())
  visitor.leave()
  expect(differences.filter((each) => each.kind === kind).map((each) => each.path)).toEqual([path])
})

test('a server that answers who comes by a link alone is none that cannot be reached', async () => {
  const visitor = makeVisitor()
  const files = [{ path: '/', sha256: '0'.repeat(64), bytes: 4, headers: { 'Content-Type': 'text/html' } }]
  const visit: typeof visitor.visit = (address, way) => visitor.visit(`${address}typed`, way)
  const { differences, unreachable } = await observe(url, { version: '1.2.3', files }, { visit }, Date.now())
  visitor.leave()
  expect(unreachable).toBeUndefined()
  expect(differences.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['no_answer', 'bytes']))
})

test('the coding for transport is no difference, one that is wrong is, and nothing fills the memory', async () => {
  const { visit, leave } = makeVisitor()
  const bodies = await Promise.all(['br', 'gzip', 'lie'].map((path) => visit(`${url}/${path}`, 'script')))
  expect(bodies.map(({ body }) => body.toString())).toEqual(['contents', 'contents', 'no gzip'])
  for (const path of ['bomb', 'endless'])
    expect((await visit(`${url}/${path}`, 'script')).body.length).toBeLessThanOrEqual(MAX_FILE_BYTES)
  leave()
})

test('a redirect is not followed, and half an answer is none', async () => {
  const { visit, leave } = makeVisitor()
  expect((await visit(`${url}/moved`, 'script')).status).toBe(307)
  await expect(visit(`${url}/cut`, 'script')).rejects.toThrow(/socket hang up|aborted/)
  leave()
})
