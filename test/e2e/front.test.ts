// The server's answers to requests that no client of ours sends, byte for byte as they may be written on a socket.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseProblemCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import { formatTerms } from '#protocol/terms.ts'
import { configWith, startServer, type Server } from '../tools/server.ts'
import { send } from './support/people.ts'

let server: Server
/** A create that the server would accept. */
let create: string
const home = mkdtempSync(join(tmpdir(), 'sealdrop-front-'))
beforeAll(async () => {
  server = await startServer({ config: configWith(home) })
  await using other = await startServer()
  const { sealed } = await send(other.url, { text: 'never deposited here' })
  const body = Buffer.from(await sealed.sealPart(0)).toString('latin1')
  const fields = [
    `Drop-Id: ${sealed.dropId}`,
    `Drop-Terms: ${formatTerms(sealed.terms)}`,
    `Content-Length: ${body.length}`,
  ]
  create = `${fields.join('\r\n')}\r\n\r\n${body}`
})
afterAll(async () => {
  await server.close()
  rmSync(home, { recursive: true })
})

test.for<[name: string, head: () => string, code: keyof typeof PROBLEMS]>([
  [
    'a field that has another path taken for the path',
    () => `POST /static/logo.svg HTTP/1.1\r\n${host()}MF-Original-URL: ${server.url}/v1/drops\r\n`,
    'bad_request',
  ],
  ...[
    'MF-Original-URL',
    'MF-CF-Blob',
    'MF-Proxy-Shared-Secret',
    'MF-Route-Override',
    'MF-Disable-Pretty-Error',
    'MF-Access-Blob',
    'MF-Original-Hostname',
    'MF-Op',
    'MF-Op-Secret',
    'MF-Loopback-Secret',
    'MF-Custom-Fetch-Service',
    'MF-Something-New',
    'mf-cf-blob',
    'X-Mf-Additional-Response-Log',
  ].map((name): [string, () => string, 'bad_request'] => [
    `the field ${name}`,
    () => `POST /v1/drops HTTP/1.1\r\n${host()}${name}: x\r\n`,
    'bad_request',
  ]),
  ...[
    '/cdn-cgi/local/r2/public/r2/KEY',
    '/cdn-cgi/local/r2/s3',
    '/cdn-cgi/local/platform-proxy',
    '/cdn-cgi/local/explorer',
    '/cdn-cgi/local/scheduled',
    '/cdn-cgi/handler/scheduled',
    '/cdn-cgi',
    '//cdn-cgi/local/r2/public/r2/KEY',
    '/./cdn-cgi/local',
    '/v1/../cdn-cgi/local',
    '/CDN-CGI/local',
    '/%63dn-cgi/local',
    '/%2563dn-cgi/local',
    '/cdn-cgi%2Flocal',
    '\\cdn-cgi\\local',
  ].map((path): [string, () => string, keyof typeof PROBLEMS] => [
    `the path ${path}`,
    () => `POST ${path} HTTP/1.1\r\n${host()}`,
    path.startsWith('/') ? 'not_found' : 'bad_request',
  ]),
  ['two Host fields', () => `POST /v1/drops HTTP/1.1\r\n${host()}Host: other.example\r\n`, 'bad_request'],
  ['two Host fields that are the same', () => `POST /v1/drops HTTP/1.1\r\n${host()}${host()}`, 'bad_request'],
  ['no Host', () => 'POST /v1/drops HTTP/1.1\r\n', 'bad_request'],
  ['an empty Host', () => 'POST /v1/drops HTTP/1.1\r\nHost:\r\n', 'bad_request'],
  ['a Host with a path', () => 'POST /v1/drops HTTP/1.1\r\nHost: localhost/v1\r\n', 'bad_request'],
  ['a Host with a user name', () => `POST /v1/drops HTTP/1.1\r\nHost: a@${authority()}\r\n`, 'bad_request'],
  ['another Host', () => 'POST /v1/drops HTTP/1.1\r\nHost: other.example\r\n', 'wrong_origin'],
  ['another host in absolute form', () => `POST http://other.example/v1/drops HTTP/1.1\r\n${host()}`, 'wrong_origin'],
  [
    'an absolute form with a user',
    () => `POST http://a:b@${authority()}/v1/drops HTTP/1.1\r\n${host()}`,
    'bad_request',
  ],
  [
    'an absolute form of another scheme',
    () => `POST ftp://${authority()}/v1/drops HTTP/1.1\r\n${host()}`,
    'bad_request',
  ],
  ['HTTP/1.0 without Host', () => 'POST /v1/drops HTTP/1.0\r\n', 'bad_request'],
  ['OPTIONS *', () => `OPTIONS * HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['POST *', () => `POST * HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['a target without a slash', () => `POST v1/drops HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['a target in UTF-8', () => `POST /v1/drops?\u00E4 HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['CONNECT', () => `CONNECT other.example:443 HTTP/1.1\r\n${host()}`, 'method_not_allowed'],
  ['TRACE', () => `TRACE /v1/drops HTTP/1.1\r\n${host()}`, 'method_not_allowed'],
  ['PROPFIND', () => `PROPFIND /v1/drops HTTP/1.1\r\n${host()}`, 'method_not_allowed'],
  ['M-SEARCH', () => `M-SEARCH / HTTP/1.1\r\n${host()}`, 'method_not_allowed'],
  ['DELETE', () => `DELETE /v1/drops HTTP/1.1\r\n${host()}`, 'method_not_allowed'],
  ['an unknown method', () => `DROP /v1/drops HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['a method in small letters', () => `post /v1/drops HTTP/1.1\r\n${host()}`, 'bad_request'],
  ['bytes that are no HTTP', () => 'hello\r\n', 'bad_request'],
  ['the beginning of TLS', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 'bad_request'],
  ['HTTP/2 with prior knowledge', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n', 'bad_request'],
  ['HTTP/3.0', () => `POST /v1/drops HTTP/3.0\r\n${host()}`, 'bad_request'],
  ['a folded field', () => `POST /v1/drops HTTP/1.1\r\n${host()}X: a\r\n b\r\nBad Name: x\r\n`, 'bad_request'],
  ['a space before the colon', () => `POST /v1/drops HTTP/1.1\r\n${host()}X : a\r\n`, 'bad_request'],
  ['a field of 20,000 bytes', () => `POST /v1/drops HTTP/1.1\r\n${host()}X: ${'x'.repeat(20_000)}\r\n`, 'too_large'],
  ['a target of 20,000 bytes', () => `POST /${'x'.repeat(20_000)} HTTP/1.1\r\n${host()}`, 'too_large'],
  ['4,000 fields', () => `POST /v1/drops HTTP/1.1\r\n${host()}${'a: bcd\r\n'.repeat(4_000)}`, 'too_large'],
  ['a length and chunks', () => `POST /v1/drops HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n`, 'bad_request'],
  ['two lengths', () => `POST /v1/drops HTTP/1.1\r\n${host()}Content-Length: 5\r\n`, 'bad_request'],
  [
    'a body in another coding',
    () => `POST /v1/drops HTTP/1.1\r\n${host()}Transfer-Encoding: gzip, chunked\r\n`,
    'bad_request',
  ],
  ['an unknown expectation', () => `POST /v1/drops HTTP/1.1\r\n${host()}Expect: miracles\r\n`, 'bad_request'],
])('%s is refused with a problem, and makes no drop', async ([, head, code]) => {
  const answer = await say(`${head()}${create}`)
  expect([answer.status, answer.type, answer.code]).toEqual([PROBLEMS[code].status, PROBLEM_TYPE, code])
  expect(answer.text).toContain('access-control-allow-origin: *')
  expect(kept()).toEqual([])
})

test.for<[name: string, request: () => string, status: number]>([
  ['an absolute form', () => `GET ${server.url}/v1/limits HTTP/1.1\r\nHost: other.example\r\n\r\n`, 200],
  ['HTTP/1.0 with Host', () => `GET /v1/limits HTTP/1.0\r\n${host()}\r\n`, 200],
  [
    'an upgrade that is not taken up',
    () => `GET /v1/limits HTTP/1.1\r\n${host()}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    200,
  ],
  [
    'h2c',
    () =>
      `GET /v1/limits HTTP/1.1\r\n${host()}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    200,
  ],
  ['GET with a body', () => `GET /v1/limits HTTP/1.1\r\n${host()}Content-Length: 5\r\n\r\nhello`, 200],
  [
    'GET with chunks',
    () => `GET /v1/limits HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    200,
  ],
  [
    'a preflight',
    () =>
      `OPTIONS /v1/drops HTTP/1.1\r\n${host()}Origin: https://other.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
    204,
  ],
  ['a POST without a length', () => `POST /v1/drops/revoke HTTP/1.1\r\n${host()}\r\n`, 400],
  [
    'two requests at once',
    () => `GET /v1/limits HTTP/1.1\r\n${host()}\r\nGET /v1/limits HTTP/1.1\r\n${host()}\r\n`,
    200,
  ],
])('%s gets its answer', async ([, request, status]) => {
  expect((await say(request())).status).toBe(status)
})

test('the answer to HEAD has no body where the request is refused', async () => {
  const { code, status, text } = await say(`HEAD /cdn-cgi/x HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`)
  expect([status, code, text.endsWith('\r\n\r\n')]).toEqual([404, undefined, true])
})

test('the same create with nothing odd in it is accepted', async () => {
  expect((await say(`POST /v1/drops HTTP/1.1\r\n${host()}${create}`)).status).toBe(201)
  expect(kept().length).toBe(1)
})

function authority(): string {
  return new URL(server.url).host
}

function host(): string {
  return `Host: ${authority()}\r\n`
}

interface Said {
  readonly status: number
  readonly type: string | undefined
  readonly code: string | undefined
  /** As it came, with field names in lower case. */
  readonly text: string
}

/** Writes bytes on a connection of its own, and reads until the first answer is whole or the server hangs up. */
function say(bytes: string): Promise<Said> {
  return new Promise((done, fail) => {
    let text = ''
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const finish = (): void => {
      socket.destroy()
      const [, status = '0'] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? []
      const [, type] = /^content-type: (.*)\r$/im.exec(text) ?? []
      const body = text.slice(text.indexOf('\r\n\r\n') + 4)
      const code = body.startsWith('{"type"')
        ? parseProblemCode((JSON.parse(body) as { type: string }).type)
        : undefined
      done({ status: Number(status), type, code, text: text.replace(/^[\w-]+(?=:)/gm, (name) => name.toLowerCase()) })
    }
    socket.setTimeout(60_000, () => fail(new Error(`no answer: ${text}`)))
    socket.once('error', (error) => (text === '' ? fail(error) : finish()))
    socket.once('end', finish)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const [, length = '0'] = /^content-length: (\d+)\r$/im.exec(text) ?? []
      if (text.length >= end + 4 + Number(length)) finish()
    })
    socket.write(bytes, 'latin1')
  })
}

/** The files of ciphertext in the server's folder. */
function kept(): string[] {
  const state = join(server.data, 'state')
  return readdirSync(state, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes('/blobs/') && statSync(join(state, path)).isFile(),
  )
}
