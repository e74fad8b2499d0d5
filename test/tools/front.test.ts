import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PROBLEM_TYPE } from '#protocol/error.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import { openFront, type FrontSettings } from '../../tools/serve/front.ts'
import { Lanes } from '../../tools/serve/lanes.ts'

test('a drop that the worker hangs up on unread, and would take when it is asked again, is answered and not left waiting for its body', async () => {
  const heads: string[] = []
  const port = await frontOf((socket) => {
    // Like workerd: it does not read the body of a refused request, and its answer is lost with the connection.
    if (heads.push('') === 1) return void socket.destroy()
    socket.on('data', (chunk: Buffer) => (heads[1] += chunk.toString('latin1')))
    // This runtime waits for the whole body, and answers when no more can arrive.
    socket.once('end', () => socket.end(BOX_FULL))
  })
  const body = Buffer.alloc(1_000_000, 7)
  const answer = await fetch(`http://localhost:${port}/v1/drops`, { method: 'POST', body })
  expect([answer.status, await answer.text()]).toEqual([PROBLEMS.box_full.status, PROBLEM])
  expect(heads[1]).toMatch(/^POST \/v1\/drops HTTP\/1\.1\r\n/)
  expect(heads[1]).toMatch(/\r\n\r\n$/)
})

test('a failure on a full disk is answered with a time to come back, and not as a fault', async () => {
  const internal = '{"type":"http://localhost/problems/internal"}'
  const head = `HTTP/1.1 500 Internal\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${internal.length}`
  let isFull = true
  const noticed: string[] = []
  const port = await frontOf(
    (socket) => socket.once('data', () => socket.end(`${head}\r\nConnection: close\r\n\r\n${internal}`)),
    { isFull: () => isFull, notice: (code) => noticed.push(code) },
  )
  const revoke = (): Promise<Response> =>
    fetch(`http://localhost:${port}/v1/drops/revoke`, { method: 'POST', body: '' })
  const answer = await revoke()
  expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5'])
  expect(await answer.json()).toMatchObject({ type: expect.stringContaining('try_later') })
  expect(noticed).toEqual([])
  isFull = false
  expect((await revoke()).status).toBe(500)
  expect(noticed).toEqual(['internal'])
})

const PROBLEM = '{"type":"/problems/box_full"}'
const BOX_FULL = [
  `HTTP/1.1 ${PROBLEMS.box_full.status} Full`,
  `Content-Type: ${PROBLEM_TYPE}`,
  `Content-Length: ${PROBLEM.length}`,
  'Connection: close',
  '',
  PROBLEM,
].join('\r\n')

/** Starts a front before a runtime that the test controls. @returns its port */
async function frontOf(runtime: (socket: Socket) => void, changed: Partial<FrontSettings> = {}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-front-'))
  const socketPath = join(folder, 'socket')
  const behind = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    runtime(socket)
  })
  await new Promise<void>((listening) => behind.listen(socketPath, listening))
  const lanes = new Lanes()
  const front = await openFront({
    host: 'localhost',
    port: 0,
    origin: 'http://localhost',
    runtime: () => socketPath,
    lanes,
    reserveSpace: () => () => {},
    isFull: () => false,
    notice: () => {},
    ...changed,
  })
  onTestFinished(() => {
    front.close()
    lanes.close()
    behind.close()
    rmSync(folder, { recursive: true })
  })
  return front.port
}
