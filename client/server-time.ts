import { parseHttpDate } from './http-date.ts'
import type { Answer } from './transport.ts'

interface Heard {
  /** The server's clock, and this device's at the same time; milliseconds since 1970. */
  readonly serverMs: number
  readonly ownMs: number
}

const heard = new WeakMap<object, Heard>()

/**
 * Notes when an answer was made, if it says so (RFC 9110 §6.6.1). One out of a cache is as old as the cache: it tells
 * nothing.
 * @param listener - the device that has heard it. @param ownMs - the time by this device's clock.
 */
export function noteDate(listener: object, answer: Pick<Answer, 'field'>, ownMs: number): void {
  const serverMs = parseHttpDate(answer.field('Date') ?? '')
  if (answer.field('Age') === null && serverMs !== undefined) heard.set(listener, { serverMs, ownMs })
}

/** When the last answer was made that somebody has heard, in milliseconds since 1970; `undefined` if none has told. */
export function heardTime(listener: object): number | undefined {
  return heard.get(listener)?.serverMs
}

/**
 * The time to be shown as the present: by the server's clock, as far as it was heard, since the server acts by it. Only to be
 * shown: nothing is decided by it.
 * @param ownMs - the time by this device's clock.
 */
export function shownTime(listener: object, ownMs: number): number {
  const { serverMs, ownMs: then } = heard.get(listener) ?? { serverMs: 0, ownMs: 0 }
  const aheadMs = then - serverMs
  return Math.abs(aheadMs) < NEARLY_MS ? ownMs : ownMs - aheadMs
}

/** An answer takes its time, and a `Date` has whole seconds. Milliseconds. */
const NEARLY_MS = 60_000
