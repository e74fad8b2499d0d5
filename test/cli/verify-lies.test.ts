import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { makeVisitor } from '../../cli/verify/browse.ts'
import { BROWSERS, type Browser } from '../../cli/verify/browsers.ts'
import { observe, type Observation } from '../../cli/verify/observe.ts'

const RIGHT = Buffer.from('page')
/** The page that the server shows to everybody but its victims. */
const SERVED: readonly (readonly [path: string, type: string])[] = [
  ['/', 'text/html; charset=utf-8'],
  ['/workshop', 'text/html; charset=utf-8'],
  ['/assets/app.js', 'text/javascript; charset=utf-8'],
  ['/assets/app.css', 'text/css; charset=utf-8'],
  ['/favicon.svg', 'image/svg+xml'],
  ['/licenses.txt', 'text/plain; charset=utf-8'],
]
const FILES = SERVED.map(([path, type]) => ({
  path,
  sha256: createHash('sha256').update(RIGHT).digest('hex'),
  bytes: RIGHT.length,
  headers: { 'Content-Type': type },
}))

async function look(origin: string): Promise<Observation> {
  const visitors = BROWSERS.map(makeVisitor)
  const seen = await observe(origin, { version: '1.2.3', files: FILES }, visitors, Date.now())
  for (const visitor of visitors) visitor.leave()
  return seen
}

const LIES = [
  ['names itself Chrome', 'chrome', (headers) => /Chrome\//.test(headers['user-agent'] ?? '')],
  ['names itself Firefox', 'firefox', (headers) => /Firefox\//.test(headers['user-agent'] ?? '')],
  ['names itself Safari', 'safari', (headers) => /Version\/.*Safari\//.test(headers['user-agent'] ?? '')],
] as const satisfies readonly (readonly [string, Browser, (headers: IncomingMessage['headers']) => boolean])[]

test.for(LIES)(
  'a server that gives another byte only to who %s is found, whatever the file and the way',
  async ([, browser, isDeceived]) => {
    let lie: string | undefined
    const asked = new Set<string>()
    const liar = createServer(({ headers, url = '' }, response) => {
      const errand = `${url} ${headers['sec-fetch-dest']} ${headers['sec-fetch-site']}`
      if (isDeceived(headers)) asked.add(errand)
      response.setHeader('Content-Type', SERVED.find(([path]) => path === url)?.[1] ?? '')
      response.end(isDeceived(headers) && errand === lie ? 'pagf' : RIGHT)
    })
    await new Promise<void>((resolve) => liar.listen(0, 'localhost', resolve))
    const origin = `http://localhost:${(liar.address() as AddressInfo).port}`
    expect((await look(origin)).ok).toBe(true)
    expect(asked.size).toBeGreaterThan(SERVED.length)
    for (const errand of asked) {
      lie = errand
      const { ok, differences } = await look(origin)
      const found = differences.map(({ as, kind, path }) => ({ as, kind, path }))
      const [path] = errand.split(' ')
      expect({ errand, ok, found }).toEqual({ errand, ok: false, found: [{ as: [browser], kind: 'bytes', path }] })
    }
    liar.closeAllConnections()
    liar.close()
  },
)
