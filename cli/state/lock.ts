import { closeSync, existsSync, openSync, statSync, unlinkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeSystemError, EXIT, Failure } from '../failure.ts'
import { createEmptyFile } from './files.ts'

/**
 * A file that one process has at a time. Node locks no files itself, but brings SQLite, which does; nothing is stored in it.
 * The kernel takes the lock back however the process ends: there is no stale one that anybody would have to judge.
 */
export interface Lock {
  /** Gives it back; the file stays, or goes if nobody else is to use it. */
  release(leave?: 'file' | 'nothing'): void
}

/** Where the file system locks nothing, though the file can be written. */
export class NoLocks extends Failure {}

/**
 * The lock of this file, which is made where it is missing; `undefined` while another process has it.
 * @throws Failure that says why there is none; NoLocks
 */
export function tryLock(path: string): Lock | undefined {
  for (;;) {
    // By us, so that it is its owner's alone.
    if (!existsSync(path)) make(path)
    const inode = inodeOf(path)
    const database = lockDatabase(path)
    if (database === undefined) return undefined
    // Its last holder may have removed it: a file that nobody else finds locks nothing.
    if (inode !== undefined && inode === inodeOf(path)) {
      return {
        release: (leave = 'file') => {
          if (leave === 'nothing') unlinkSync(path)
          database.close()
        },
      }
    }
    database.close()
  }
}

/** Does the work while no other process does it. @throws Failure if another does not come to an end */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += EVERY_MS) {
    const lock = tryLock(path)
    if (lock !== undefined) {
      try {
        return await work()
      } finally {
        lock.release()
      }
    }
    if (waitedMs >= PATIENCE_MS) {
      const hint = 'nothing was changed: run the same command again'
      throw new Failure('another command is changing the same box', { exitCode: EXIT.tryLater, hint })
    }
    await sleep(EVERY_MS)
  }
}

/** A database that nobody else can read or write; `undefined` if somebody else has it. */
function lockDatabase(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    // Its journal would take room on the disk: on a full one nothing could be locked, and so nothing deleted either.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database?.close()
    if (isBusy(cause)) return undefined
    throw explainUnlocked(path, cause)
  }
}

function make(path: string): void {
  try {
    createEmptyFile(path)
  } catch (cause) {
    throw cannotLock(path, cause)
  }
}

/** SQLite tells less than the system: it is asked itself. */
function explainUnlocked(path: string, cause: unknown): Failure {
  try {
    closeSync(openSync(path, 'r+'))
  } catch (refused) {
    return cannotLock(path, refused)
  }
  return new NoLocks(`this file system locks no files: ${path}`, { cause })
}

function cannotLock(path: string, cause: unknown): Failure {
  const hint = 'SEALDROP_HOME names another folder'
  return new Failure(`cannot lock ${path}: ${describeSystemError(cause)}`, { hint, cause })
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & PRIMARY_CODE) === SQLITE_BUSY
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

/** SQLite, Result and Error Codes. */
const SQLITE_BUSY = 5
const PRIMARY_CODE = 0xff

/** Milliseconds: the other command may be waiting for a server. */
const EVERY_MS = 25
const PATIENCE_MS = 60_000
