import type { Progress } from '#client/server.ts'

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

/** `12 bytes`, `1.5 KiB`, `7.8 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1_024) return count(bytes, 'byte')
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`
}

/** How often a drop can be opened, in words. */
export function formatReads(reads: number): string {
  return reads === 1 ? 'once' : `${reads} times`
}

/** What a person who waits is told. */
export function describeProgress(progress: Progress): string {
  switch (progress.stage) {
    case 'stretching':
      return `stretching the passphrase… ${percent(progress.done, 1)}`
    case 'sealing':
      return 'sealing…'
    case 'opening':
      return 'opening…'
    case 'sending':
      return `sending… ${percent(progress.bytes, progress.total)}`
    case 'receiving':
      return `receiving… ${percent(progress.bytes, progress.total)}`
    case 'waiting':
      return `the server is not ready; asking again in ${Math.ceil(progress.ms / 1_000)} s`
  }
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((100 * part) / whole)}%`
}
