import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AUTHORITY, EXPIRED, RIGHT, SELF_SIGNED, WRONG_NAME, type Certificate } from '../tools/certificates.ts'
import { writeProgram } from '../tools/program.ts'
import { startHttpProxy, startSocksProxy, type ThirdProxy } from '../tools/proxies.ts'

const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))

let folder: string
let authority: string
let manifest: string
/** The requests of a client as a server behind a proxy sees them. */
const comers = new Set<number>()
const closing: (() => void)[] = []
let plain: number
let secure: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-network-'))
  authority = join(folder, 'authority.pem')
  writeFileSync(authority, AUTHORITY)
  await writeProgram(ASK, join(folder, 'ask.mjs'))
  manifest = join(folder, 'manifest.json')
  const files = [{ path: '/', sha256: '0'.repeat(64), bytes: 1, headers: {} }]
  writeFileSync(manifest, JSON.stringify({ v: 1, version: '1', files }))
  const answer: RequestListener = (incoming, outgoing) => {
    comers.add(incoming.socket.remotePort ?? 0)
    incoming.resume().on('end', () => outgoing.end(`${incoming.method} ${incoming.url}`))
  }
  plain = await listen(createHttpServer(answer))
  secure = await listen(createHttpsServer(RIGHT, answer))
})
afterAll(() => {
  for (const close of closing) close()
  rmSync(folder, { recursive: true })
})

const PASSWORD = { user: 'somebody', password: 'swordfish' }

test.for([
  ['HTTPS_PROXY', 'http', 'https:', 'CONNECT drop.test:443'],
  ['https_proxy', 'http', 'https:', 'CONNECT drop.test:443'],
  ['ALL_PROXY', 'http', 'https:', 'CONNECT drop.test:443'],
  ['HTTP_PROXY', 'http', 'http:', 'PUT http://drop.test/x'],
  ['http_proxy', 'http', 'http:', 'PUT http://drop.test/x'],
  ['ALL_PROXY', 'socks5h', 'https:', 'SOCKS name drop.test:443'],
  ['all_proxy', 'socks5', 'https:', 'SOCKS name drop.test:443'],
  ['HTTPS_PROXY', 'socks', 'https:', 'SOCKS name drop.test:443'],
  ['HTTP_PROXY', 'socks5h', 'http:', 'SOCKS name drop.test:80'],
] as const)(
  '%s over %s is asked for an %s server by its name, and nobody connects directly',
  async ([name, kind, scheme, asked]) => {
    await using proxy = await startThirdProxy(kind, scheme)
    const env = { SSL_CERT_FILE: authority, [name]: `${kind}://somebody:swordfish@127.0.0.1:${proxy.port}` }
    comers.clear()
    expect(await ask(`${scheme}//drop.test/x`, env, { method: 'PUT', length: 300_000 })).toEqual({
      status: 200,
      body: 'PUT /x',
    })
    expect(proxy.asked).toEqual([asked])
    expect([...comers].filter((port) => !proxy.ways.has(port))).toEqual([])
    expect(comers.size).toBe(1)
  },
)

test('what NO_PROXY names is asked directly', async () => {
  await using proxy = await startThirdProxy('http', 'http:')
  const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'example.org,localhost' }
  expect(await ask(`http://localhost:${plain}/x`, env)).toEqual({ status: 200, body: 'GET /x' })
  expect(proxy.asked).toEqual([])
})

test.for([
  ['http', 'http://127.0.0.1:1', 'cannot be reached: connection refused'],
  ['http', 'http://proxy.invalid:1', 'cannot be reached: name not found'],
  ['http', 'http://somebody:wrong@', 'wants a user and a password, or others'],
  ['http', 'http://somebody:swordfish@', 'does not connect to the server: it answers 502'],
  ['socks5h', 'socks5h://127.0.0.1:1', 'cannot be reached: connection refused'],
  ['socks5h', 'socks5h://proxy.invalid:1', 'cannot be reached: name not found'],
  ['socks5h', 'socks5h://somebody:wrong@', 'wants a user and a password, or others'],
  ['socks5h', 'socks5h://somebody:swordfish@', 'could not connect to the server: it cannot be found or reached'],
] as const)('a fault of the proxy is told as its own: %s %s', async ([kind, named, why]) => {
  await using proxy = await startThirdProxy(kind, 'https:')
  const url = named.endsWith('@') ? `${named}127.0.0.1:${proxy.port}` : named
  const shown = url.replace(/\/\/.*@/, '//')
  const { trouble } = await ask('https://unknown.test/', { ALL_PROXY: url })
  expect(trouble).toMatchObject({ why, proxy: shown })
  const { code, stderr } = await verify(['https://unknown.test', '--as', 'firefox', '--proxy', url])
  expect([code, stderr]).toEqual([5, expect.stringContaining(`sealdrop: the proxy at ${shown} ${why}\n`)])
  expect(stderr).not.toMatch(/swordfish|wrong@|somebody:/)
})

test('a proxy that cannot be used is told before anyone is asked, and its password is not', async () => {
  for (const text of ['socks4://u:swordfish@127.0.0.1', 'http://u:swordfish@127.0.0.1/x']) {
    for (const [args, env] of [
      [['--proxy', text], {}],
      [[], { ALL_PROXY: text }],
    ] as const) {
      const { code, stderr } = await run(
        ['return', '--code-file', '-', '--server', 'https://drop.invalid', ...args],
        env,
        CODE,
      )
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^sealdrop: the proxy that .* names cannot be used\n/)])
      expect(stderr).not.toContain('swordfish')
    }
  }
})

