import { readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'

/** One table of one database on the disk of a server. */
export interface DiskTable {
  /** Relative to the data folder. */
  readonly file: string
  /** `Shelf`, `Rack`, `kv`, `r2`, or `runtime` for the runtime's own. */
  readonly kind: string
  readonly table: string
  readonly columns: Readonly<Record<string, string>>
  readonly indexes: readonly string[]
  readonly rows: readonly Readonly<Record<string, SQLOutputValue>>[]
}

/** Every table of every database in a data folder, of a running server as well. */
export function tablesOn(data: string): readonly DiskTable[] {
  return filesOn(data)
    .filter((file) => file.endsWith('.sqlite') && file.startsWith('state/'))
    .flatMap((file) => {
      const database = new DatabaseSync(join(data, file), { readOnly: true, timeout: PATIENCE_MS })
      try {
        const named = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
        return named.map(({ name }) => read(database, file, String(name)))
      } finally {
        database.close()
      }
    })
}

/** The time that a database may be locked while its server opens or closes it, in milliseconds. */
export const PATIENCE_MS = 30_000

/** Every file in a data folder, relative to it. */
export function filesOn(data: string): readonly string[] {
  const entries = readdirSync(data, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)))
    .toSorted()
}

function read(database: DatabaseSync, file: string, table: string): DiskTable {
  const all = database.prepare(`SELECT * FROM "${table}"`)
  // Alarms are in nanoseconds.
  all.setReadBigInts(true)
  const columns = database.prepare(`PRAGMA table_info("${table}")`).all()
  const indexes = database.prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?").all(table)
  return {
    file,
    kind: kindOf(file),
    table,
    columns: Object.fromEntries(
      columns.map(({ name, type, notnull }) => [name, `${String(type)} ${notnull === 1 ? 'NOT NULL' : ''}`.trim()]),
    ),
    indexes: indexes.map(({ name }) => String(name)).filter((name) => !name.startsWith('sqlite_autoindex_')),
    rows: all.all(),
  }
}

function kindOf(file: string): string {
  if (basename(file) === 'metadata.sqlite') return 'runtime'
  const folder = basename(dirname(file))
  return folder.startsWith('sealdrop-') ? folder.slice('sealdrop-'.length) : (file.split('/')[1] ?? '')
}
