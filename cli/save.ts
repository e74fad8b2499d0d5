import { accessSync, constants, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { equalBytes } from '#protocol/bytes.ts'
import type { DropFile } from '#client/archive.ts'
import { cleanName, placesOf } from '#client/names.ts'
import { describeSystemError, Failure, isSystemError } from './failure.ts'
import { createFile, failedWith, makeFolder } from './files.ts'

/** Where a file of a drop went. */
export interface Saved {
  readonly file: DropFile
  readonly path: string
  /** Whether the same bytes were there already, as after a run that could not tell the server. */
  readonly wasThere: boolean
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
 * Saves files under names that their sender chose, and overwrites nothing.
 * @param files - with clean names (`client/names.ts`): no way leads out of the folder.
 * @param keepsHidden - else `.profile` becomes `_.profile`: in a home folder a new hidden file may be a command.
 */
export function saveFiles(files: readonly DropFile[], folder: string, keepsHidden: boolean): Saved[] {
  return files.map((file) => {
    const name = keepsHidden ? file.name : file.name.replace(/(^|\/)\./g, '$1_.')
    try {
      return saveFile(file, folder, name)
    } catch (cause) {
      if (!isSystemError(cause)) throw cause
      throw new Failure(`cannot save ${name}: ${describeSystemError(cause)}`, { hint: NOT_LOST, cause })
    }
  })
}

function saveFile(file: DropFile, folder: string, name: string): Saved {
  makeFolders(folder, dirname(name))
  const taken = new Set<string>()
  for (let candidate = name; ; candidate = join(dirname(name), cleanName(basename(name), taken))) {
    const path = join(folder, candidate)
    if (createFile(path, file.bytes, file.modifiedAtMs)) return { file, path, wasThere: false }
    if (holds(path, file.bytes)) return { file, path, wasThere: true }
    for (const place of placesOf(basename(candidate))) taken.add(place)
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
      if (!lstatSync(path).isDirectory())
        throw new Failure(`cannot save into ${path}: it is not a folder`, { hint: NOT_LOST })
    }
  }
}

function holds(path: string, bytes: Uint8Array): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === bytes.length && equalBytes(readFileSync(path), bytes)
}

const NOT_LOST = 'nothing is lost: run the same command again, with -o and another folder'
