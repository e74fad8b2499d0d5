import { recordOf } from '#protocol/json.ts'
import { randomBytes } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { createFile, partialPath } from './files.ts'
import { createRecord, removeRecord } from './records.ts'

/**
 * Notes where something is being written that is to have another name later: if this process is killed, the next command
 * removes it (`sweep.ts`).
 * @param path - as `partialPath` makes it, of a file or a folder.
 * @returns a function that forgets the note
 */
export function noteWriting(path: string): () => void {
  const name = randomBytes(NAME_BYTES).toString('hex')
  try {
    createRecord('writing', name, { v: 1, path: resolve(path) })
  } catch {
    // Where nothing can be kept, what needs to be kept says so. This is tidiness.
    return () => undefined
  }
  return () => {
    try {
      removeRecord('writing', name)
    } catch {
      // The next command finds that nothing is there.
    }
  }
}

/** Where a note says that something was being written; `undefined` for what is no note. */
export function parseWriting(value: unknown): string | undefined {
  const { v, path } = recordOf(value) ?? {}
  return v === 1 && typeof path === 'string' ? path : undefined
}

/** Writes a file that somebody named: as `createFile`, and noted meanwhile. @returns as `createFile` */
export function createNamedFile(path: string, bytes: Uint8Array): boolean {
  const whole = resolve(path)
  const partial = partialPath(dirname(whole))
  const forget = noteWriting(partial)
  try {
    return createFile(whole, bytes, partial)
  } finally {
    forget()
  }
}

const NAME_BYTES = 6
