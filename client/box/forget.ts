import { DropError } from '#protocol/error.ts'
import { firstNeededEpoch } from '#protocol/epoch.ts'
import { isCount, parseJson } from '../refused.ts'
import { ask, type Server } from '../server.ts'
import { advance } from './chain.ts'
import type { BoxState } from './state.ts'

/**
 * Deletes the keys of epochs whose drops have all expired: what they sealed opens for nobody any more. That cannot be undone,
 * so where there is something to delete the server is asked for the time, and the earlier of both clocks counts.
 * @param now - milliseconds since 1970.
 * @throws DropError `clock_wrong` if this clock is more than a day ahead of the server's: nothing is deleted; `offline`, `bad_answer`
 */
export async function forgetOldKeys(server: Server, state: BoxState, now: number): Promise<BoxState> {
  if (firstNeededEpoch(now) <= state.chain.epoch) return state
  const { time } = parseJson(await ask(server, { name: 'limits' })) ?? {}
  if (!isCount(time)) throw new DropError('bad_answer')
  if (now - time * 1_000 > CLOCK_AHEAD_MS) throw new DropError('clock_wrong')
  const needed = firstNeededEpoch(Math.min(now, time * 1_000))
  return needed <= state.chain.epoch ? state : { ...state, chain: advance(state.chain, needed) }
}

/** 1 day: a clock that is wrong by more is to be put right. docs/protocol.md §13.3. */
const CLOCK_AHEAD_MS = 86_400_000
