import { parseHttpDate } from './http-date.ts'
import type { Answer } from './transport.ts'

interface Heard {
  /** What the server's clock said, and this device's at the same time; milliseconds since 1970. */
  readonly serverMs: number
  readonly ownMs: number
}

const heard = new WeakMap<object, Heard>()

/**
 * Notes when an answer was made, if it says so (RFC 9110 §6.6.1). One out of a cache is as old as the cache: it tells nothing.
 * @param listener - who has heard it. @param ownMs - what this device's clock says now.
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
 * What is shown as the present: by the server's clock, as far as it was heard, since what the server will do it does by that. Only to
 * be shown: nothing is decided by it.
 * @param ownMs - what this device's clock says now.
 */
export function shownTime(listener: object, ownMs: number): number {
  const { serverMs, ownMs: then } = heard.get(listener) ?? { serverMs: 0, ownMs: 0 }
  const aheadMs = then - serverMs
  return Math.abs(aheadMs) < NEARLY_MS ? ownMs : ownMs - aheadMs
}

/** An answer takes its time, and a `Date` has whole seconds. Milliseconds. */
const NEARLY_MS = 60_000
