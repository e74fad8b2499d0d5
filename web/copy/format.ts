/** Numbers and times as the reader writes them. The sentences are English, so the locale is an English one. */
export const LOCALE: string = localeOf(globalThis.navigator?.languages ?? [])

/** The first kind of English among the languages of a browser. A system without a language has some name `en-US@posix`, which is none. */
export function localeOf(languages: readonly string[]): string {
  return languages.find((tag) => tag.startsWith('en') && isTag(tag)) ?? 'en-GB'
}

function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0
  } catch {
    return false
  }
}

/** `8.2 MB` */
export function bytes(count: number): string {
  return inUnits(count, Math.round, NEARLY)
}

/** The same of a limit, rounded down: so much fits. */
export function atMost(count: number): string {
  return inUnits(count, Math.floor, 1)
}

/** The same beside a limit: a figure over the limit never reads like the limit. */
export function bytesAgainst(count: number, limit: number): string {
  const near = bytes(count)
  return count > limit && near === atMost(limit) ? inUnits(count, Math.ceil, NEARLY) : near
}

function inUnits(count: number, round: (value: number) => number, nearly: number): string {
  const [unit, size] = UNITS.find(([, least]) => count >= nearly * least) ?? ['byte', 1]
  const digits = unit === 'byte' || count >= 100 * size ? 0 : 1
  const scale = 10 ** digits
  return new Intl.NumberFormat(LOCALE, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(round((count / size) * scale) / scale)
}

/** `3.1 MB per second` */
export function rate(bytesPerSecond: number): string {
  return `${bytes(Math.round(bytesPerSecond))} per second`
}

/** `about 2 minutes`, `less than 10 seconds`: nobody can say it more exactly. */
export function roughly(seconds: number): string {
  if (seconds < 10) return `less than ${duration('second', 10)}`
  if (seconds <= 50) return `about ${duration('second', 10 * Math.ceil(seconds / 10))}`
  if (seconds <= 3_540) return `about ${duration('minute', Math.ceil(seconds / 60))}`
  return `about ${duration('hour', Math.ceil(seconds / 1_800) / 2)}`
}

/** `24 November 2026 at 14:05` */
export function moment(atMs: number): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'long', timeStyle: 'short' }).format(atMs)
}

/** `in 23 hours`, `5 minutes ago`, `just now` */
export function relative(atMs: number, now: number): string {
  const seconds = Math.round((atMs - now) / 1_000)
  if (seconds <= 0 && seconds > -60) return 'just now'
  const [unit, size] = SPANS.find(([, least]) => Math.abs(seconds) >= NEARLY_A_SPAN * least) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(LOCALE).format(Math.round(seconds / size), unit)
}

/** `24 November 2026 at 14:05, in 23 hours` */
export function until(atMs: number, now: number): string {
  return `${moment(atMs)}, ${relative(atMs, now)}`
}

/** `1 day`, `12 hours` */
export function span(seconds: number): string {
  const [unit, size] = SPANS.find(([, least]) => seconds >= least && seconds % least === 0) ?? ['second', 1]
  return duration(unit, seconds / size)
}

function duration(unit: string, count: number): string {
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

/** `once`, `3 times` */
export function times(count: number): string {
  return count === 1 ? 'once' : `${number(count)} times`
}

/** `1 try`, `7 tries` */
export function tries(count: number): string {
  return count === 1 ? '1 try' : `${number(count)} tries`
}

/** `1 file`, `12 files` */
export function files(count: number): string {
  return count === 1 ? '1 file' : `${number(count)} files`
}

export function percent(part: number): string {
  return new Intl.NumberFormat(LOCALE, { style: 'percent' }).format(part)
}

export function number(count: number): string {
  return new Intl.NumberFormat(LOCALE).format(count)
}

const UNITS: readonly (readonly [string, number])[] = [
  ['gigabyte', 1_000_000_000],
  ['megabyte', 1_000_000],
  ['kilobyte', 1_000],
]

/** From here on it is rounded to a whole one of the next unit: nobody says 1,000 kB, or 60 minutes. */
const NEARLY = 0.9995
const NEARLY_A_SPAN = 0.979

const SPANS: readonly (readonly [Intl.RelativeTimeFormatUnitSingular, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
