import { chmodSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/** Contents by path, relative to one folder and with `/`. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/**
 * Makes `folder` hold exactly `files`. A file that is right already is not touched, and each file changes in one step: servers
 * and tests that read the folder in the meantime see the old file or the new one.
 */
export function writeFolder(folder: string, files: Files): void {
  for (const path of listFolder(folder)) if (!files.has(path)) rmSync(join(folder, path))
  for (const [path, contents] of files) {
    writeChanged(join(folder, path), contents)
    for (let above = dirname(path); ; above = dirname(above)) {
      chmodSync(join(folder, above), 0o755)
      if (above === '.') break
    }
  }
}

/**
 * Writes one file, in one step, unless it is right already. Its mode does not depend on the umask. Its time is not set, because
 * the local server notices by it that a file has changed.
 */
export function writeChanged(file: string, contents: string | Uint8Array): void {
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents
  // The command line must be executable.
  const mode = Buffer.from(bytes.subarray(0, 2)).toString() === '#!' ? 0o755 : 0o644
  if (readIfThere(file)?.equals(bytes) === true) return chmodSync(file, mode)
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, bytes)
  chmodSync(draft, mode)
  renameSync(draft, file)
}

/** Every file below `folder`, sorted; none if there is no such folder. */
export function listFolder(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .toSorted()
}

/** Every source file of the project, relative to `root` and sorted: nothing installed, built or hidden. */
export function listSources(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules' && name !== 'dist')
    .flatMap((entry) =>
      entry.isDirectory() ? listFolder(join(root, entry.name)).map((path) => `${entry.name}/${path}`) : [entry.name],
    )
    .toSorted()
}

function readIfThere(file: string): Buffer | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined
}
