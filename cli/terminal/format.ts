/** `1 file`, `2 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

/** Local time, `2026-11-23 10:14`. @param ms - since 1970 */
export function formatTime(ms: number): string {
  const time = new Date(ms)
  const two = (value: number): string => `${value}`.padStart(2, '0')
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`
}

/** `3 November 2026`, in UTC, as all days of boxes. @param ms - since 1970 */
export function formatDate(ms: number): string {
  return new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
}

/** `12 bytes`, `1.5 KiB`, `7.8 MiB`. */
export function formatSize(bytes: number): string {
  return inUnits(bytes, Math.round)
}

/** The same of a limit, rounded down: so much fits. */
export function sizeAtMost(bytes: number): string {
  return inUnits(bytes, Math.floor)
}

/** The same beside a limit: what is over it never reads like it. */
export function sizeAgainst(bytes: number, limit: number): string {
  const near = formatSize(bytes)
  return bytes > limit && near === sizeAtMost(limit) ? inUnits(bytes, Math.ceil) : near
}

function inUnits(bytes: number, round: (tenths: number) => number): string {
  if (bytes < 1_024) return count(bytes, 'byte')
  let power = Math.min(UNITS.length, Math.floor(Math.log2(bytes) / 10))
  // Nobody says 1,024 KiB.
  if (round((10 * bytes) / 1_024 ** power) >= 10_240 && power < UNITS.length) power += 1
  return `${(round((10 * bytes) / 1_024 ** power) / 10).toFixed(1)} ${UNITS[power - 1] ?? ''}`
}

/** How long something will take, coarsely: `40 s`, `12 min`, `3 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}

/** How often a drop can be opened, in words. */
export function formatReads(reads: number): string {
  return reads === 1 ? 'once' : `${reads} times`
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB']
