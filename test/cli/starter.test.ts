import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const STARTER = fileURLToPath(new URL('../../tools/sealdrop.js', import.meta.url))
const OLD_NODE = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })`

test.for([
  ['SIGINT', null, 'SIGINT'],
  ['SIGINT from a terminal, to all of a group', null, 'SIGINT'],
  ['SIGTERM', null, 'SIGTERM'],
  ['SIGHUP', null, 'SIGHUP'],
  ['SIGQUIT', 131, null],
  ['SIGKILL', null, 'SIGKILL'],
] as const)('under an old Node, %s to what was started ends what goes on sending', async ([sent, code, by]) => {
  const home = mkdtempSync(join(tmpdir(), 'sealdrop-starter-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  // A server that takes what is sent and never answers: it sees how long somebody waits for it.
  const server = createServer((request) => void request.resume())
  onTestFinished(() => void server.close())
  const asked = once(server, 'request')
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${OLD_NODE}`, STARTER, 'send', '--server', url],
    { env: { PATH: process.env['PATH'], SEALDROP_HOME: home }, stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  )
  child.stdin.end('hi')
  const ended = once(child, 'exit')
  const [request] = (await asked) as [{ readonly socket: NodeJS.EventEmitter }]
  const left = once(request.socket, 'close')
  const [signal = '', ...toGroup] = sent.split(' ')
  const { pid = 0 } = child
  process.kill(toGroup.length === 0 ? pid : -pid, signal)
  expect(await ended).toEqual([code, by])
  await left
})
