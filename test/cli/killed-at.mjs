// Preloaded: kills the process before its n-th call that changes a disk, so that nothing of it tidies up.
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

let left = Number.POSITIVE_INFINITY

/** From now on. */
globalThis.arm = () => (left = Number(process.env.KILL_AT))

function dying(call) {
  return (...args) => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL')
    return call(...args)
  }
}

for (const name of [
  'openSync',
  'writeFileSync',
  'linkSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
  'mkdirSync',
  'rmdirSync',
])
  fs[name] = dying(fs[name])
for (const name of ['open', 'rename', 'unlink', 'rm']) promises[name] = dying(promises[name])
syncBuiltinESMExports()
