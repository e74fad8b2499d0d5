import { DropError, isDropError } from '#protocol/error.ts'
import { LIMITS } from './answers.ts'
import { heardTime } from './server-time.ts'
import { ask, type Server } from './server.ts'

/** The time by two clocks, at most a day apart, in milliseconds since 1970. */
export interface Agreed {
  /** By the one that is behind: what has ended by it has ended. */
  readonly earliest: number
  /** By the one that is ahead: what has not begun by it has not begun. */
  readonly latest: number
}

/** The clock of this device and that of the server are more than a day apart. Nothing was published, and nothing deleted. */
export class ClockFault extends DropError {
  /** Milliseconds since 1970, by this device and by the server. */
  readonly ownMs: number
  readonly serverMs: number

  constructor(ownMs: number, serverMs: number, cause?: unknown) {
    super('clock_wrong', { cause })
    this.ownMs = ownMs
    this.serverMs = serverMs
  }
}

/**
 * The time by the server's clock, in milliseconds since 1970: its own word (docs/protocol.md §6.9), or the date of its last
 * answer, whatever that was.
 * @throws DropError `offline`, `bad_answer`; Refused: it has told no time
 */
export async function askTime(server: Server): Promise<number> {
  try {
    return (await ask(server, { name: 'limits' }, LIMITS)).time * 1_000
  } catch (error) {
    const heard = heardTime(server)
    if (heard === undefined) throw error
    return heard
  }
}

/**
 * Compares this device's clock with the server's, before anything that hangs on the time and cannot be undone.
 * @param now - by this device, in milliseconds since 1970.
 * @throws ClockFault if they are more than a day apart, either way; as `askTime`
 */
export async function agreeOnTime(server: Server, now: number): Promise<Agreed> {
  const told = await askTime(server)
  if (isFarOff(now, told)) throw new ClockFault(now, told)
  return { earliest: Math.min(now, told), latest: Math.max(now, told) }
}

/**
 * The present by both clocks; by this device's alone where the server does not tell the time.
 * @param now - by this device, in milliseconds since 1970.
 * @throws ClockFault if they are more than a day apart
 */
export async function presentTime(server: Server, now: number): Promise<number> {
  try {
    return (await agreeOnTime(server, now)).earliest
  } catch (error) {
    if (isClockFault(error) || !isDropError(error)) throw error
    return now
  }
}

export function isClockFault(error: unknown): error is ClockFault {
  return isDropError(error) && error.code === 'clock_wrong'
}

/**
 * The time by which a device may forget for good what is over: the earlier of both clocks, so that none of them alone,
 * however wrong, loses anything. A device that does not learn the server's forgets nothing.
 * @param ends - when each thing that may be forgotten is over, in milliseconds since 1970. The server is asked only if this
 * device's clock says that one is.
 */
export async function timeToForget(server: Server, ends: Iterable<number>): Promise<number> {
  const own = server.clock()
  if (![...ends].some((endMs) => endMs <= own)) return own
  try {
    return Math.min(own, await askTime(server))
  } catch {
    return Number.NEGATIVE_INFINITY
  }
}

/** Whether two times are more than a day apart. */
export function isFarOff(ownMs: number, serverMs: number): boolean {
  return Math.abs(ownMs - serverMs) > MOST_APART_MS
}

/** 1 day: a clock that is wrong by more is to be put right. docs/protocol.md §13.3. */
const MOST_APART_MS = 86_400_000
