import { spawnSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPeers } from './peers.ts'
import type { Operation } from './race.ts'

/** MiB that are sealed and opened, and the number of runs. */
export const MEBIBYTES: number = Number(process.env['BENCH_MIB'] ?? 256)
export const ROUNDS: number = Number(process.env['BENCH_ROUNDS'] ?? 3)

/** A folder with a small and a large file, and with both as each contestant has sealed them. */
export function prepareFiles(names: readonly string[]): Disposable & { readonly folder: string } {
  installPeers()
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-bench-'))
  const prepared = { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
  try {
    writeNoise(join(folder, 'small'), SMALL_MEBIBYTES)
    writeNoise(join(folder, 'large'), MEBIBYTES)
    for (const name of names) runContestant(name, 'prepare', folder)
    return prepared
  } catch (error) {
    prepared[Symbol.dispose]()
    throw error
  }
}

/** Runs a contestant in Node, in a process of its own. @returns its output */
export function runContestant(name: string, act: Operation | 'prepare', folder: string): string {
  const script = fileURLToPath(new URL('contestant.ts', import.meta.url))
  const wanted = ['--disable-warning=ExperimentalWarning', script, name, act, folder]
  const { status, stdout, stderr } = spawnSync(process.execPath, wanted, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} could not ${act}: ${stderr}`)
  return stdout
}

function writeNoise(path: string, mebibytes: number): void {
  const file = openSync(path, 'wx', 0o600)
  for (let each = 0; each < mebibytes; each++) writeSync(file, randomFillSync(new Uint8Array(1_048_576)))
  closeSync(file)
}

/** Two parts. */
const SMALL_MEBIBYTES = 9
