// A data folder belongs to one running server. A server that is killed outright leaves its workerd behind, which keeps the folder: the
// next server on the folder ends that workerd first.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** An environment variable of workerd, so that no other process is ever mistaken for it. */
export const MARK_NAME = 'SEALDROP_RUNTIME'

/** The note in a data folder. docs/storage.md §4. */
interface Note {
  readonly server: number
  /** Its start time, as the system reports it: another process may have its pid by now. */
  readonly started: string
  /** Its port, once it listens. */
  readonly port?: number
  readonly runtime?: number
  /** The mark of its workerd, started or about to be. */
  readonly mark?: string
}

/** This process as the owner of a data folder, until it exits. */
export interface Owner {
  /** The port of the last server on this folder, if it was killed. */
  readonly lastPort: number | undefined
  /** Notes the mark of the workerd that is about to start. */
  expect(mark: string): void
  /** Notes the workerd that has started. */
  note(runtime: number): void
  /** Notes the port. */
  listen(port: number): void
}

/**
 * Takes the data folder for this process: waits a moment for a server that is just exiting, and ends a workerd that a killed server
 * left behind. The folder is released when this process exits.
 * @throws Error with a sentence for the terminal if a server is running on it
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
    // Atomic: an unreadable note would hide a workerd that runs on this folder.
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

/** The names of the files that this module writes into a data folder. */
export const NOTE = 'server.json'
export const NEW_NOTE = 'server.json.new'

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note
  } catch {
    return undefined
  }
}

/** Whether the server of a note has exited, or does within a moment: the system needs a while to clear a killed one away. */
async function isGone({ server, started }: Note): Promise<boolean> {
  for (let waited = 0; waited <= ENDING_MS; waited += LOOK_MS) {
    if (started === '' || started !== startOf(server)) return true
    await sleep(LOOK_MS)
  }
  return false
}

/**
 * Ends every process that was started with `mark`, since a killed server may not have noted the pid.
 * @throws Error with a sentence for the terminal if one cannot be ended
 */
async function endMarked(mark: string): Promise<void> {
  for (let waited = 0; waited <= KILLING_MS; waited += LOOK_MS) {
    const marked = processes().filter((pid) => isMarked(pid, mark))
    if (marked.length === 0) return
    for (const pid of marked) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has exited by itself.
      }
    }
    await sleep(LOOK_MS)
  }
  throw new Error('The runtime of the last server is still there and does not end: look for processes named workerd.')
}

/** All visible processes of this machine. */
function processes(): number[] {
  const names =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-A', '-o', 'pid='], { encoding: 'latin1' }).split(/\s+/)
  return names.filter((name) => /^\d+$/.test(name)).map(Number)
}

/** Whether `pid` is the workerd with this `mark`; a process that has exited has no environment. */
function isMarked(pid: number, mark: string): boolean {
  return ask(pid, 'environ', ['eww', '-o', 'command=']).includes(`${MARK_NAME}=${mark}`)
}
/** The start time of `pid`; `''` if there is no such process, or it is a zombie. */
function startOf(pid: number): string {
  const said = ask(pid, 'stat', ['-o', 'stat=', '-o', 'lstart='])
  if (process.platform !== 'linux') return /^[^Z]\S*\s+(.*\S)/.exec(said)?.[1] ?? ''
  // The name is in parentheses and may contain more of them. After it come the state and, 19 fields later, the start time: proc(5).
  const [state = '', ...fields] = said.slice(said.lastIndexOf(')') + 2).split(' ')
  return /[ZX]/.test(state) ? '' : (fields[18] ?? '')
}

/** The system's description of a process, from /proc or else from ps; `''` if there is none. */
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

/** How long to wait for a server that is just exiting, and the interval of the checks. */
const ENDING_MS = 2_000
const KILLING_MS = 10_000
const LOOK_MS = 20
