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
  /** When it was started, as the system says it: its number may be another process's by now. */
  readonly started: string
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
  if (last !== undefined && last.started !== '' && last.started === startOf(last.server)) {
    throw new Error(`Sealdrop is already running on ${data} (process ${last.server}).`)
  }
  if (last?.runtime !== undefined) await end(last.runtime, last.mark)
  const write = (owner: Owner): void => writeFileSync(note, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  const self = { server: process.pid, started: startOf(process.pid), mark }
  write(self)
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess }
    child.once('spawn', () => {
      if (child.pid !== undefined && child.spawnfile.includes('workerd')) write({ ...self, runtime: child.pid })
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
  return ask(pid, 'environ', ['eww', '-o', 'command=']).includes(`${MARK_NAME}=${mark}`)
}

async function end(pid: number, mark: string): Promise<void> {
  while (isMarked(pid, mark)) {
    process.kill(pid, 'SIGKILL')
    await sleep(20)
  }
}

/** When `pid` was started, `''` when there is no such process or it has ended and nobody has asked how. */
function startOf(pid: number): string {
  const said = ask(pid, 'stat', ['-o', 'stat=', '-o', 'lstart='])
  if (process.platform !== 'linux') return /^[^Z]\S*\s+(.*\S)/.exec(said)?.[1] ?? ''
  // The name is in brackets and may hold any. Behind it comes the state, and 19 fields on the start: proc(5).
  const [state = '', ...fields] = said.slice(said.lastIndexOf(')') + 2).split(' ')
  return /[ZX]/.test(state) ? '' : (fields[18] ?? '')
}

/** What the system says of a process, `''` when there is none: from /proc where there is one, else from ps. */
function ask(pid: number, file: string, flags: string[]): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/${file}`, 'latin1')
    return execFileSync('ps', [...flags, '-p', String(pid)], {
      encoding: 'latin1',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    })
  } catch {
    return ''
  }
}
