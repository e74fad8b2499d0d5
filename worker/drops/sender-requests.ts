import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { RpcResult } from '../refusal.ts'
import * as life from './drop.ts'
import type { Drop } from './drop.ts'
import { createdOf, type DropShardContext } from './shard-context.ts'
import type { DropResult, SentResult } from './rpc.ts'

// The requests of a sender about a drop that is there. Each is given the drop once the sender has proved its key.

/** The sender ends the drop. */
export async function answerRevoke(
  context: DropShardContext,
  drop: Drop,
  _none: null,
  now: number,
): Promise<DropResult<'revoke'>> {
  if (!life.hasEnded(drop)) await context.armEnd()
  const present = context.find(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  const ended = life.end(present, 'revoked')
  context.note(present, ended)
  const isErased = await context.burn(ended, present)
  const result = stateForSender(context, drop.id, now)
  return result.outcome === 'sent' ? { outcome: 'revoked', sent: result.sent, isErased, box: drop.box } : result
}

/** The sender takes a read back from a reader who vanished. */
export function answerReopen(
  context: DropShardContext,
  drop: Drop,
  reader: PublicKey,
  now: number,
): DropResult<'reopen'> {
  // Nobody claims a drop in a box.
  if (!life.isForLink(drop)) return { outcome: 'gone' }
  const reopened = life.reopen(drop, reader)
  if (reopened !== drop) context.rows.update(reopened)
  return stateForSender(context, drop.id, now)
}

/** All that the shelf holds, for the sender. */
export function answerSent(context: DropShardContext, { id }: Drop, _none: null, now: number): DropResult<'sent'> {
  return stateForSender(context, id, now)
}

function stateForSender(context: DropShardContext, id: DropId, now: number): RpcResult<SentResult> {
  const drop = context.find(id, now)
  if (drop === undefined) return { outcome: 'gone' }
  const { claims } = drop
  const state = life.stateOf(drop)
  const sent = { ...createdOf(drop), state, triesLeft: life.triesLeft(drop), claims }
  return { outcome: 'sent', sent, blobs: context.blobsOf(drop) }
}
