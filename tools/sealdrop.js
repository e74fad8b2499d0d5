#!/usr/bin/env node
// `node tools/sealdrop.js` in a clone: starts the built command line under the Node that the project brings, whatever the shell's is.
// Plain JavaScript, because an old Node must be able to read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

// As in cli/main.ts: this process waits for the other, and its arguments may be a link.
process.title = 'sealdrop'
const program = fileURLToPath(new URL('../dist/cli/sealdrop.js', import.meta.url))
const ownNode = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
const isCurrent = Number.parseInt(process.versions.node, 10) >= 24

if (!existsSync(program)) {
  console.error('sealdrop: not built yet: run npm run build')
  process.exitCode = 1
} else if (isCurrent || !existsSync(ownNode)) {
  process.argv[1] = program
  await import(new URL('../dist/cli/sealdrop.js', import.meta.url).href)
} else {
  const child = spawn(ownNode, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches the child by itself, since a terminal signals all of a group; a request to end is passed on.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  })
}
