// A proxy with a command behind it, so that a transcript can interrupt the command at a place that it chooses:
//
//   between PATH COUNT CONDITION SIGNAL ARGUMENTS…
//
// Runs `sealdrop ARGUMENTS…`. Requests of PATH after the first COUNT are held back until there is a file `released`. Once
// CONDITION, a shell command, succeeds, the command gets SIGNAL. Every request that is passed on is noted in the file `requests`,
// and in `answers` once the server has answered it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { constants } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

const [path, most, condition, signal, ...args] = process.argv.slice(2)
/** As it is on the path of a transcript. */
const NAME = 'sealdrop'
let passed = 0

const proxy = createServer(async (request, response) => {
  const { method, url, headers } = request
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  const { pathname, search } = new URL(url)
  const isCounted = pathname === path
  if (isCounted) {
    while (passed >= Number(most) && !existsSync('released')) await sleep(20)
    passed += 1
  }
  appendFileSync('requests', `${method} ${pathname}${search}\n`)
  const fields = { ...headers, 'accept-encoding': 'identity' }
  const asked = ask(url, { method, headers: fields }, async (answer) => {
    try {
      const body = await buffer(answer)
      appendFileSync('answers', `${method} ${pathname}${search}\n`)
      response.writeHead(answer.statusCode, answer.headers).end(body)
    } catch {
      response.destroy()
    }
  })
  asked.on('error', () => response.destroy())
  request.pipe(asked)
})
await new Promise((ready) => proxy.listen(0, 'localhost', ready))

const command = spawn(NAME, args, {
  env: { ...process.env, HTTP_PROXY: `http://localhost:${proxy.address().port}` },
  stdio: 'inherit',
})
command.once('exit', (code, by) => process.exit(code ?? 128 + constants.signals[by]))
while ((await once(spawn('/bin/sh', ['-c', condition], { stdio: 'ignore' }), 'exit'))[0] !== 0) await sleep(50)
command.kill(`SIG${signal}`)
