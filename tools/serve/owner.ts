// One data folder belongs to one running server. A server that is killed outright leaves workerd behind, which keeps the folder:
// the next start on the folder ends that one first.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Set in the environment of workerd, so that no other process is ever taken for it. */
export const MARK_NAME = 'SEALDROP_RUNTIME'

/** The note in a data folder. docs/storage.md §4. */
interface Note {
  readonly server: number
  /** When it was started, as the system says it: its number may be another process's by now. */
  readonly started: string
  /** The port that it listens on, once it does. */
  readonly port?: number
  readonly runtime?: number
  /** The mark of the workerd that it starts or has started. */
  readonly mark?: string
}

/** Who has taken a data folder: this process, until it exits. */
export interface Owner {
  /** The port that the last server on this folder had, if it was killed. */
  readonly lastPort: number | undefined
  /** Notes the mark under which workerd is about to be started. */
  expect(mark: string): void
  /** Notes the workerd that has been started. */
  note(runtime: number): void
  /** Notes the port. */
  listen(port: number): void
}

/**
 * Takes the data folder for this process: waits a moment for a server that is just ending, and ends a workerd that a killed
 * server left on it. The folder is given back when this process exits.
 * @throws Error with a sentence for the terminal when a server is running on it.
 */
export async function takeFolder(data: string): Promise<Owner> {
  const file = join(data, NOTE)
  const last = readNote(file)
  if (last !== undefined && !(await isGone(last)))
    throw new Error(`Sealdrop is already running on ${data} (process ${last.server}).`)
  if (last?.mark !== undefined) await endMarked(last.mark)
  let note: Note = { server: process.pid, started: startOf(process.pid) }
  const change = (more: Partial<Note>): void => {
    note = { ...note, ...more }
    // Whole or not at all: a note that cannot be read would hide a workerd that runs on this folder.
    writeFileSync(join(data, NEW_NOTE), `${JSON.stringify(note)}\n`, { mode: 0o600 })
    renameSync(join(data, NEW_NOTE), file)
  }
  change({})
  process.once('exit', () => rmSync(file, { force: true }))
  return {
    lastPort: last?.port,
    expect: (mark) => change({ mark }),
    note: (runtime) => change({ runtime }),
    listen: (port) => change({ port }),
  }
}

/** The names that this file gives in a data folder. */
export const NOTE = 'server.json'
export const NEW_NOTE = 'server.json.new'

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note
  } catch {
    return undefined
  }
}

/** Whether the server of a note is gone, or goes within a moment: one that was killed takes a while to be cleared away. */
async function isGone({ server, started }: Note): Promise<boolean> {
  for (let waited = 0; waited <= ENDING_MS; waited += LOOK_MS) {
    if (started === '' || started !== startOf(server)) return true
    await sleep(LOOK_MS)
  }
  return false
}

/**
 * Ends every process that was started with `mark`: it may have been started though nobody could note its number any more.
 * @throws Error with a sentence for the terminal when one cannot be ended.
 */
async function endMarked(mark: string): Promise<void> {
  for (let waited = 0; waited <= KILLING_MS; waited += LOOK_MS) {
    const marked = processes().filter((pid) => isMarked(pid, mark))
    if (marked.length === 0) return
    for (const pid of marked) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    await sleep(LOOK_MS)
  }
  throw new Error('The runtime of the last server is still there and does not end: look for processes named workerd.')
}

/** All processes of this machine, as far as they can be seen. */
function processes(): number[] {
  const names =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-A', '-o', 'pid='], { encoding: 'latin1' }).split(/\s+/)
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** Whether `pid` is the workerd that was started with `mark`; a process that has ended has no environment. */
function isMarked(pid: number, mark: string): boolean {
  return ask(pid, 'environ', ['eww', '-o', 'command=']).includes(`${MARK_NAME}=${mark}`)
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

/** How long a server that is just ending is waited for, and how often it is looked for. */
const ENDING_MS = 2_000
const KILLING_MS = 10_000
const LOOK_MS = 20
