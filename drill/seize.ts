import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** One thing that an operator can hand over. */
export interface Holding {
  /** `file state/…`, `column drops.claims`, `key of KV`, `value of KV`, `printed`, `environment`, `settings`. */
  readonly place: string
  readonly kind: 'file' | 'column' | 'key' | 'value' | 'words'
  readonly bytes: Uint8Array
  /** For a column: its table and name, such as `drops.claims`. */
  readonly column?: string
  /** For the file of a database: its tables. */
  readonly tables?: readonly string[]
  /** For a column, key or value: each value by itself. */
  readonly values: readonly Uint8Array[]
}

/** Everything that the operator of a seized server has. */
export interface Holdings {
  readonly all: readonly Holding[]
  /** Table → names of its columns, over all databases. */
  readonly tables: ReadonlyMap<string, readonly string[]>
  /** The values of the store: key → bytes. */
  readonly store: ReadonlyMap<string, Uint8Array>
  /** Rows of a table of shelves or racks, by the names of their columns. */
  readonly rows: ReadonlyMap<string, readonly SeizedRow[]>
}

export type SeizedRow = Readonly<Record<string, unknown>>

/**
 * Takes everything that a seized server has. The databases are read as they were left, with write-ahead logs and freed pages,
 * before they are opened.
 * @param data - the data folder. @param texts - everything else, as text, by its place
 */
export function seizeAll(data: string, words: Readonly<Record<string, string>>): Holdings {
  const paths = filesBelow(data)
  const raw = paths.map((path) => ({ path, bytes: new Uint8Array(readFileSync(path)) }))
  const databases = paths.filter((path) => path.endsWith('.sqlite')).map((path) => openDatabase(path))
  const tablesOf = new Map(databases.map(({ path, tables }) => [path, tables.map(({ name }) => name)]))
  const blobs = blobsOf(raw, databases)
  const files = raw.map(({ path, bytes }) => ({
    place: `file ${relative(data, path).replaceAll(/[0-9a-f]{64,}/g, (name) => name.slice(0, 8))}`,
    kind: 'file' as const,
    bytes,
    tables: tablesOf.get(path.replace(/-(?:wal|shm)$/, '')) ?? [],
    values: [],
  }))
  const told = Object.entries(words).map(([place, text]) => {
    return { place, kind: 'words' as const, bytes: Buffer.from(text), values: [] }
  })
  const own = databases.filter(({ isStore }) => !isStore).flatMap(({ tables }) => tables)
  const inStore = databases.filter(({ isStore }) => isStore).flatMap(({ tables }) => tables)
  return {
    all: [...files, ...columnsOf(own, 'column'), ...columnsOf(inStore, 'key'), ...valuesOf(blobs), ...told],
    tables: merged([...own, ...inStore]),
    store: blobs,
    rows: new Map(own.map(({ name }) => [name, own.filter((each) => each.name === name).flatMap(({ rows }) => rows)])),
  }
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly SeizedRow[]
}

interface Database {
  readonly path: string
  /** Whether it belongs to the runtime's KV or R2, and not to a Durable Object. */
  readonly isStore: boolean
  readonly tables: readonly Table[]
}

function openDatabase(path: string): Database {
  const database = new DatabaseSync(path)
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all()
    const tables = names.map(({ name }) => {
      const quoted = `"${String(name)}"`
      const columns = database
        .prepare(`PRAGMA table_info(${quoted})`)
        .all()
        .map((column) => String(column['name']))
      const statement = database.prepare(`SELECT * FROM ${quoted}`)
      statement.setReadBigInts(true)
      return { name: String(name), columns, rows: statement.all() }
    })
    return { path, isStore: !/[/\\]do[/\\]/.test(path), tables }
  } finally {
    database.close()
  }
}

function columnsOf(tables: readonly Table[], kind: 'column' | 'key'): Holding[] {
  const columns = new Map<string, Uint8Array[]>()
  for (const { name, columns: called, rows } of tables) {
    for (const column of called) {
      const key = `${name}.${column}`
      const values = rows.map((row) => bytesOfValue(row[column])).filter((value) => value !== undefined)
      columns.set(key, [...(columns.get(key) ?? []), ...values])
    }
  }
  return [...columns].map(([column, values]) => {
    return { place: `${kind === 'key' ? 'store' : 'column'} ${column}`, kind, column, values, bytes: joined(values) }
  })
}

/** As bytes; numbers in decimal. */
function bytesOfValue(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value)
  return typeof value === 'bigint' || typeof value === 'number' ? Buffer.from(`${value}`) : undefined
}

function valuesOf(blobs: ReadonlyMap<string, Uint8Array>): Holding[] {
  return [...blobs].map(([key, bytes]) => {
    return { place: `value of ${key.split('/')[0]}/`, kind: 'value', bytes: bytes.subarray(0, 0), values: [bytes] }
  })
}

/** The values of KV and R2 are in files, which the runtime's own tables name. */
function blobsOf(
  raw: readonly { path: string; bytes: Uint8Array }[],
  databases: readonly Database[],
): Map<string, Uint8Array> {
  const files = new Map(
    raw.filter(({ path }) => basename(dirname(path)) === 'blobs').map(({ path, bytes }) => [basename(path), bytes]),
  )
  const entries = databases.filter(({ isStore }) => isStore).flatMap(({ tables }) => tables.flatMap(({ rows }) => rows))
  return new Map(
    entries.flatMap(({ key, blob_id: blob }) => {
      const bytes = typeof blob === 'string' ? files.get(blob) : undefined
      return typeof key === 'string' && bytes !== undefined ? [[key, bytes] as const] : []
    }),
  )
}

function merged(tables: readonly Table[]): Map<string, readonly string[]> {
  const all = new Map<string, readonly string[]>()
  for (const { name, columns } of tables) all.set(name, [...new Set([...(all.get(name) ?? []), ...columns])])
  return all
}

function joined(values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(values.flatMap((value) => [value, SEPARATOR]))
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

const SEPARATOR = new Uint8Array([0])
