import { dayAt } from '#protocol/epoch.ts'
import { LOCALE } from './format.ts'

/** `24 November 2026` @param days - since 1970, UTC: more is not kept of when something arrived. */
export function day(days: number): string {
  return WHOLE.format(days * DAY_MS)
}

/** `today`, `yesterday`, `12 days ago` @param now - milliseconds since 1970. */
export function daysAgo(days: number, now: number): string {
  // Clocks differ: nothing has arrived tomorrow.
  return AGO.format(Math.min(0, days - dayAt(now)), 'day')
}

const DAY_MS = 86_400_000
// Made once: a list has thousands of days in it.
const WHOLE = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeZone: 'UTC' })
const AGO = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' })
