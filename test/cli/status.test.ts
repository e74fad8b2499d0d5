import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { DROP_ID_FIELD } from '#protocol/api.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { PROBLEM_TYPE } from '#protocol/error.ts'
import { problemFor } from '#protocol/problem.ts'
import { formatDropId } from '#protocol/id.ts'
import { timeLimited } from '../../cli/network/connect.ts'
import { transport } from '../../cli/network/transport.ts'
import { keepTicket } from '../../cli/sent/tickets.ts'

const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))

test('a server that cannot be reached is waited for once, however many drops it has', async () => {
  const asked = new Set<unknown>()
  const origin = await serve((request) => {
    asked.add(request.headers[DROP_ID_FIELD.toLowerCase()])
    request.socket.destroy()
  })
  const home = mkdtempSync(join(tmpdir(), 'sealdrop-status-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('SEALDROP_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const names = [1, 2, 3].map((each) => keepTicket({ ticket: ticketOf(origin, each), seed: new Uint8Array(32) }))
  const failed = promisify(execFile)(process.execPath, [BUILT, 'status'])
  const stderr = names
    .map((name) => `sealdrop: ${name}: the server at ${origin} cannot be reached: the connection was broken off\n`)
    .join('')
  await expect(failed).rejects.toMatchObject({ code: 5, stdout: '', stderr })
  expect(asked.size).toBe(1)
})

test('a server that lets its answer drip keeps nobody waiting for ever', async () => {
  const origin = await serve((_, response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  })
  const exchange = { method: 'GET', url: origin, fields: {} } as const
  await expect(timeLimited(300, transport)(exchange)).rejects.toThrow(/aborted/)
  const stop = new AbortController()
  const stopped = timeLimited(60_000, transport)({ ...exchange, signal: stop.signal })
  stop.abort()
  // Before a connection: the person who asks can be sure of that.
  await expect(stopped).rejects.toThrow('nothing went out')
})

test.for([
  ['forty days ahead', 40, 1, 'unknown to the server, though it has not expired'],
  ['twenty years ahead', 7_305, 1, 'unknown to the server, though it has not expired'],
  ['forty days behind', -40, -1, 'expired '],
  ['right', 0, -1, 'expired '],
] as const)(
  'why a drop is not there any more is told by the server’s time, where the clock is %s',
  async ([, days, left, said]) => {
    const origin = await serve((request, response) => {
      const { status, ...problem } = problemFor('gone', `http://${request.headers.host}`)
      response.writeHead(status, { 'Content-Type': PROBLEM_TYPE }).end(JSON.stringify({ ...problem, status }))
    })
    const home = mkdtempSync(join(tmpdir(), 'sealdrop-status-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    vi.stubEnv('SEALDROP_HOME', home)
    onTestFinished(() => void vi.unstubAllEnvs())
    keepTicket({
      ticket: { ...ticketOf(origin, 1), expiresAtMs: Date.now() + left * 3_600_000 },
      seed: new Uint8Array(32).fill(1),
    })
    const skew = `data:text/javascript,const{now}=Date;Date.now=()=>now()+${days}*86400000`
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', skew, BUILT, 'status'])
    expect(stdout).toContain(said)
  },
)

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  const address = server.address()
  return `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`
}

/** Of a drop that waits. */
function ticketOf(origin: string, each: number): Parameters<typeof keepTicket>[0]['ticket'] {
  const dropId = formatDropId(new Uint8Array(16).fill(each))
  const opened = toBase64url(new Uint8Array(32))
  const times = { sealedAtMs: Date.now(), expiresAtMs: Date.now() + 86_400_000 }
  return { v: 1, origin, dropId, opened, ...times, reads: 1, needsPassphrase: false }
}
