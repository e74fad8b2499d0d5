import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { boxAddressBytes } from '#protocol/address.ts'
import { toBase64url } from '#protocol/bytes.ts'
import {
  columnsOf,
  describeRows,
  keysIn,
  type DeclaredTable,
  type HeldObject,
  type HeldTable,
  type StoredRow,
  type Subject,
} from '#protocol/disclosure.ts'
import { dropIdBytes } from '#protocol/id.ts'
import { Failure } from '../failure.ts'
import declared from './disclosure.json' with { type: 'json' }

/** The rows that were found in a server's folder, and the places that were searched. */
export interface FoundRows {
  readonly searched: readonly string[]
  readonly held: readonly HeldTable[]
  readonly ciphertext: readonly HeldObject[]
}

/**
 * Looks through a folder of `npm start` for one drop or one box: every database of every shelf and rack, whichever it belongs
 * on, and both stores. Nothing is written, and the server may run meanwhile.
 * @throws Failure for what is no such folder
 */
export function searchFolder(data: string, subject: Subject): FoundRows {
  const state = join(data, 'state')
  if (statSync(join(state, 'do'), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Failure(`${data} is no data folder of a server`, { hint: 'npm start keeps it in .sealdrop-data' })
  const shelves = databases(join(state, 'do'), /-Shelf$/)
  const racks = databases(join(state, 'do'), /-Rack$/)
  const named =
    'drop' in subject ? { 'drop id': dropIdBytes(subject.drop) } : { 'box address': boxAddressBytes(subject.box) }
  const rows = [
    ...shelves.flatMap((file) => withParts(file, rowsWith(file, declared.databases.shelf, named))),
    ...racks.map((file) => ({
      file,
      tables: declared.databases.rack,
      found: rowsWith(file, declared.databases.rack, named),
    })),
  ]
  const held = rows.flatMap(({ file, tables, found }) =>
    Object.entries<DeclaredTable>(tables).flatMap(([name, table]) =>
      describeRows(name, place(file), table, found[name] ?? []),
    ),
  )
  const keys = rows.flatMap(({ found }) => keysIn(found))
  return {
    searched: [
      `all ${shelves.length} databases of shelves: ${Object.keys(declared.databases.shelf).join(', ')}`,
      `all ${racks.length} databases of racks: ${Object.keys(declared.databases.rack).join(', ')}`,
      `Workers KV and R2, for the ${keys.length} keys that the rows name`,
    ],
    held,
    ciphertext: keys.map((key) => look(state, key)),
  }
}

type Rows = Readonly<Record<string, readonly StoredRow[]>>

interface Shelved {
  readonly file: string
  readonly tables: Readonly<Record<string, DeclaredTable>>
  readonly found: Rows
}

/** The address of a box leads to its drops; their parts have its id alone. */
function withParts(file: string, found: Rows): readonly Shelved[] {
  const tables = declared.databases.shelf
  const drops = (found['drops'] ?? []).filter(() => found['parts'] === undefined)
  const parts = drops.flatMap(({ id }) =>
    id instanceof Uint8Array ? (rowsWith(file, { parts: tables.parts }, { 'drop id': id })['parts'] ?? []) : [],
  )
  return [{ file, tables, found: parts.length === 0 ? found : { ...found, parts } }]
}

function rowsWith(
  file: string,
  tables: Readonly<Record<string, DeclaredTable>>,
  named: Readonly<Record<string, Uint8Array>>,
): Rows {
  return reading(file, (database) => {
    const found = columnsOf(tables, Object.keys(named)).flatMap(([table, columns]) => {
      if (database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) === undefined)
        return []
      const where = columns.map((column) => `${column} = ?`).join(' AND ')
      return [[table, database.prepare(`SELECT * FROM ${table} WHERE ${where}`).all(...Object.values(named))] as const]
    })
    return Object.fromEntries(found)
  })
}

/** The values that the local stand-ins of KV and R2 have under a key. */
function look(state: string, key: string): HeldObject {
  const [kind, table, columns] = key.startsWith(declared.stores.r2.prefix)
    ? (['r2', '_mf_objects', 'blob_id, uploaded'] as const)
    : (['kv', '_mf_entries', 'blob_id, expiration'] as const)
  const store = declared.stores[kind].name
  const files = databases(join(state, kind), /Object$/)
  const query = `SELECT ${columns} FROM ${table} WHERE key = ?`
  const row = files
    .map((file) => reading(file, (database) => database.prepare(query).get(key)))
    .find((each) => each !== undefined)
  if (row === undefined) return { store, key, present: false }
  const { blob_id: blob, expiration, uploaded } = row
  const bytes = readBlob(join(state, kind), String(blob))
  return {
    store,
    key,
    present: bytes !== undefined,
    ...(bytes === undefined
      ? {}
      : { sizeBytes: bytes.length, sha256: toBase64url(createHash('sha256').update(bytes).digest()) }),
    ...(typeof uploaded === 'number' ? { uploaded: new Date(uploaded).toISOString() } : {}),
    ...(typeof expiration === 'number' ? { expires: new Date(expiration).toISOString() } : {}),
  }
}

function readBlob(folder: string, name: string): Buffer | undefined {
  for (const namespace of subfolders(folder)) {
    const path = join(folder, namespace, 'blobs', name)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return readFileSync(path)
  }
  return undefined
}

function reading<T>(file: string, read: (database: DatabaseSync) => T): T {
  // Asked for here: the other commands run under a Node that has none.
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  try {
    const database = new Database(file, { readOnly: true, timeout: PATIENCE_MS })
    try {
      return read(database)
    } finally {
      database.close()
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown error'
    throw new Failure(`cannot read ${place(file)}: ${why}`, { hint: 'run the same command again', cause })
  }
}

/** The databases in the folders below `folder` whose names end so; what belongs to the runtime alone is left out. */
function databases(folder: string, ending: RegExp): readonly string[] {
  return subfolders(folder)
    .filter((name) => ending.test(name))
    .flatMap((name) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith('.sqlite') && file !== 'metadata.sqlite')
        .toSorted()
        .map((file) => join(folder, name, file)),
    )
}

function subfolders(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))
}

function place(file: string): string {
  return file.split('/').slice(-2).join('/')
}

/** A server that is writing has a database for itself, for a moment. */
const PATIENCE_MS = 10_000
