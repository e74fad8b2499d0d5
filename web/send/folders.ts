import { chooseFile, MAX_FILES, sortFiles, type ChosenFile } from './draft.ts'

/** The dropped entries, taken at once: the browser forgets them when the event is over. */
export function takeEntries({ items }: DataTransfer): FileSystemEntry[] {
  return Array.from(items).flatMap((item) => item.webkitGetAsEntry?.() ?? [])
}

/**
 * The dropped files, those in folders with their paths. It stops at one more than an archive takes: then all of
 * them are refused, however many there are.
 * @returns `hasEmpty`: there was a folder with nothing in it, of which nothing can be sealed
 * @throws DOMException if a folder cannot be read
 */
export async function readEntries(
  entries: readonly FileSystemEntry[],
): Promise<{ files: ChosenFile[]; hasEmpty: boolean }> {
  const files: ChosenFile[] = []
  let hasEmpty = false
  const waiting = [...entries]
  for (let entry = waiting.shift(); entry !== undefined && files.length <= MAX_FILES; entry = waiting.shift()) {
    if (isFile(entry)) files.push(chooseFile(await readFile(entry), entry.fullPath.replace(/^\//, '')))
    else if (isFolder(entry)) {
      const inside = await readFolder(entry)
      hasEmpty ||= inside.length === 0
      waiting.unshift(...inside)
    }
  }
  return { files: sortFiles(files), hasEmpty }
}

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A reader gives some at a time, and none when there are no more. */
async function readFolder(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
