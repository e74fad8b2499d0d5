import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { NEW_NOTE, NOTE } from './owner.ts'
import { RESERVE } from './disk-space.ts'

/**
 * Makes the data folder, or takes its access rights away from other users.
 * @throws Error with a sentence for the terminal if it contains other things, too: then its rights are not ours to change
 */
export function closeFolder(data: string): void {
  makeFolder(data)
  if (process.platform === 'win32' || (statSync(data).mode & 0o077) === 0) return
  const other = readdirSync(data).find((name) => !KEPT.has(name))
  if (other !== undefined)
    throw new Error(`${data} holds ${other} and can be entered by others: choose a folder for drops alone.`)
  chmodSync(data, 0o700)
}

/**
 * Runs work in the data folder.
 * @throws Error with a sentence for the terminal, which names the folder, the cause and the remedy, for every refusal of the system
 */
export async function inFolder<T>(data: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error
    const [cause, remedy] = CAUSES.get(String(error.code)) ?? [error.message, OTHER]
    throw new Error(`The data folder ${data} cannot be used: ${cause}. ${remedy}`, { cause: error })
  }
}

/** Makes folder after folder: Node's recursive call never ends on a file system such as /proc, which accepts none. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  const parent = dirname(folder)
  if (statSync(parent, { throwIfNoEntry: false }) === undefined) makeFolder(parent)
  mkdirSync(folder, { mode: 0o700 })
}

/** The names in a data folder. docs/storage.md §4. */
const KEPT: ReadonlySet<string> = new Set([NOTE, NEW_NOTE, RESERVE, 'damaged', 'state', 'tmp'])

const OTHER = 'Choose another folder: SEALDROP_DATA=/path/to/folder npm start.'
const ROOM = 'Make room there, or choose another folder: SEALDROP_DATA=/path/to/folder npm start.'

/** The meaning of the system's codes here, with the remedy. errno(3). */
const CAUSES: ReadonlyMap<string, readonly [cause: string, remedy: string]> = new Map([
  ['ENOSPC', ['its disk is full', ROOM]],
  ['EDQUOT', ['its user has no more room on the disk', ROOM]],
  ['EROFS', ['its file system can only be read', OTHER]],
  ['EACCES', ['this user may not enter it, or write there', OTHER]],
  ['EPERM', ['it belongs to another user, or its file system lets nobody change it', OTHER]],
  ['EEXIST', ['there is a file of that name', OTHER]],
  ['ENOTDIR', ['a part of its path is a file', OTHER]],
  ['ENOENT', ['nothing can be made at that path', OTHER]],
  ['ENAMETOOLONG', ['its path is too long', OTHER]],
  ['ELOOP', ['its path leads in a circle', OTHER]],
  ['EIO', ['its disk fails', OTHER]],
])
