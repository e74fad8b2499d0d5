import { readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { NoLocks, tryLock, type Lock } from '../state/lock.ts'

/**
 * Has a folder of staged parts for one process: two would tidy up after each other.
 * @param take - where nothing can be locked it is as if nobody else came; with `tryLock` it is not.
 * @throws Failure if another process has it; NoLocks
 */
export function lockStaging(folder: string, take: typeof tryLock = lockIfPossible): Lock {
  const lock = take(join(folder, STAGING_LOCK))
  if (lock !== undefined) return lock
  throw new Failure('another process opens the same drop into this folder', {
    hint: 'wait until it has ended, or run this command again with -o and another folder',
  })
}

/** Lets go of a folder of staged parts, and removes it if there are none. */
export function leaveStaging(folder: string, lock: Lock): void {
  try {
    const isEmpty = readdirSync(folder).every((name) => name === STAGING_LOCK)
    lock.release(isEmpty ? 'nothing' : 'file')
    if (isEmpty) rmdirSync(folder)
  } catch {
    // It goes with what the next run leaves there.
  }
}

/** The file in such a folder that is no part. */
export const STAGING_LOCK = 'lock'

function lockIfPossible(path: string): Lock | undefined {
  try {
    return tryLock(path)
  } catch (error) {
    // Some network disks lock nothing: there it is as if nobody else came.
    if (error instanceof NoLocks) return { release: () => undefined }
    throw error
  }
}
