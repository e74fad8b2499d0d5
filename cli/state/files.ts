import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file that must not be there yet: whole or not at all, readable by its owner only, and on the disk when this
 * returns. Of two processes one wins.
 * @param partial - its name until it is whole: in the same folder.
 * @returns whether it was written; `false` if something has that name.
 */
export function createFile(path: string, bytes: Uint8Array, partial: string = partialPath(dirname(path))): boolean {
  return writeAs(partial, bytes, () => {
    try {
      return claimName(partial, path)
    } finally {
      removeFile(partial)
      syncFolder(dirname(path))
    }
  })
}

/** Writes a file in the place of what was there: the old one or the new one, never half of one. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const partial = partialPath(dirname(path))
  writeAs(partial, bytes, () => {
    try {
      renameSync(partial, path)
    } catch (error) {
      removeFile(partial)
      throw error
    }
  })
  syncFolder(dirname(path))
}

/**
 * Writes a small secret into a file that must not be there yet. It never has another name: one that a killed process leaves
 * behind would be looked for by nobody.
 * @returns as `createFile`
 */
export function createSecretFile(path: string, bytes: Uint8Array): boolean {
  try {
    writeNew(path, bytes)
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  }
  syncFolder(dirname(path))
  return true
}

/** Makes an empty file that only its owner can read, unless something has that name. */
export function createEmptyFile(path: string): void {
  createSecretFile(path, new Uint8Array(0))
}

/** Removes a file, if it is there. @throws as the system: `rmSync` of Node 24 leaves out the code */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
  }
}

/** Removes what killed processes were writing in a folder, under names that this module has made. */
export function removePartials(folder: string): void {
  for (const name of readdirSync(folder)) if (isPartial(name)) removeFile(join(folder, name))
}

/** Whether a file or folder of this name was made by `partialPath`. */
export function isPartial(path: string): boolean {
  return PARTIAL.test(basename(path))
}

/**
 * Makes a folder that only its owner can enter, and its parents where they are missing. One at a time: asked
 * for all at once, Node 24 asks /proc for ever, and hears no signal meanwhile.
 */
export function makeFolder(path: string, isParentThere = false): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Not by the code: where nothing can be made, some systems say that before they say that it is there.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
    if (isParentThere || !failedWith(error, 'ENOENT') || dirname(path) === path) throw error
    makeFolder(dirname(path))
    makeFolder(path, true)
  }
}

/** Whether a call failed with this code. */
export function failedWith(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** A name for a file that is being written. Not made of the file's own: that may be as long as a name can be. */
export function partialPath(folder: string): string {
  return join(folder, `.sealdrop-${randomBytes(6).toString('hex')}.partial`)
}

/**
 * Gives a whole file a second name, unless something has it. Renaming would replace what another process has put there
 * meanwhile; linking fails then.
 * @returns whether the name was free.
 */
export function claimName(partial: string, path: string): boolean {
  try {
    linkSync(partial, path)
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
  }
  // A file system without hard links.
  try {
    copyFileSync(partial, path, constants.COPYFILE_EXCL)
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  }
  const { atime, mtime } = statSync(partial)
  const copy = openSync(path, 'r+')
  try {
    futimesSync(copy, atime, mtime)
    fsyncSync(copy)
  } finally {
    closeSync(copy)
  }
  return true
}

/** Changes to the names in a folder are on the disk when this returns. */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    fsyncSync(file)
    closeSync(file)
  } catch {
    // Not every system lets a folder be opened; the file itself is on the disk.
  }
}

/**
 * Writes a whole file under a name of its own, and does with it what is to be done.
 * A command that starts meanwhile may take it for one that a killed process left, and remove it: then it is written again.
 */
function writeAs<T>(partial: string, bytes: Uint8Array, use: () => T): T {
  for (let attempt = 1; ; attempt++) {
    writeNew(partial, bytes)
    try {
      return use()
    } catch (error) {
      if (!failedWith(error, 'ENOENT') || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

/** @throws as the system; then nothing of it is left, unless it is that something has that name */
function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } catch (error) {
    removeFile(path)
    throw error
  } finally {
    closeSync(file)
  }
}

const PARTIAL = /^\.sealdrop-[0-9a-f]{12}\.partial$/

const MOST_ATTEMPTS = 100
