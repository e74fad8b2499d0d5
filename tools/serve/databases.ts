// Checks the databases in a data folder while nobody has them open.
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A database that is damaged, or that has gone missing. */
export interface Damage {
  /** Its path, relative to the data folder. */
  readonly file: string
  readonly how: string
}

/**
 * Checks every database of a data folder, and that none has gone missing: an empty one in its place would look new. The write-ahead
 * log of each is moved into it first.
 */
export function checkDatabases(data: string): readonly Damage[] {
  const there = databasesIn(data)
  const missing = readList(data).filter((file) => !there.includes(file))
  return [
    ...missing.map((file): Damage => ({ file, how: 'is missing' })),
    ...there.flatMap((file): Damage[] => {
      const how = check(data, file)
      return how === undefined ? [] : [{ file, how }]
    }),
  ]
}

/** Writes the list of databases for the next `checkDatabases`, without empty ones. */
export function noteDatabases(data: string): void {
  const there = databasesIn(data).filter((file) => !isEmpty(data, file))
  const text = `${JSON.stringify(there, null, 1)}\n`
  const list = join(data, LIST)
  if (readText(list) === text) return
  mkdirSync(dirname(list), { recursive: true })
  writeFileSync(`${list}.new`, text, { mode: 0o600 })
  renameSync(`${list}.new`, list)
}

/** Moves damaged databases out of the way, and removes missing ones from the list. */
export function setAside(data: string, damages: readonly Damage[]): void {
  for (const { file } of damages) {
    for (const suffix of ['', '-wal', '-shm']) {
      const from = join(data, `${file}${suffix}`)
      if (statSync(from, { throwIfNoEntry: false }) === undefined) continue
      const to = join(data, 'damaged', `${file}${suffix}`)
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
      renameSync(from, to)
    }
  }
  noteDatabases(data)
}

/** The databases of a data folder, as relative paths: those of shelves and racks, and the indexes of the stores. */
export function databasesIn(data: string): readonly string[] {
  return ['do', 'kv', 'r2'].flatMap((kind) =>
    namesIn(join(data, 'state', kind)).flatMap((folder) =>
      namesIn(join(data, 'state', kind, folder))
        .filter((name) => name.endsWith('.sqlite'))
        .map((name) => join('state', kind, folder, name)),
    ),
  )
}

/** The names in a folder, sorted; none if it is no folder. */
export function namesIn(folder: string): readonly string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder).toSorted() : []
}

function check(data: string, file: string): string | undefined {
  if (isEmpty(data, file)) return readList(data).includes(file) ? 'is empty' : undefined
  try {
    const database = new DatabaseSync(join(data, file))
    try {
      const [first] = database.prepare('PRAGMA quick_check(1)').all()
      const found = String(first?.['quick_check'])
      return found === 'ok' ? undefined : `is damaged (${found.split('\n', 1)[0] ?? ''})`
    } finally {
      database.close()
    }
  } catch (error) {
    return `cannot be read (${error instanceof Error ? error.message : String(error)})`
  }
}

/** A database that was created and never written: a kill at that moment leaves one. */
function isEmpty(data: string, file: string): boolean {
  const size = (suffix: string): number =>
    statSync(join(data, `${file}${suffix}`), { throwIfNoEntry: false })?.size ?? 0
  return size('') === 0 && size('-wal') === 0
}

function readList(data: string): readonly string[] {
  try {
    return JSON.parse(readText(join(data, LIST)) ?? '[]') as string[]
  } catch {
    return []
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** The list of databases. In `state/`, so that deleting that folder deletes the list as well. */
const LIST = join('state', 'databases.json')