test('verify asks in every browser’s place through the proxy', async () => {
  await using proxy = await startThirdProxy('socks5h', 'http:')
  const url = `socks5h://somebody:swordfish@127.0.0.1:${proxy.port}`
  comers.clear()
  const { code, stdout } = await verify(['http://drop.test', '--proxy', url])
  expect([code, stdout]).toEqual([6, expect.stringContaining('/')])
  expect(new Set(proxy.asked)).toEqual(new Set(['SOCKS name drop.test:80']))
  expect([...comers].filter((port) => !proxy.ways.has(port))).toEqual([])
})

test.for([
  ['self-signed', SELF_SIGNED, 'its certificate is not trusted (self-signed)'],
  [
    'of an unknown authority',
    RIGHT,
    'its certificate is not trusted (of an authority that this computer does not know)',
  ],
  ['expired', EXPIRED, 'its certificate has expired'],
  ['for another name', WRONG_NAME, 'its certificate is for another name'],
] as const)(
  'a certificate that is %s is told apart from a server that is not there',
  async ([kind, certificate, why]) => {
    const port = await listen(secureServer(certificate))
    const env = kind === 'of an unknown authority' ? {} : { SSL_CERT_FILE: authority }
    const { trouble } = await ask(`https://localhost:${port}/`, env)
    expect(trouble).toMatchObject({ why })
    const { code, stderr } = await verify([`https://localhost:${port}`, '--as', 'safari'], env)
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/^sealdrop: the server at https:\/\/localhost:\d+ cannot be reached: its/),
    ])
    expect(stderr).toMatch(/\nsealdrop: hint: /)
  },
)

test.for([
  ['https://localhost:1/', 'connection refused'],
  ['https://drop.invalid/', 'name not found'],
])('%s: %s', async ([url = '', why]) => {
  expect(await ask(url)).toMatchObject({ trouble: { why } })
})

test('a server that does not speak HTTPS, or only HTTPS, is told as that', async () => {
  expect((await ask(`https://localhost:${plain}/`)).trouble?.why).toBe('it does not speak HTTPS there')
  expect((await ask(`http://localhost:${secure}/`)).trouble?.why).toMatch(/it does not speak HTTP there|was broken off/)
})

test.for(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])(
  '%s has its authority trusted, and a file that is not there is told',
  async (name) => {
    expect(await ask(`https://localhost:${secure}/x`, { [name]: authority })).toEqual({ status: 200, body: 'GET /x' })
    const { code, stderr } = await verify([`https://localhost:${secure}`], { [name]: join(folder, 'missing.pem') })
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`sealdrop: cannot read the certificates that ${name} names: no such file or folder: `),
    ])
  },
)

test('nothing turns the check of certificates off, directly or through a proxy', async () => {
  await using proxy = await startThirdProxy('socks5h', 'https:')
  const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const through = { ...off, ALL_PROXY: `socks5h://somebody:swordfish@127.0.0.1:${proxy.port}` }
  for (const [url, env] of [
    [`https://localhost:${secure}/`, off],
    ['https://drop.test/', through],
  ] as const) {
    expect((await ask(url, env)).trouble?.why).toMatch(/^its certificate is not trusted/)
  }
})

interface Asked {
  readonly status?: number
  readonly body?: string
  readonly trouble?: { readonly why: string; readonly proxy?: string }
}

/** Asks as the command does, in a process of its own: what is trusted is read once. */
async function ask(url: string, env: Environment = {}, more: Readonly<Record<string, unknown>> = {}): Promise<Asked> {
  const { stdout, stderr } = await execute([join(folder, 'ask.mjs'), url, JSON.stringify(more)], env)
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Asked
}

/** The words that a person types. */
function run(args: readonly string[], env: Environment = {}, input = ''): Promise<Done> {
  return execute([BUILT, ...args], env, input)
}

/** Looks at a server in the place of browsers. */
function verify(args: readonly string[], env: Environment = {}): Promise<Done> {
  return run(['verify', '--manifest', manifest, ...args], env)
}

type Environment = Readonly<Record<string, string>>

interface Done {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function execute(args: readonly string[], env: Environment, input = ''): Promise<Done> {
  const { HOME = '', PATH = '' } = process.env
  const all = { HOME, PATH, SEALDROP_HOME: join(folder, 'home'), ...env }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...args], { env: all }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

function startThirdProxy(kind: string, scheme: string): Promise<ThirdProxy> {
  const order = { names: { 'drop.test': scheme === 'https:' ? secure : plain }, credentials: PASSWORD }
  return kind === 'http' ? startHttpProxy(order) : startSocksProxy(order)
}

function secureServer({ key, cert }: Certificate): Server {
  return createHttpsServer({ key, cert }, (_, outgoing) => outgoing.end())
}

async function listen(server: Server): Promise<number> {
  server.listen(0, 'localhost')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const ASK = `
  import { transport } from './cli/network/transport.ts'
  import { explainTrouble } from './cli/network/fault.ts'
  process.removeAllListeners('warning')
  const [url, more] = process.argv.slice(2)
  const { method = 'GET', length } = JSON.parse(more)
  try {
    const bytes = length === undefined ? {} : { body: new Uint8Array(length) }
    const answer = await transport({ method, url, fields: {}, ...bytes })
    console.log(JSON.stringify({ status: answer.status, body: Buffer.from(answer.body).toString() }))
  } catch (error) {
    console.log(JSON.stringify({ trouble: explainTrouble(error) ?? { why: String(error) } }))
  }
  process.exit()
`

const CODE = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about'
