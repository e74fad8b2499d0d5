import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '#protocol/bytes.ts'
import { parseJson } from '#protocol/json.ts'
import { describeSystemError, EXIT, explain, Failure, isSystemError } from '../failure.ts'
import { createFile, failedWith, makeFolder, removeFile, removePartials, replaceFile } from './files.ts'
import { say } from '../terminal/terminal.ts'

/**
 * The memory of the command line, as one JSON file each in a folder that only its owner can enter:
 *
 * tickets/<ticket>.json   what a sender keeps of a drop, the sender key in it reading/<drop id>.json  the reader key of a
 * drop that is being opened opened/<drop id>.json   public reader keys that have opened a drop here, so that nobody else is
 * blamed for it uploads/<drop id>.json  an upload in parts that has not been finished, the link or the return code and the
 * text in it outbox/<drop id>.json   a drop of one part that may have arrived: its link, or of one for a box the drop as it
 * is sealed boxes/<address>.json    what this computer keeps of a box, sealed with its passphrase; the address is a hash, in
 * hex known/<address>.json    the serial of a box's card, where a sender asked to remember it writing/<random>.json the path
 * under which a file outside of this folder is being written, until it has its name
 *
 * Never a passphrase. A link or a message only of a drop that is not known to have arrived, until that is finished or
 * cancelled: a thief of this folder opens nothing that anybody was given a link to, and no box without its passphrase.
 */
type Shelf = (typeof SHELVES)[number]

const SHELVES = ['tickets', 'reading', 'opened', 'uploads', 'outbox', 'boxes', 'known', 'writing'] as const

/** Stores a record that must not be there yet. @returns whether it was stored @throws Failure if it cannot be */
export function createRecord(shelf: Shelf, name: string, record: unknown): boolean {
  return writing(() => createFile(recordPath(shelf, name), toBytes(record)))
}

/** Stores a record in the place of the one that was there. @throws Failure if it cannot be */
export function replaceRecord(shelf: Shelf, name: string, record: unknown): void {
  writing(() => replaceFile(recordPath(shelf, name), toBytes(record)))
}

/** Changes something in the home, and names that folder if it cannot: when a disk is full the system does not. @throws Failure */
export function writing<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    const hint = 'SEALDROP_HOME names another folder'
    throw new Failure(`cannot write in ${homePath()}: ${describeSystemError(cause)}`, { hint, cause })
  }
}

/**
 * A record, or `undefined` if there is none.
 * @param parse - gives `undefined` for what is no such record.
 * @throws Failure if the file is damaged
 */
export function readRecord<T>(shelf: Shelf, name: string, parse: (value: unknown) => T | undefined): T | undefined {
  const path = join(homePath(), shelf, `${name}.json`)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
  const record = parse(parseJson(text))
  if (record === undefined) throw new Failure(`this file is damaged: ${path}`, { hint: DAMAGED[shelf] })
  return record
}

export function removeRecord(shelf: Shelf, name: string): void {
  writing(() => removeFile(join(homePath(), shelf, `${name}.json`)))
}

/** Names of all records, sorted. */
export function listRecords(shelf: Shelf): string[] {
  return filesOn(shelf)
    .filter((file) => NAMES.test(file))
    .map((file) => file.replace(/\.json$/, ''))
    .toSorted()
}

/** To read nothing is made: a home may be one that nobody writes to. */
function filesOn(shelf: Shelf): string[] {
  try {
    return readdirSync(join(homePath(), shelf))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * Keeps this computer in step with what is done already, elsewhere: if it cannot be, that is told, and nothing fails by it.
 */
export function noteDone(note: () => void): void {
  try {
    note()
  } catch (error) {
    say(`this could not be noted here: ${explain(error).message}`)
  }
}

/** Removes what killed commands were writing here: secrets among it, under names that nothing else looks at. */
export function removePartialRecords(): void {
  for (const shelf of SHELVES) {
    try {
      removePartials(join(homePath(), shelf))
    } catch {
      // There is no such folder; or the command that needs it will tell its fault.
    }
  }
}

/** Whether anything may be kept of this kind, without making a folder for it. */
export function hasShelf(shelf: Shelf): boolean {
  try {
    return existsSync(join(homePath(), shelf))
  } catch {
    return false
  }
}

/** The path of a file beside the records that is none itself. */
export function statePath(shelf: Shelf, file: string): string {
  return join(shelfPath(shelf), file)
}

function recordPath(shelf: Shelf, name: string): string {
  return statePath(shelf, `${name}.json`)
}

function shelfPath(shelf: Shelf): string {
  const path = join(homePath(), shelf)
  writing(() => makeFolder(path))
  return path
}

function homePath(): string {
  const { SEALDROP_HOME: own = '', XDG_STATE_HOME: xdg = '' } = process.env
  if (own !== '') return own
  // A relative path there is invalid and ignored. XDG Base Directory Specification 0.8.
  if (xdg.startsWith('/')) return join(xdg, 'sealdrop')
  const home = userHome()
  if (home === '')
    throw new Failure('there is no home folder', { exitCode: EXIT.usage, hint: 'name a folder with SEALDROP_HOME' })
  return join(home, '.local', 'state', 'sealdrop')
}

/** `''` for a user who has none, as in a container that runs under any number. */
function userHome(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

function toBytes(record: unknown): Uint8Array {
  return utf8(`${JSON.stringify(record, null, 2)}\n`)
}

const NAMES = /^[0-9a-f]+\.json$/

const DAMAGED: Readonly<Record<Shelf, string>> = {
  tickets: 'without it the drop can neither be looked at nor revoked; it ends when it expires',
  reading: 'move it away to claim anew; if it was claimed already, the sender must open it again',
  opened: 'move it away: it only tells that this computer has opened the drop',
  uploads: 'without it the upload cannot go on: move it away, and send the files again',
  outbox: 'without it nothing can be sent again: move it away; sealdrop status tells whether it has arrived',
  boxes: 'move it away; a backup or the phrase brings the box back: sealdrop help box restore',
  known: 'move it away: it only tells which card of that box was seen last',
  writing: 'move it away: it only tells where a command was writing',
}
