import type { BoxAddress } from '#protocol/address.ts'
import type { RequestName } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { MIN_BOX_DROP_BYTES } from '#protocol/limits.ts'
import type { Order } from '../boxes/box.ts'
import type { Env } from '../env.ts'
import { readInvitation } from './parse-box.ts'
import { quotasOf, rackOf } from '../boxes/racks.ts'
import { problem, refusal } from './respond.ts'
import { largestOf } from '../storage/store.ts'

/**
 * Deposits a drop into a box. Its rack is asked before anything is read, and told when all is over, whatever came of it;
 * should the worker die in between, the rack asks by itself.
 * @param deposit - as for a drop behind a link.
 * @throws DropError `bad_request` for a drop that is too small to be one
 */
export async function depositInto(
  box: BoxAddress,
  order: Order,
  { request, env, name }: { readonly request: Request; readonly env: Env; readonly name: RequestName },
  deposit: () => Promise<Response>,
): Promise<Response> {
  // What is smaller nobody can open: it would only take the place of a drop.
  if (order.size < MIN_BOX_DROP_BYTES) throw new DropError('bad_request')
  const invitation = await readInvitation(request)
  const rack = await rackOf(env, box)
  const quotas = quotasOf(env)
  const answer = await rack.admit({ ...order, box, invitation, largest: largestOf(env), quotas })
  if (answer.outcome !== 'admitted') return refusal(answer, name)
  let response: Response
  let settled: Awaited<ReturnType<typeof rack.settle>>
  try {
    response = await deposit()
  } finally {
    settled = await rack.settle(box, order.id, quotas, invitation)
  }
  // A body takes its time, and its room may have gone to another: nobody is told that a drop has arrived that has been deleted.
  return response.ok && settled === 'box_full' ? problem('box_full') : response
}
