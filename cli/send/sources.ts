import { createReadStream, type Dirent } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Bytes } from '#protocol/bytes.ts'
import type { DropFile } from '#client/archive.ts'
import { takeMemory } from '#client/memory.ts'
import { numbered } from '#client/names.ts'
import { onePartCapacity } from '#client/capacity.ts'
import { FileFault, memorySource, type ByteSource } from '#client/source.ts'
import { describeSystemError, Failure } from '../failure.ts'
import { say } from '../terminal/terminal.ts'
import { sizeAtMost } from '../terminal/format.ts'
import { misused } from '../command.ts'

/** A file that was chosen to be sent. */
export interface ChosenPath {
  readonly file: DropFile
  /** Absolute, to find it again; `undefined` for what could be read only once, and is in memory. */
  readonly path: string | undefined
}

/**
 * The files that the arguments of `send` name: files, all files of folders, pipes.
 * @param most - the most files allowed. @param rest - the end of the sentence about that limit, such as ` besides text`.
 * @throws Failure if something is not there or cannot be read
 */
export async function chooseFiles(paths: readonly string[], most: number, rest: string): Promise<ChosenPath[]> {
  const found: Found[] = []
  const skipped: string[] = []
  const nameOf = makeRootNamer()
  for (const path of paths) {
    if (path === '') throw misused('empty file name', undefined, 'is a variable of the shell empty?')
    for await (const each of find(path, nameOf)) {
      if ('why' in each) skipped.push(`skipped ${each.path}: ${each.why}`)
      else if (found.push(each) > most) throw tooMany(most, rest)
    }
  }
  for (const sentence of skipped) say(sentence)
  const chosen: ChosenPath[] = []
  let left = onePartCapacity()
  for (const { path, name } of found) {
    const { isStream, size, modifiedAtMs } = await lookAt(path)
    const bytes = isStream ? await readStream(path, left) : undefined
    left -= bytes?.length ?? 0
    // A file of size 0 that has no bytes is a file; one that has some, as in /proc, is read as a pipe.
    const isPipe = bytes !== undefined && (size === undefined || bytes.length > 0)
    const source = isPipe ? memorySource(bytes) : pathSource(path, size ?? 0, modifiedAtMs)
    const file = { name, type: '', modifiedAtMs, source }
    chosen.push({ file, path: isPipe ? undefined : await realpath(path).catch(() => resolve(path)) })
  }
  return chosen
}

/**
 * A file on the disk. It is opened for every read, so that a thousand of them take no descriptors, and compared
 * with what it was when it was chosen.
 */
export function pathSource(path: string, size: number, modifiedAtMs: number): ByteSource {
  const read = async (start: number, end: number): Promise<Bytes> => {
    let file: FileHandle | undefined
    try {
      file = await open(path, 'r')
      const bytes = await readRange(file, start, end)
      // Afterwards, so that a change while it was read is noticed too.
      const now = await file.stat()
      if (bytes !== undefined && now.size === size && now.mtimeMs === modifiedAtMs) return bytes
    } catch (cause) {
      throw new FileFault('file_unreadable', path, { cause })
    } finally {
      await file?.close()
    }
    throw new FileFault('file_changed', path)
  }
  return { size, read }
}

/** Exactly these bytes, in memory that the caller may give back; `undefined` if the file ends before. */
export async function readRange(file: FileHandle, start: number, end: number): Promise<Bytes | undefined> {
  const bytes = takeMemory(end - start)
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done)
    if (bytesRead === 0) return undefined
    done += bytesRead
  }
  return bytes
}

interface Found {
  readonly path: string
  /** As it is sealed: relative, with `/`. */
  readonly name: string
}

/** Two folders of one name, in different places, stay two. */
function makeRootNamer(): (folder: string) => string {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  return (folder) => {
    const path = resolve(folder)
    const own = basename(path)
    let name = names.get(path) ?? own
    if (!names.has(path)) for (let n = 2; taken.has(name); n++) name = numbered(own, n, true)
    names.set(path, name)
    taken.add(name)
    return name
  }
}

async function* find(
  path: string,
  nameOf: (folder: string) => string,
): AsyncIterable<Found | { path: string; why: string }> {
  try {
    if ((await stat(path)).isDirectory()) yield* listFiles(path, nameOf(path))
    else yield { path, name: basename(path) }
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function lookAt(path: string): Promise<{ isStream: boolean; size: number | undefined; modifiedAtMs: number }> {
  try {
    const stats = await stat(path)
    const isFile = stats.isFile()
    return {
      isStream: !isFile || stats.size === 0,
      size: isFile ? stats.size : undefined,
      modifiedAtMs: stats.mtimeMs,
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** Pipes and devices do not say how long they are, and give their bytes once. */
async function readStream(path: string, most: number): Promise<Bytes> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > most) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (length > most)
    throw new Failure(`cannot send ${path}: more than ${sizeAtMost(onePartCapacity())} from a pipe`, { hint: SAVE_IT })
  return new Uint8Array(Buffer.concat(chunks))
}

/** One thing in a folder: a file with the name that it is sealed under, or why it is left out. */
type Entry = { readonly path: string; readonly name: string } | { readonly path: string; readonly why: string }

/**
 * All of a folder, hidden files included, sorted by name. Nothing is followed out of it: a symbolic link may lead anywhere.
 * @param name - of the folder, as its files are sealed under it; `''` for none.
 * @throws Error of the operating system if a folder cannot be read
 */
async function* listFiles(path: string, name: string): AsyncIterable<Entry> {
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

function unreadable(path: string, cause: unknown): Failure {
  // Node's replacement for bytes that are no text, under which nothing is found.
  if (path.includes('\ufffd')) return new Failure(`cannot read ${path}: its name is not UTF-8`, { hint: RENAME, cause })
  return new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
}

function tooMany(most: number, rest: string): Failure {
  return misused(`a drop holds at most ${most} files${rest}`, undefined, 'pack them first: tar -cf files.tar …')
}

const RENAME = 'give it another name; a name in UTF-8 is what every computer can read'

export const SAVE_IT = 'save it as a file first, and send that'
