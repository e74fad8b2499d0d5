import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CROSS_ORIGIN_HEADERS } from '#protocol/cross-origin.ts'
import { API_SECURITY_HEADERS, pageHeaders, WORKSHOP_PATH } from '#protocol/security-headers.ts'
import { PROBLEM_TYPE } from '#protocol/error.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import { integrityOf } from '../../tools/integrity.ts'
import type { ReleaseManifest } from '../../tools/manifest.ts'
import { startServer, type Server } from '../tools/server.ts'
import { sealdrop } from './support/command.ts'

test('a drop outlives a power cut between send and open', async () => {
  await using own = await startServer()
  const link = await sealdrop(own, ['send'], 'kept')
  await own.kill()
  await own.start()
  expect(await sealdrop(own, ['open', '-'], link)).toBe('kept')
})

test('a server that is killed alone leaves nothing that stops the next one on the same port', async () => {
  await using own = await startServer()
  const { server: pid, runtime } = processesOf(own)
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isRunning(pid)).toBe(false)
  expect(isRunning(runtime)).toBe(true)
  await using next = await startServer({ data: own.data, port: Number(new URL(own.url).port) })
  expect(isRunning(runtime)).toBe(false)
  expect((await fetch(next.url)).status).toBe(200)
})

test('a folder with a server running on it is refused with a sentence', async () => {
  await using own = await startServer()
  await expect(startServer({ data: own.data })).rejects.toThrow(/already running on .* \(process \d+\)\.$/m)
  expect((await fetch(own.url)).status).toBe(200)
})

test('another process with the number of a server that is gone does not stop the next one', async () => {
  await using own = await startServer()
  await using other = await startServer()
  await own.kill()
  const note = join(own.data, 'server.json')
  const last = JSON.parse(readFileSync(note, 'utf8')) as Record<string, unknown>
  writeFileSync(note, JSON.stringify({ ...last, server: processesOf(other).server }))
  await own.start()
  expect((await fetch(own.url)).status).toBe(200)
  expect((await fetch(other.url)).status).toBe(200)
})

test('a data folder open to others is shut', async () => {
  await using own = await startServer()
  await own.stop()
  chmodSync(own.data, 0o755)
  await own.start()
  expect(statSync(own.data).mode & 0o777).toBe(0o700)
})

