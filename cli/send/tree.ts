import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** One thing in a folder: a file with the name that it is sealed under, or why it is left out. */
export type Entry = { readonly path: string; readonly name: string } | { readonly path: string; readonly why: string }

/**
 * All of a folder, hidden files included, sorted by name. Nothing is followed out of it: a symbolic link may lead anywhere.
 * @param name - of the folder, as its files are sealed under it; `''` for none.
 * @throws Error of the operating system if a folder cannot be read
 */
export async function* listFiles(path: string, name: string): AsyncIterable<Entry> {
  const entries = await readdir(path, { withFileTypes: true })
  if (entries.length === 0) yield { path, why: 'an empty folder' }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = { path: join(path, entry.name), name: name === '' ? entry.name : `${name}/${entry.name}` }
    if (entry.isDirectory()) yield* listFiles(inner.path, inner.name)
    else if (entry.isFile()) yield inner
    else yield { path: inner.path, why: describe(entry) }
  }
}

function describe(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link'
  return entry.isFIFO() || entry.isSocket() ? 'a pipe' : 'a device'
}
