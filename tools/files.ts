import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** Paths relative to one folder, with `/`, and what they hold. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/**
 * Makes `folder` hold exactly `files`. What is right already is left alone, and each file changes in one step: servers and
 * tests that read the folder meanwhile see the old file or the new one.
 */
export function writeFolder(folder: string, files: Files): void {
  for (const path of listFolder(folder)) if (!files.has(path)) rmSync(join(folder, path))
  for (const [path, contents] of files) {
    const file = join(folder, path)
    const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents
    if (readIfThere(file)?.equals(bytes) === true) continue
    mkdirSync(dirname(file), { recursive: true })
    const draft = `${file}.${process.pid}.new`
    // The command line is started by its name.
    writeFileSync(draft, bytes, { mode: bytes.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644 })
    renameSync(draft, file)
  }
}

/** Every file below `folder`, sorted; none if there is no such folder. */
export function listFolder(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .toSorted()
}

function readIfThere(file: string): Buffer | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined
}
