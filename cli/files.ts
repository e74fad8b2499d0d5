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
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Writes a file that must not be there yet: whole or not at all, readable by its owner only, and on the disk when this
 * returns. Of two processes one wins.
 * @returns whether it was written; `false` if something has that name.
 */
export function createFile(path: string, bytes: Uint8Array): boolean {
  const partial = writePartial(dirname(path), bytes)
  try {
    return claimName(partial, path)
  } finally {
    unlinkSync(partial)
    syncFolder(dirname(path))
  }
}

/** Writes a file in the place of what was there: the old one or the new one, never half of one. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const partial = writePartial(dirname(path), bytes)
  try {
    renameSync(partial, path)
  } catch (error) {
    unlinkSync(partial)
    throw error
  }
  syncFolder(dirname(path))
}

/**
 * Makes a folder that only its owner can enter, and those that it lies in, where they are missing. One at a time: asked
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

/** What was done to the names in a folder, on the disk when this returns. */
export function syncFolder(folder: string): void {
  try {
    const file = openSync(folder, 'r')
    fsyncSync(file)
    closeSync(file)
  } catch {
    // Not every system lets a folder be opened; the file itself is on the disk.
  }
}

function writePartial(folder: string, bytes: Uint8Array): string {
  const partial = partialPath(folder)
  const file = openSync(partial, 'wx', 0o600)
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } catch (error) {
    unlinkSync(partial)
    throw error
  } finally {
    closeSync(file)
  }
  return partial
}
