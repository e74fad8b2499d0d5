import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { onTestFinished } from 'vitest'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import type { Box, BoxItem } from '../../../worker/boxes/box.ts'
import { BoxRows } from '../../../worker/boxes/box-rows.ts'
import { ItemRows } from '../../../worker/boxes/item-rows.ts'
import type { Rack } from '../../../worker/boxes/rack.ts'
import { rackOf } from '../../../worker/boxes/racks.ts'
import { SCHEMA } from '../../../worker/storage/schema.ts'
import { Database } from '../../../worker/storage/database.ts'
import { loseMemory } from './inside.ts'

/** Does something inside the object that holds a box. */
export async function inRack<T>(
  box: BoxAddress,
  run: (rack: Rack, state: DurableObjectState) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(await rackOf(env, box), (rack: Rack, state) => run(rack, state))
}

/** A rack's counts of a box. */
export function boxOf(box: BoxAddress): Promise<Box> {
  return inRack(box, (_rack, { storage }) => new BoxRows(new Database(storage.sql, SCHEMA.rack)).find(box))
}

/** A drop's row on the rack, whatever its state. */
export function itemOf(box: BoxAddress, id: DropId): Promise<BoxItem | undefined> {
  return inRack(box, (_rack, { storage }) => new ItemRows(new Database(storage.sql, SCHEMA.rack)).find(box, id))
}

/** The rack loses what it has in memory, as the platform does to it after seconds of quiet. */
export async function evictRack(box: BoxAddress): Promise<void> {
  await loseMemory(await rackOf(env, box))
}

/** Fires the alarm of a box's rack now. @returns whether one was set */
export async function fireRackAlarm(box: BoxAddress): Promise<boolean> {
  return runDurableObjectAlarm(await rackOf(env, box))
}

/** The rack is bound to something else from now on, until it is evicted or the test ends: other tests' boxes are on it, too. */
export async function rackUses(box: BoxAddress, bindings: Partial<Cloudflare.Env>): Promise<void> {
  const bind = (bound: Partial<Cloudflare.Env>): Promise<void> =>
    inRack(box, (rack) => void Object.assign(rack, { env: { ...env, ...bound } }))
  onTestFinished(() => bind({}))
  await bind(bindings)
}
