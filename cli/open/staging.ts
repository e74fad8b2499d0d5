import { constants, existsSync, lstatSync, mkdirSync } from 'node:fs'
import { open, readdir, rename, rm, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { giveBack } from '#client/memory.ts'
import type { Staging } from '#client/staging.ts'
import { describeSystemError, Failure, isSystemError } from '../failure.ts'
import { failedWith, partialPath, syncFolder } from '../state/files.ts'
import { tryLock, type Lock } from '../state/lock.ts'
import { readRange } from '../send/sources.ts'
import { leaveStaging, lockStaging, STAGING_LOCK } from './staging-lock.ts'
import { sizeAtMost, sizeAgainst } from '../terminal/format.ts'
import { noteWriting } from '../state/writing.ts'

/** Parts of a drop in a folder, where they outlive this process. */
export interface FolderStaging extends Staging {
  readonly path: string
  /** Why a part could not be kept, whatever became of that error on its way. */
  readonly fault: Failure | undefined
  /** Whether this part was kept. */
  has(n: number): boolean
  /** Removes a part, so that it is fetched again. */
  forget(n: number): Promise<void>
  /** Lets go of the folder, and removes it if nothing was kept. */
  leave(): Promise<void>
}

/** Where a drop is staged: beside what it becomes, so that files need not be copied from one disk to another. */
export function stagingPath(folder: string, id: DropId): string {
  const short = Buffer.from(dropIdBytes(id)).toString('hex').slice(0, SHORT_CHARACTERS)
  return join(folder, `.sealdrop-${short}.partial`)
}

/**
 * Stages a drop in this folder, which only its owner can enter. Files that a killed run was writing are removed; its parts
 * are what this one goes on with.
 * @throws Failure if something else has that name, or another process is at it
 */
export async function stageIn(path: string): Promise<FolderStaging> {
  const lock = await takeFolder(path)
  const forgetNote = noteWriting(path)
  const writing = new Set<Promise<void>>()
  let isOver = false
  let fault: Failure | undefined
  return {
    path,
    get fault() {
      return fault
    },
    size: (n) => sizeOf(partPath(path, n)),
    read: (n) => readPart(partPath(path, n)),
    keep: async (n, part) => {
      // One that was still on its way: the folder is gone, or another process's.
      if (isOver) return
      const write = writePart(path, n, part)
      writing.add(write)
      try {
        await write
        giveBack(part)
      } catch (cause) {
        if (!isSystemError(cause)) throw cause
        fault ??= new Failure(`cannot keep what comes in: ${describeSystemError(cause)}`, {
          hint: stagedHint(path),
          cause,
        })
        throw fault
      } finally {
        writing.delete(write)
      }
    },
    has: (n) => existsSync(partPath(path, n)),
    forget: (n) => rm(partPath(path, n), { force: true }),
    leave: async () => {
      isOver = true
      // A part that is fetched ahead is kept, too, and never half of it.
      await Promise.allSettled(writing)
      leaveStaging(path, lock)
      forgetNote()
    },
    clear: async () => {
      isOver = true
      await Promise.allSettled(writing)
      await rm(path, { recursive: true, force: true })
      lock.release()
      forgetNote()
    },
  }
}

/**
 * Removes what a killed process was writing in such a folder; parts stay, so that an opening can go on.
 * @throws Failure as `stageIn`; and where nothing can be locked: a process may be at it
 */
export async function tidyStaging(path: string): Promise<void> {
  leaveStaging(path, await takeFolder(path, tryLock))
}

/** Removes what was staged of a drop that is gone. @returns whether there was any; another thing of that name stays */
export async function forgetStaged(path: string): Promise<boolean> {
  if (!existsSync(path)) return false
  try {
    const lock = await takeFolder(path)
    await rm(path, { recursive: true })
    lock.release()
    return true
  } catch {
    // Why there is nothing to open counts more.
    return false
  }
}

/** @throws Failure if the disk has no room for so many bytes more. A disk that does not tell its free space is tried. */
export async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (blocks === 0 || free >= bytes) return
  throw new Failure(
    `not enough room in ${folder}: it takes ${sizeAgainst(bytes, free)}, and ${sizeAtMost(free)} are free`,
    {
      hint: 'nothing is lost: make room, or run it again with -o and a folder on another disk',
    },
  )
}

/**
 * Whether a drop fits. Its parts are there first, and then the files beside them: parts and files that are there already need no more space.
 * @throws Failure as `checkRoom`; the folder is let go of then
 */
export async function checkRoomFor(
  { parts, size }: { readonly parts: number; readonly size: number },
  staging: FolderStaging,
  folder: string,
): Promise<void> {
  const staged = Array.from({ length: parts }, (_, n) => n).filter((n) => staging.has(n)).length
  try {
    await checkRoom(folder, 2 * size - Math.min(size, staged * PART_BYTES))
  } catch (error) {
    await staging.leave()
    throw error
  }
}

/** The remedy when the disk refused something. */
export function stagedHint(path: string): string {
  return `nothing is lost: the same command goes on with what is in ${path}`
}

async function takeFolder(path: string, take?: typeof tryLock): Promise<Lock> {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    if (!failedWith(cause, 'EEXIST'))
      throw new Failure(`cannot save files here: ${describeSystemError(cause)}: ${path}`, { hint: ELSEWHERE, cause })
    const stats = lstatSync(path)
    // In a folder that others may write to, somebody else may have made it.
    const isOurs = process.getuid === undefined || stats.uid === process.getuid()
    if (!stats.isDirectory() || !isOurs)
      throw new Failure(`cannot save files here: something else has that name: ${path}`, { hint: ELSEWHERE })
  }
  const lock = lockStaging(path, take)
  try {
    for (const name of await readdir(path))
      if (!PART.test(name) && name !== STAGING_LOCK) await unlink(join(path, name))
    return lock
  } catch (error) {
    lock.release('nothing')
    throw error
  }
}

function sizeOf(path: string): Promise<number | undefined> {
  return withPart(path, async (_, size) => size)
}

function readPart(path: string): Promise<Bytes | undefined> {
  return withPart(path, (file, size) => readRange(file, 0, size))
}

/** `undefined` if there is no part in this file. */
async function withPart<T>(path: string, work: (file: FileHandle, size: number) => Promise<T>): Promise<T | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    try {
      const { size } = await file.stat()
      return size === 0 || size > PART_BYTES ? undefined : await work(file, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Under another name until it is whole and on the disk. */
async function writePart(folder: string, n: number, part: Bytes): Promise<void> {
  const partial = partialPath(folder)
  try {
    const file = await open(partial, 'wx', 0o600)
    try {
      await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, partPath(folder, n))
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw error
  }
  syncFolder(folder)
}

function partPath(folder: string, n: number): string {
  return join(folder, `part-${n}.age`)
}

const PART = /^part-\d+\.age$/

const SHORT_CHARACTERS = 12

const ELSEWHERE = 'nothing was claimed; run it again with -o and another folder'
