import { existsSync, statSync, unlinkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, Failure } from './failure.ts'
import { createFile } from './files.ts'

/**
 * A file that one process has at a time. Node locks no files itself, but brings SQLite, which does; nothing is stored in it.
 * The kernel takes the lock back however the process ends: there is no stale one that anybody would have to judge.
 */
export interface Lock {
  /** Gives it back; the file stays, or goes if nobody else is to use it. */
  release(leave?: 'file' | 'nothing'): void
}

/** The lock of this file, which is made where it is missing; `undefined` while another process has it. @throws Failure */
export function tryLock(path: string): Lock | undefined {
  for (;;) {
    // By us, so that it is its owner's alone.
    if (!existsSync(path)) createFile(path, new Uint8Array(0))
    const inode = inodeOf(path)
    const database = lockDatabase(path)
    if (database === undefined) return undefined
    // Whoever had it before may have removed it: what nobody else finds locks nothing.
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
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database?.close()
    if (isBusy(cause)) return undefined
    throw new Failure(`cannot lock this file: ${path}`, { cause })
  }
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