test('a folder that holds other things and is open to others is refused with a sentence, and left as it is', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sealdrop-shared-'))
  try {
    writeFileSync(join(data, 'theirs'), '')
    chmodSync(data, 0o755)
    await expect(startServer({ data })).rejects.toThrow('holds theirs and can be entered by others')
    expect([statSync(data).mode & 0o777, readdirSync(data)]).toEqual([0o755, ['theirs']])
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

test('PORT= is the usual port, not any', async () => {
  const holder = createServer()
  await new Promise<void>((done) => {
    // A program that has the port already holds it just as well.
    holder.once('error', () => done()).listen(8787, '127.0.0.1', done)
  })
  const data = mkdtempSync(join(tmpdir(), 'sealdrop-port-'))
  try {
    const env = { ...process.env, PORT: '', SEALDROP_DATA: data }
    const started = promisify(execFile)(process.execPath, [SERVE, '--no-build'], { env, timeout: 120_000 })
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Port 8787 is taken') })
  } finally {
    holder.close()
    rmSync(data, { recursive: true, force: true })
  }
})

test('a port that is taken is refused with a sentence', async () => {
  await using own = await startServer()
  const { port } = new URL(own.url)
  await expect(startServer({ port: Number(port) })).rejects.toThrow(`Port ${port} is taken by another program`)
})

test('Ctrl-C ends it without a failure, and nothing is left running', async () => {
  await using own = await startServer()
  const processes = Object.values(processesOf(own))
  expect(processes.map(isRunning)).toEqual([true, true])
  await own.stop()
  expect(processes.map(isRunning)).toEqual([false, false])
  await expect(fetch(own.url)).rejects.toThrow('fetch failed')
})

test('Ctrl-C at the very moment of “Sealdrop is running” ends it as well', async () => {
  await using own = await startServer()
  for (let round = 0; round < 5; round += 1) {
    await own.stop()
    await own.start()
  }
  expect((await fetch(own.url)).status).toBe(200)
})

test('it prints one line, whatever requests come', async () => {
  await using own = await startServer()
  for (const path of ['/', '/nothing?secret=1', '/v1/drops', '/problems/gone', '/%00', '/../x'])
    await fetch(`${own.url}${path}`)
  await fetch(`${own.url}/v1/drops`, { method: 'POST', body: 'x' })
  await own.stop()
  expect(own.printed()).toBe(`Sealdrop is running at ${own.url}\n`)
})

test('behind a proxy it answers to the proxy’s name, and to no other', async () => {
  await using own = await startServer({ origin: 'https://drop.example' })
  const ask = async (host: string): Promise<number> =>
    new Promise((done, fail) => {
      const asked = request(`${own.url}/v1/drops/status`, { headers: { Host: host, 'Drop-Id': 'A'.repeat(22) } })
      asked.once('response', (answer) => done(answer.resume().statusCode ?? 0)).once('error', fail)
      asked.end()
    })
  expect(await ask('drop.example')).toBe(404)
  expect(await ask(new URL(own.url).host)).toBe(404)
  expect(await ask('other.example')).toBe(421)
})

test('an invalid origin is refused with a sentence', async () => {
  await expect(startServer({ origin: 'drop.example' })).rejects.toThrow('which is no origin')
})

// From here on one server is enough: no test changes anything on it.
let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('it answers on this machine to both of its names, and to no other', async () => {
  const { port } = new URL(server.url)
  for (const host of ['localhost', '127.0.0.1']) expect((await fetch(`http://${host}:${port}/`)).status).toBe(200)
  const others = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal }) => !internal)
  for (const { address, family } of others.filter(({ scopeid }) => !scopeid)) {
    const host = family === 'IPv6' ? `[${address}]` : address
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow('fetch failed')
  }
})

test.for(['/', WORKSHOP_PATH, '/problems/gone', '/licenses.txt', '/nothing', '/v1/nothing'])(
  '%s carries the security headers of its kind',
  async (path) => {
    const { headers } = await fetch(server.url + path)
    // The worker, which has no page, answers these.
    const ours = path.startsWith('/v1/') || path === '/nothing'
    const expected = ours ? { ...API_SECURITY_HEADERS, ...CROSS_ORIGIN_HEADERS } : pageHeaders(path, importMap)
    for (const [name, value] of Object.entries(expected)) expect([name, headers.get(name)]).toEqual([name, value])
    expect(headers.has('Access-Control-Allow-Origin')).toBe(ours)
  },
)

