import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import type { Shelf } from '../../../worker/drops/shelf.ts'

/** Everything that all shelves hold, as the operator would hand it over: table names, columns and values. */
export async function dumpShelves(): Promise<readonly Record<string, SqlStorageValue>[]> {
  const dumped: Record<string, SqlStorageValue>[] = []
  for (const id of await listDurableObjectIds(env.SHELF)) {
    dumped.push(
      ...(await runInDurableObject(env.SHELF.get(id), async (_shelf: Shelf, { storage }) => {
        // Anything outside our tables would be here.
        const loose = [...(await storage.list()).entries()].map(([key, value]) => ({
          key,
          value: JSON.stringify(value),
        }))
        const tables = storage.sql
          .exec<{ name: string }>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
          )
          .toArray()
        return [...loose, ...tables.flatMap(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray())]
      })),
    )
  }
  return dumped
}

/** The values of a dump as bytes, to look for secrets in. */
export function bytesOf(rows: readonly Record<string, SqlStorageValue>[]): Bytes[] {
  return rows.flatMap((row) =>
    Object.values(row).map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : utf8(`${value}`))),
  )
}

/** Everything in the store: keys, metadata and values. */
export async function dumpStore(): Promise<readonly { key: string; metadata: unknown; value: Bytes }[]> {
  const { keys } = await env.KV.list()
  return Promise.all(
    keys.map(async ({ name: key, metadata }) => {
      const value = new Uint8Array((await env.KV.get(key, 'arrayBuffer')) ?? new ArrayBuffer(0))
      return { key, metadata, value }
    }),
  )
}

/** A blob's place in a set of blobs. */
export function fingerprint(bytes: Bytes): string {
  return `${bytes.length} ${toBase64url(bytes.slice(-32))}`
}
