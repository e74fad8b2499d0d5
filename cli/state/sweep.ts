import { lstatSync } from 'node:fs'
import { isPartial, removeFile } from './files.ts'
import { tidyStaging } from '../open/staging.ts'
import { hasShelf, listRecords, readRecord, removePartialRecords, removeRecord } from './records.ts'
import { forgetOverUploads } from '../send/uploads.ts'
import { parseWriting } from './writing.ts'

/**
 * Removes what killed commands have left under names that nobody would look for. A file that another command is writing at
 * the same time is left alone, or written again. Never fails: a command that needs a folder tells its fault.
 */
export async function sweepLeftovers(): Promise<void> {
  removePartialRecords()
  if (hasShelf('uploads')) quietly(forgetOverUploads)
  if (!hasShelf('writing')) return
  for (const name of quietly(() => listRecords('writing')) ?? []) {
    try {
      await removeWritten(readRecord('writing', name, parseWriting))
      removeRecord('writing', name)
    } catch {
      // On a disk that is not there now; or it is another user's. It is tried again.
    }
  }
}

async function removeWritten(path: string | undefined): Promise<void> {
  if (path === undefined || !isPartial(path)) return
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory() === true) await tidyStaging(path)
  else if (stats?.isFile() === true) removeFile(path)
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
