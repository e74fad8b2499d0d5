import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { NEW_NOTE, NOTE } from './owner.ts'
import { RESERVE } from './room.ts'

/**
 * Makes the data folder, or shuts one that others may enter.
 * @throws Error with a sentence for the terminal when it holds other things too: it is not ours to shut.
 */
export function closeFolder(data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32' || (statSync(data).mode & 0o077) === 0) return
  const other = readdirSync(data).find((name) => !KEPT.has(name))
  if (other !== undefined)
    throw new Error(`${data} holds ${other} and can be entered by others: choose a folder for drops alone.`)
  chmodSync(data, 0o700)
}

/** What is in a data folder. docs/storage.md §4. */
const KEPT: ReadonlySet<string> = new Set([NOTE, NEW_NOTE, RESERVE, 'damaged', 'state', 'tmp'])
