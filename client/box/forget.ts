import { epochAt, firstNeededEpoch } from '#protocol/epoch.ts'
import { CARD_EARLY_SECONDS } from '#protocol/limits.ts'
import { agreeOnTime, isClockFault, timeToForget, type Agreed } from '../clocks.ts'
import type { Server } from '../server.ts'
import { advance, newChain } from './chain.ts'
import { withoutExpiredNotes } from './notes.ts'
import type { BoxState } from './state.ts'

/**
 * Deletes the keys of epochs whose drops have all expired, which then open nowhere, and the notes of expired drops. That cannot
 * be undone, so the server is asked for the time, and the earlier of both clocks counts.
 * @param now - milliseconds since 1970.
 * @throws ClockFault if this clock is more than a day off the server's; and where keys seem to be due, as `askTime`. Nothing is
 * deleted then
 */
export async function forgetExpired(server: Server, state: BoxState, now: number): Promise<BoxState> {
  try {
    const at = await agreeOnTime(server, now)
    return withoutExpiredNotes(withoutOldKeys(state, at), at.earliest)
  } catch (error) {
    if (isClockFault(error) || firstNeededEpoch(now) > state.chain.epoch) throw error
    return state
  }
}

/**
 * The time by which notes of drops have expired, in milliseconds since 1970, for a box that stays open or is about to be backed
 * up. The server is asked only where this device's clock says that one has; without its answer none has.
 */
export function timeToForgetNotes(server: Server, { reading }: BoxState): Promise<number> {
  return timeToForget(
    server,
    Object.values(reading.items).map(({ expiresAtMs }) => expiresAtMs),
  )
}

/** Without the keys of epochs that have ended by a time on which both clocks have agreed. */
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
