// Removes the remains of a killed server from its stores, while nobody has them open.
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { databasesIn, namesIn } from './databases.ts'

/** The findings of a sweep. */
export interface Swept {
  /** Removed files with ciphertext, or a piece of it, that nobody could get any more. */
  readonly removed: number
  readonly removedBytes: number
  /** Parts of waiting drops whose ciphertext is missing. */
  readonly lost: number
}

/**
 * Removes values that no drop names any more or that have expired from the local Workers KV and R2, and files that neither of them
 * names: a server that is killed while it stores or deletes a value leaves such. docs/storage.md §4.
 * @param now - milliseconds since 1970
 */
export function sweepStores(data: string, now: number): Swept {
  const drops = readDrops(data)
  const swept = { removed: 0, removedBytes: 0 }
  const present = new Set<string>()
  for (const { kind, table, expired } of STORES) {
    const indexes = databasesIn(data).filter((file) => file.startsWith(join('state', kind)))
    const named = new Map(indexes.flatMap((file) => tidy(join(data, file), { drops, expired, now, table })))
    const root = join(data, 'state', kind)
    for (const folder of namesIn(root)) {
      const blobs = join(root, folder, 'blobs')
      for (const name of namesIn(blobs)) {
        const key = named.get(name)
        const { size } = statSync(join(blobs, name))
        const wanted = key === undefined ? undefined : drops.awaited.get(key)
        // Cut off by a disk that failed: its reader would be told to try again, over and over.
        const isWhole = key !== undefined && (wanted === undefined || wanted === size)
        if (isWhole) present.add(key)
        else {
          swept.removedBytes += size
          swept.removed += 1
          rmSync(join(blobs, name), { recursive: true })
        }
      }
    }
  }
  return { ...swept, lost: [...drops.awaited.keys()].filter((key) => !present.has(key)).length }
}

/** The store keys on all shelves. */
interface Drops {
  /** Keys that may have ciphertext. */
  readonly named: ReadonlySet<string>
  /** Keys of waiting drops, which must have ciphertext, with its bytes. */
  readonly awaited: ReadonlyMap<string, number>
}

function readDrops(data: string): Drops {
  const named = new Set<string>()
  const awaited = new Map<string, number>()
  for (const file of databasesIn(data).filter((each) => each.startsWith(join('state', 'do')))) {
    using database = open(join(data, file))
    if (!has(database.db, 'drops')) continue
    const live = new Set<string>()
    for (const { id, phase, blobs, parts, size } of database.db
      .prepare('SELECT id, phase, blobs, parts, size FROM drops')
      .all()) {
      const keys = JSON.parse(String(blobs)) as string[]
      for (const key of keys) named.add(key)
      if (phase !== 'live') continue
      live.add(idText(id))
      const kept = keys.at(-1)
      if (parts === 1 && kept !== undefined) awaited.set(kept, Number(size))
    }
    if (!has(database.db, 'parts')) continue
    for (const { id, blob, size, state } of database.db.prepare('SELECT id, blob, size, state FROM parts').all()) {
      named.add(String(blob))
      if (state === 'received' && live.has(idText(id))) awaited.set(String(blob), Number(size))
    }
  }
  return { named, awaited }
}

/** Removes unneeded rows of one index. @returns the others: name of the file → key */
function tidy(
  file: string,
  { drops, expired, now, table }: { drops: Drops; expired: string; now: number; table: string },
): (readonly [blob: string, key: string])[] {
  using database = open(file)
  if (!has(database.db, table)) return []
  database.db.prepare(`DELETE FROM ${table} WHERE ${expired}`).run({ now })
  const rows = database.db.prepare(`SELECT key, blob_id FROM ${table}`).all()
  const remove = database.db.prepare(`DELETE FROM ${table} WHERE key = ?`)
  return rows.flatMap(({ key, blob_id: blob }) => {
    if (drops.named.has(String(key))) return [[String(blob), String(key)] as const]
    remove.run(String(key))
    return []
  })
}

function open(file: string): Disposable & { readonly db: DatabaseSync } {
  const db = new DatabaseSync(file)
  return { db, [Symbol.dispose]: () => db.close() }
}

function has(database: DatabaseSync, table: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) !== undefined
}

function idText(id: unknown): string {
  return Buffer.from(id as Uint8Array).toString('hex')
}

/** The indexes of the local stores, and the condition for expired rows: R2 expires nothing by itself. */
const STORES = [
  { kind: 'kv', table: '_mf_entries', expired: 'expiration < :now' },
  { kind: 'r2', table: '_mf_objects', expired: ':now < 0' },
] as const
