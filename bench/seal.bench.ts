// Sealing and opening a large file in Node, beside what others do. `npm run bench:seal`. Ends with 1 if a promise is missed.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { randomFillSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPeers } from './peers.ts'
import { judge, paceOf, printResults, race, type Act, type Lap } from './race.ts'

const MEBIBYTES = Number(process.env['BENCH_MIB'] ?? 256)
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const CONTESTANTS = ['sealdrop', 'typage', 'native', 'gcm', 'openpgp']
/** Sealdrop against another, docs/architecture.md. */
const LEAST: readonly (readonly [other: string, times: number])[] = [
  ['typage', 2],
  ['native', 0.7],
]

installPeers()
const folder = mkdtempSync(join(tmpdir(), 'sealdrop-bench-'))
try {
  writeNoise(join(folder, 'file'), MEBIBYTES)
  for (const name of CONTESTANTS) contestant(name, 'prepare')
  let isKept = true
  for (const act of ['seal', 'open'] as const) {
    const results = await race(CONTESTANTS, {
      bytes: MEBIBYTES * 1_048_576,
      rounds: ROUNDS,
      run: (name) => JSON.parse(contestant(name, act)) as Lap,
    })
    printResults(`Node, ${act} ${MEBIBYTES} MiB, best of ${ROUNDS}`, results, 'sealdrop')
    const promises = LEAST.map(([other, times]) => ({
      what: `${act}, ${times} × ${other}`,
      pace: paceOf(results, 'sealdrop'),
      least: times * paceOf(results, other),
    }))
    isKept = judge(promises) && isKept
  }
  if (!isKept) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** One of them, in a process of its own. @returns what it said */
function contestant(name: string, act: Act | 'prepare'): string {
  const script = fileURLToPath(new URL('contestant.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, name, act, folder],
    {
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`${name} could not ${act}: ${stderr}`)
  return stdout
}

function writeNoise(path: string, mebibytes: number): void {
  const file = openSync(path, 'wx', 0o600)
  for (let each = 0; each < mebibytes; each++) writeSync(file, randomFillSync(new Uint8Array(1_048_576)))
  closeSync(file)
}
