import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import { sha256 } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { BARE_BOX_BYTES, BARE_BOX_ITEMS, BOX_BYTES, BOX_BYTES_PER_DAY, BOX_ITEMS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { Env } from '../env.ts'
import type { BoxRequestName, BoxRequests, BoxResult, RackRpc } from './rpc.ts'
import type { Quotas } from './box.ts'
import { countOf, indexOf } from '../drops/shelves.ts'

/** The rack that holds a box. There are as many racks as shelves. docs/decisions/0011-racks.md. */
export async function rackOf(env: Env, box: BoxAddress): Promise<DurableObjectStub<RackRpc>> {
  return rackAt(env, indexOf(env, await sha256(boxAddressBytes(box))))
}

/** Sends a signed request about a box to its rack. */
export async function askRack<N extends BoxRequestName>(
  env: Env,
  request: SignedBoxRequest<N>,
  input: BoxRequests[N]['input'],
): Promise<BoxResult<N>> {
  return (await rackOf(env, request.box)).answer(request, input)
}

/** Every rack. */
export function allRacks(env: Env): readonly DurableObjectStub<RackRpc>[] {
  return Array.from({ length: countOf(env) }, (_, index) => rackAt(env, index))
}

function rackAt(env: Env, index: number): DurableObjectStub<RackRpc> {
  return env.RACK.get(env.RACK.idFromName(`rack-${index.toString(16)}`))
}

/** Updates the list of a box by the state of a drop. `box_full`: there was no room, and the drop is burned. */
export async function settleDrop(env: Env, box: BoxAddress, id: DropId): Promise<'settled' | 'box_full'> {
  return (await rackOf(env, box)).settle(box, id, quotasOf(env))
}

/**
 * The quotas of boxes.
 * @throws TypeError when the operator has set something else than a number: better no answer than a wrong limit.
 */
export function quotasOf(env: Env): Quotas {
  const bytesPerDay = quota(env.BOX_BYTES_PER_DAY, BOX_BYTES_PER_DAY)
  return {
    carded: { items: quota(env.BOX_ITEMS, BOX_ITEMS), bytes: quota(env.BOX_BYTES, BOX_BYTES), bytesPerDay },
    bare: {
      items: quota(env.BARE_BOX_ITEMS, BARE_BOX_ITEMS),
      bytes: quota(env.BARE_BOX_BYTES, BARE_BOX_BYTES),
      bytesPerDay,
    },
  }
}

function quota(set: string | undefined, otherwise: number): number {
  if (set === undefined) return otherwise
  if (!/^[1-9]\d{0,14}$/.test(set)) throw new TypeError('BOX_… or BARE_BOX_… is no number')
  return Number(set)
}
