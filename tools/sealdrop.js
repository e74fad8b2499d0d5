#!/usr/bin/env node
// `node tools/sealdrop.js` in a clone: starts the built command line under the Node that the project brings, not under the shell's.
// Plain JavaScript, because an old Node must be able to run it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// As in cli/main.ts: this process waits for the other one, and its arguments may contain a link.
process.title = 'sealdrop'
const program = fileURLToPath(new URL('../dist/cli/sealdrop.js', import.meta.url))
const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
// Before Node 24.5 an agent uses no proxy.
const isCurrent = major > 24 || (major === 24 && minor >= 5)

if (!existsSync(program)) {
  fail('not built yet: run npm run build')
} else if (isCurrent) {
  process.argv[1] = program
  await import(new URL('../dist/cli/sealdrop.js', import.meta.url).href)
} else if (existsSync(ownNode)) {
  // By the channel the other process notices the end of this one, for whatever reason.
  const child = spawn(ownNode, [program, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
  // A terminal signals the whole group, other senders only this process. A second signal does no harm: the first ends the other.
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.once('error', () => fail(`cannot start ${ownNode}: run npm ci`))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 1
    if (signal === null) return
    for (const each of signals) process.removeAllListeners(each)
    // By the same signal, so that the shell reports it.
    process.kill(process.pid, signal)
  })
} else {
  fail(`it needs Node 24.5 or newer, and this is ${process.versions.node}: npm ci brings one`)
}

function fail(why) {
  console.error(`sealdrop: ${why}`)
  process.exitCode = 1
}
