// One data folder belongs to one running server. A server that is killed outright leaves workerd behind, which keeps the port
// and the folder: the next start on the folder ends that one first.
import { execFileSync, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Set in the environment of workerd, so that no other process is ever taken for it. */
export const MARK_NAME = 'SEALDROP_RUNTIME'

interface Owner {
  readonly server: number
  readonly runtime?: number
  readonly mark: string
}

/**
 * Takes the data folder for this process: ends a workerd that a killed server left on it, and from now on notes the one that
 * is started here with `mark` in its environment. The folder is given back when this process exits.
 * @throws Error with a sentence for the terminal when a server is running on it.
 */
export async function takeFolder(data: string, mark: string): Promise<void> {
  const note = join(data, 'server.json')
  const last = readOwner(note)
  if (last !== undefined && last.server !== process.pid && commandOf(last.server).includes('serve.ts')) {
    throw new Error(`Sealdrop is already running on ${data} (process ${last.server}).`)
  }
  if (last?.runtime !== undefined) await end(last.runtime, last.mark)
  const write = (owner: Owner): void => writeFileSync(note, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  write({ server: process.pid, mark })
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess }
    child.once('spawn', () => {
      if (child.pid !== undefined && child.spawnfile.includes('workerd'))
        write({ server: process.pid, runtime: child.pid, mark })
    })
  })
  process.once('exit', () => rmSync(note, { force: true }))
}

function readOwner(note: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(note, 'utf8')) as Owner
  } catch {
    return undefined
  }
}

/** Whether `pid` is the workerd that was started with `mark`; a process that has ended has no environment. */
function isMarked(pid: number, mark: string): boolean {
  return ask(pid, 'environ', ['eww']).includes(`${MARK_NAME}=${mark}`)
}

async function end(pid: number, mark: string): Promise<void> {
  while (isMarked(pid, mark)) {
    process.kill(pid, 'SIGKILL')
    await sleep(20)
  }
}

function commandOf(pid: number): string {
  return ask(pid, 'cmdline', ['-ww'])
}

/** What the system says of a process, `''` when there is none: from /proc where there is one, else from ps. */
function ask(pid: number, file: string, flags: string[]): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/${file}`, 'latin1')
    return execFileSync('ps', [...flags, '-o', 'command=', '-p', String(pid)], { encoding: 'latin1' })
  } catch {
    return ''
  }
}