test('scripts and style sheets carry them as well, and may be kept for ever; pages may not', async () => {
  const page = await fetch(server.url)
  expect(page.headers.get('Cache-Control')).toBe('no-cache')
  const named = [...(await page.text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].flatMap(([, path]) => path ?? [])
  expect(named.length).toBeGreaterThan(1)
  for (const path of named) {
    const { headers, status } = await fetch(server.url + path)
    expect([path, status]).toEqual([path, 200])
    expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    for (const [name, value] of Object.entries(pageHeaders(path, importMap)))
      expect([name, headers.get(name)]).toEqual([name, value])
  }
})

test('pages come compressed to clients that accept it, and are the same; answers of the API never do', async () => {
  const ask = (path: string, accepted: string): Promise<Response> =>
    fetch(server.url + path, { headers: { 'Accept-Encoding': accepted } })
  const plain = await ask('/', 'identity')
  for (const accepted of ['gzip', 'br;q=1.0, gzip;q=0.8', 'deflate, gzip']) {
    const packed = await ask('/', accepted)
    expect([accepted, packed.headers.get('Content-Encoding')]).toEqual([accepted, 'gzip'])
    expect(await packed.text()).toBe(await plain.clone().text())
  }
  expect((await ask('/', 'gzip;q=0')).headers.has('Content-Encoding')).toBe(false)
  expect((await ask('/v1/limits', 'gzip')).headers.has('Content-Encoding')).toBe(false)
  expect((await ask('/v1/nothing', 'gzip')).headers.has('Content-Encoding')).toBe(false)
})

test('every problem has the page that its type names', async () => {
  for (const [code, { title }] of Object.entries(PROBLEMS)) {
    const answer = await fetch(`${server.url}/problems/${code}`)
    expect([code, answer.status]).toEqual([code, 200])
    expect(await answer.text()).toContain(`<h1>${title}</h1>`)
  }
})

test.for([
  ['GET', '/index', 307],
  ['GET', '/index.html?a=1', 307],
  ['GET', '/workshop.html', 307],
  ['GET', '/%77orkshop', 307],
  ['GET', '/problems/gone.html', 307],
  ['POST', '/', 405],
  ['PUT', '/problems/gone', 405],
] as const)('%s %s is answered %d, with the security headers', async ([method, path, status]) => {
  const answer = await fetch(server.url + path, { method, redirect: 'manual' })
  expect(answer.status).toBe(status)
  for (const [name, value] of Object.entries(pageHeaders('/', importMap)))
    expect([name, answer.headers.get(name)]).toEqual([name, value])
})

test.for([
  ['/%23sdlink1qqqq', '/broken-link'],
  ['/sdlink1qqqq', '/broken-link'],
  ['/%2523SDLINK1QQQQ', '/broken-link'],
  ['/%EF%BC%83sdlink1qqqq', '/broken-link'],
  ['/index.html%23sdlink1qqqq.', '/broken-link'],
  ['/assets/%23sdlink1qqqq?utm_source=mail', '/broken-link'],
  ['/sdbox1qqqq', '/broken-address'],
  ['/write%23sdbox1qqqq', '/broken-address'],
  ['/%23sdin1qqqq/', '/broken-address'],
  ['/write', '/not-found'],
  ['/nothing?secret=qqqq', '/not-found'],
] as const)('for %s a person is shown the page %s, as it is, and a program a problem', async ([path, page]) => {
  const { bytes, headers, sha256 } = MANIFEST.files.find((file) => file.path === page)!
  const shown = await fetch(server.url + path, { headers: { Accept: BROWSER_ACCEPTS }, redirect: 'manual' })
  const body = Buffer.from(await shown.arrayBuffer())
  expect([shown.status, body.length, createHash('sha256').update(body).digest('hex')]).toEqual([404, bytes, sha256])
  for (const [name, value] of Object.entries({ ...headers, 'Cache-Control': 'no-store' }))
    expect([name, shown.headers.get(name)]).toEqual([name, value])
  for (const [, value] of shown.headers) expect(value).not.toContain('qqqq')
  const told = await fetch(server.url + path, { redirect: 'manual' })
  expect([told.status, told.headers.get('Content-Type')]).toEqual([404, PROBLEM_TYPE])
  expect(await told.text()).not.toMatch(/qqqq/i)
  for (const answer of [shown, told]) expect(answer.headers.get('Vary')).toContain('Accept')
})

test('the workshop is served at its own address, without a redirect', async () => {
  const answer = await fetch(server.url + WORKSHOP_PATH, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([200, 'no-cache'])
})

const BROWSER_ACCEPTS = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

const MANIFEST = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../dist/manifest.json', import.meta.url)), 'utf8'),
) as ReleaseManifest

/** The one inline script of the page, as the policy names it. */
const [, map = ''] =
  /<script type="importmap">(.*)<\/script>/.exec(
    readFileSync(fileURLToPath(new URL('../../dist/web/index.html', import.meta.url)), 'utf8'),
  ) ?? []
const importMap = `'${integrityOf(map)}'`

const SERVE = fileURLToPath(new URL('../../tools/serve.ts', import.meta.url))

/** The processes that serve a folder. */
function processesOf({ data }: Server): { server: number; runtime: number } {
  const { server: pid, runtime } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as Record<string, number>
  if (pid === undefined || runtime === undefined) throw new Error('the folder does not say who serves it')
  return { server: pid, runtime }
}

/** Whether a process exists and has not ended: a zombie has an empty command line. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}
