import { epochAt, firstNeededEpoch } from '#protocol/epoch.ts'
import { CARD_EARLY_SECONDS } from '#protocol/limits.ts'
import { agreeOnTime, isClockFault, type Agreed } from '../clocks.ts'
import type { Server } from '../server.ts'
import { advance, newChain } from './chain.ts'
import type { BoxState } from './state.ts'

/**
 * Deletes the keys of epochs whose drops have all expired: what they sealed opens for nobody any more. That cannot be undone,
 * so the server is asked for the time, and the earlier of both clocks counts.
 * @param now - milliseconds since 1970.
 * @throws ClockFault if this clock is more than a day off the server's; and where there seems to be something to delete, as
 * `askTime`. Nothing is deleted then
 */
export async function forgetOldKeys(server: Server, state: BoxState, now: number): Promise<BoxState> {
  try {
    return withoutOldKeys(state, await agreeOnTime(server, now))
  } catch (error) {
    if (isClockFault(error) || firstNeededEpoch(now) > state.chain.epoch) throw error
    return state
  }
}

/** The same by a time on which both clocks have agreed. */
export function withoutOldKeys(state: BoxState, { earliest }: Agreed): BoxState {
  const needed = firstNeededEpoch(earliest)
  return needed <= state.chain.epoch ? state : { ...state, chain: advance(state.chain, needed) }
}

/**
 * A state whose chain has begun: one that was made by a clock that was ahead begins again, with the present epoch. To a chain
 * that is on no card yet, or that no clock has reached, nobody has sealed. A backup of before does not hold the new one.
 */
export function withPresentChain(state: BoxState, { earliest, latest }: Agreed): BoxState {
  const isAhead = state.chain.epoch > epochAt(latest + CARD_EARLY_SECONDS * 1_000)
  const isUnused = state.serial === 0 && state.chain.epoch > epochAt(earliest)
  return isAhead || isUnused ? { ...state, chain: newChain(earliest), backedUpAtMs: undefined } : state
}
