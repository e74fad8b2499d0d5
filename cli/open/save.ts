import { accessSync, constants, existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { equalBytes } from '#protocol/bytes.ts'
import { MAX_NAME_BYTES } from '#protocol/limits.ts'
import { giveBack } from '#client/memory.ts'
import { makeNamer, numbered } from '#client/names.ts'
import type { Sink } from '#client/unarchive.ts'
import { describeSystemError, Failure, isSystemError } from '../failure.ts'
import { claimName, failedWith, makeFolder, partialPath, removeFile, syncFolder } from '../state/files.ts'
import { readRange } from '../send/sources.ts'
import { stageIn, type FolderStaging } from './staging.ts'
import { undoOnSignals } from '../terminal/terminal.ts'

/** Where a file of a drop went. */
export interface Saved {
  /** As its sender named it. */
  readonly name: string
  readonly path: string
  /** Whether the same bytes were there already, as after a run that could not tell the server. */
  readonly wasThere: boolean
}

/** Takes in the files of a drop while it is opened, under names that nobody takes for theirs. */
export interface FileSaver extends Sink {
  /** Why it could not go on, whatever became of that error on its way. */
  readonly fault: Failure | undefined
  /** Gives all files their names. Only when the whole drop is known to be genuine. A file that gets none is removed. */
  publish(): Promise<Saved[]>
  /** Removes what has no name yet. */
  discard(): Promise<void>
}

export interface SaveOptions {
  /** Where the files go. */
  readonly folder: string
  /** Where they are until then, on the same disk; left out for a folder that is made beside them, and removed. */
  readonly partials?: string | undefined
  /** Else `.profile` becomes `_.profile`: in a home folder a new hidden file may be a command. */
  readonly keepsHidden: boolean
  /** The remedy when a file cannot be saved. */
  readonly hint: string
}

/** Makes sure that a folder is there and can be written to, before anything is claimed. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Failure(`cannot save files in ${folder}: ${describeSystemError(cause)}`, { cause })
  }
}

/**
 * Saves files under names that their sender chose, and overwrites nothing. The names are clean (`client/names.ts`): no way
 * leads out of the folder.
 */
export function saveInto(place: SaveOptions): FileSaver {
  return new FolderSaver(place)
}

class FolderSaver implements FileSaver {
  fault: Failure | undefined
  readonly #place: SaveOptions
  readonly #files: Partial[] = []
  #current: { readonly partial: Partial; readonly handle: FileHandle } | undefined
  #scratch: FolderStaging | undefined

  constructor(place: SaveOptions) {
    this.#place = place
    // The contents of a drop do not stay behind under names that nobody knows.
    undoOnSignals(() => {
      this.#removeAll()
      if (this.#scratch !== undefined) rmSync(this.#scratch.path, { recursive: true, force: true })
    })
  }

  file({ name, modifiedAtMs }: Parameters<Sink['file']>[0]): Promise<void> {
    return this.#attempt(name, async () => {
      await this.#finish()
      const { folder, partials } = this.#place
      if (partials === undefined) this.#scratch ??= await makeScratch(folder)
      const partial = { name, path: partialPath(partials ?? this.#scratch?.path ?? folder), modifiedAtMs }
      // Exclusively: what has that name already, a symbolic link above all, is not written to.
      this.#current = { partial, handle: await open(partial.path, 'wx', 0o600) }
      this.#files.push(partial)
    })
  }

  write(bytes: Parameters<Sink['write']>[0]): Promise<void> {
    return this.#attempt(this.#currentName(), async () => this.#current?.handle.writeFile(bytes))
  }

  async publish(): Promise<Saved[]> {
    const { folder, keepsHidden } = this.#place
    try {
      await this.#attempt(this.#currentName(), () => this.#finish())
      const saved: Saved[] = []
      const names = this.#files.map(({ name }) => name)
      for (const name of namesThatFit(folder, names, keepsHidden)) {
        const [file] = this.#files
        if (file === undefined) break
        saved.push({ name: file.name, ...(await this.#attempt(name, () => give(file.path, folder, name))) })
        this.#files.shift()
      }
      return saved
    } finally {
      await this.#leave()
    }
  }

  async discard(): Promise<void> {
    await this.#current?.handle.close()
    this.#current = undefined
    await this.#leave()
  }

  async #attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (!isSystemError(cause) && !(cause instanceof Failure)) throw cause
      // Nobody else knows the names of partial files but another run of this command, which tidies up.
      const isTaken = failedWith(cause, 'ENOENT') && this.#files.some(({ path }) => !existsSync(path))
      const why = isTaken ? 'another process opens the same drop into this folder' : describeSystemError(cause)
      const told = cause instanceof Failure ? cause.message : `cannot save ${name}: ${why}`
      this.fault ??= new Failure(told, { hint: this.#place.hint, cause })
      throw this.fault
    }
  }

  #currentName(): string {
    return this.#current?.partial.name ?? ''
  }

  async #finish(): Promise<void> {
    if (this.#current === undefined) return
    const { partial, handle } = this.#current
    this.#current = undefined
    try {
      const seconds = partial.modifiedAtMs / 1_000
      await handle.utimes(seconds, seconds)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async #leave(): Promise<void> {
    this.#removeAll()
    await this.#scratch?.clear()
    this.#scratch = undefined
  }

  #removeAll(): void {
    for (const { path } of this.#files.splice(0)) {
      try {
        removeFile(path)
      } catch {
        // Whatever ended the command counts more.
      }
    }
  }
}

/** A file that has no name yet. */
interface Partial {
  readonly name: string
  readonly path: string
  readonly modifiedAtMs: number
}

/** A folder of this process, which the next command finds if this one is killed. @throws as the system */
async function makeScratch(folder: string): Promise<FolderStaging> {
  try {
    return await stageIn(partialPath(folder))
  } catch (error) {
    throw error instanceof Failure && isSystemError(error.cause) ? error.cause : error
  }
}

/**
 * The names under which files are saved: those that they have, but where they would hide, or this disk does not take them.
 * Some disks take shorter ones than others, and the folder itself counts.
 */
function namesThatFit(folder: string, names: readonly string[], keepsHidden: boolean): string[] {
  const parts = new Set(names.flatMap((name) => name.split('/')))
  const isLong = [...parts].some((part) => isTooLong(join(folder, part)))
  const most = isLong ? SHORT_NAME_BYTES : MAX_NAME_BYTES
  const nameOf = makeNamer({ most, change: (part) => (keepsHidden ? part : part.replace(/^\./, '_.')) })
  return names.map((name) => {
    const near = nameOf(name)
    return isTooLong(join(folder, near)) ? nameOf(basename(name)) : near
  })
}

function isTooLong(path: string): boolean {
  try {
    lstatSync(path)
    return false
  } catch (error) {
    return failedWith(error, 'ENAMETOOLONG')
  }
}

async function give(partial: string, folder: string, name: string): Promise<Omit<Saved, 'name'>> {
  makeFolders(folder, dirname(name))
  for (let count = 1; ; count++) {
    const last = count === 1 ? basename(name) : numbered(basename(name), count)
    const path = join(folder, dirname(name), last)
    const isNew = claimName(partial, path)
    if (isNew || (await isSame(partial, path))) {
      await unlink(partial)
      syncFolder(dirname(path))
      return { path, wasThere: !isNew }
    }
  }
}

/** Makes the folders within `folder` that a name asks for. A symbolic link would lead out of it. */
function makeFolders(folder: string, names: string): void {
  let path = folder
  for (const name of names.split('/').filter((each) => each !== '.')) {
    path = join(path, name)
    try {
      mkdirSync(path, { mode: 0o700 })
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error
      if (!lstatSync(path).isDirectory()) throw new Failure(`cannot save into ${path}: it is not a folder`)
    }
  }
}

async function isSame(a: string, b: string): Promise<boolean> {
  const stats = lstatSync(b, { throwIfNoEntry: false })
  const { size } = lstatSync(a)
  if (stats?.isFile() !== true || stats.size !== size) return false
  const handles = [
    await open(a, constants.O_RDONLY | NO_FOLLOW),
    await open(b, constants.O_RDONLY | NO_FOLLOW),
  ] as const
  try {
    for (let start = 0; start < size; start += COMPARED_BYTES) {
      const end = Math.min(size, start + COMPARED_BYTES)
      const [left, right] = await Promise.all(handles.map((each) => readRange(each, start, end)))
      if (left === undefined || right === undefined || !equalBytes(left, right)) return false
      for (const each of [left, right]) giveBack(each)
    }
    return true
  } finally {
    for (const each of handles) await each.close()
  }
}

/** Bytes of a name that disks take which take less than others: eCryptfs has 143. */
const SHORT_NAME_BYTES = 140

const COMPARED_BYTES = 1_048_576

/** Windows has no such flag. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
