import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, onTestFinished } from 'vitest'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import type { Drop } from '../../../worker/drops/drop.ts'
import { DropRows } from '../../../worker/drops/drop-rows.ts'
import { SCHEMA } from '../../../worker/storage/schema.ts'
import type { Rack } from '../../../worker/boxes/rack.ts'
import type { Shelf } from '../../../worker/drops/shelf.ts'
import { shelfOf } from '../../../worker/drops/shelves.ts'
import { Database } from '../../../worker/storage/database.ts'

/** The row of a drop on its shelf, expired or not. */
export async function rowOf(dropId: DropId): Promise<Drop | undefined> {
  return runInDurableObject(await shelfOf(env, dropId), (_shelf: Shelf, state) =>
    new DropRows(new Database(state.storage.sql, SCHEMA.shelf)).find(dropId),
  )
}

/** When the alarm looks at a drop, in milliseconds since 1970. */
export async function dueOf(dropId: DropId): Promise<number | undefined> {
  return runInDurableObject(await shelfOf(env, dropId), (_shelf: Shelf, state) => {
    const rows = state.storage.sql.exec<{ due: number }>(
      'SELECT due FROM drops WHERE id = ?',
      dropIdBytes(dropId).buffer,
    )
    return rows.toArray()[0]?.due
  })
}

/** Every key in the store. */
export async function storeKeys(): Promise<readonly string[]> {
  return (await env.KV.list()).keys.map(({ name }) => name)
}

/** Which of a drop's store keys hold bytes. */
export async function blobsOf(dropId: DropId): Promise<readonly string[]> {
  const keys = await storeKeys()
  return ((await rowOf(dropId))?.blobs ?? []).filter((blob) => keys.includes(blob))
}

/** The shelf loses what it has in memory, as the platform does to it after seconds of quiet. */
export async function evict(dropId: DropId): Promise<void> {
  await loseMemory(await shelfOf(env, dropId))
}

/**
 * An object that nobody is waiting for loses what it has in memory. It is stopped at once: a graceful eviction waits for every
 * caller that a test has left behind, until they are collected as garbage, and gives up after half a minute.
 */
export async function loseMemory(stub: DurableObjectStub<Shelf | Rack>): Promise<void> {
  const stopped = runInDurableObject(stub, async (_object, state: DurableObjectState) => {
    await state.storage.sync()
    state.abort(EVICTED)
  })
  await expect(stopped).rejects.toThrow(EVICTED)
}

const EVICTED = 'evicted by a test'

/** Fires the alarm of a drop's shelf now. @returns whether one was set */
export async function fireAlarm(dropId: DropId): Promise<boolean> {
  return runDurableObjectAlarm(await shelfOf(env, dropId))
}

/** Does something inside the object that holds a drop. */
export async function inShelf<T>(
  dropId: DropId,
  run: (shelf: Shelf, state: DurableObjectState) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(await shelfOf(env, dropId), (shelf: Shelf, state) => run(shelf, state))
}

/** The shelf works on another store from now on, until it is evicted or the test ends. */
export function shelfUses(dropId: DropId, kv: KVNamespace): Promise<void> {
  return shelfUsesAll(dropId, { KV: kv })
}

/** The shelf is bound to something else from now on, until it is evicted or the test ends: other tests' drops are on it, too. */
export async function shelfUsesAll(dropId: DropId, bindings: Partial<Cloudflare.Env>): Promise<void> {
  const bind = (bound: Partial<Cloudflare.Env>): Promise<void> =>
    inShelf(dropId, (shelf) => void Object.assign(shelf, { env: { ...env, ...bound } }))
  onTestFinished(() => bind({}))
  await bind(bindings)
}
