import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { Result } from '../refusal.ts'
import * as life from './drop.ts'
import type { Drop } from './drop.ts'
import { describe, type Keeper } from './keeper.ts'
import type { DropResult, SentResult } from './rpc.ts'

// The requests of a sender about a drop that is there. Each is given the drop once the sender has proved its key.

/** The sender ends the drop. */
export async function revoke(keeper: Keeper, drop: Drop, _none: null, now: number): Promise<DropResult<'revoke'>> {
  if (!life.hasEnded(drop)) await keeper.armEnd()
  const present = keeper.find(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  const ended = life.end(present, 'revoked')
  keeper.note(present, ended)
  const isErased = await keeper.burn(ended, present)
  const result = stateForSender(keeper, drop.id, now)
  return result.outcome === 'sent' ? { outcome: 'revoked', sent: result.sent, isErased, box: drop.box } : result
}

/** The sender takes a read back from a reader who vanished. */
export function reopen(keeper: Keeper, drop: Drop, reader: PublicKey, now: number): DropResult<'reopen'> {
  // Nobody claims a drop in a box.
  if (!life.isForLink(drop)) return { outcome: 'gone' }
  const reopened = life.reopen(drop, reader)
  if (reopened !== drop) keeper.rows.update(reopened)
  return stateForSender(keeper, drop.id, now)
}

/** All that the shelf holds, for the sender. */
export function showSent(keeper: Keeper, { id }: Drop, _none: null, now: number): DropResult<'sent'> {
  return stateForSender(keeper, id, now)
}

function stateForSender(keeper: Keeper, id: DropId, now: number): Result<SentResult> {
  const drop = keeper.find(id, now)
  if (drop === undefined) return { outcome: 'gone' }
  const { claims } = drop
  const state = life.stateOf(drop)
  const sent = { ...describe(drop), state, triesLeft: life.triesLeft(drop), claims }
  return { outcome: 'sent', sent, place: keeper.place(drop) }
}
