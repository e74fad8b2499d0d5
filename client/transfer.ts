/** How fast a transfer goes, smoothed so that a person can read it. */
export interface TransferMeter {
  /**
   * @param bytes - gone through so far. @param total - of how many.
   * @returns `undefined` until it is known, and while nothing moves
   */
  note(bytes: number, total: number): TransferRate | undefined
}

export interface TransferRate {
  readonly bytesPerSecond: number
  readonly secondsLeft: number
}

/** @param clock - milliseconds since any moment. */
export function makeTransferMeter(clock: () => number): TransferMeter {
  const began = clock()
  let first: number | undefined
  let last = { ms: began, bytes: 0 }
  let smooth = 0
  let weight = 0

  return {
    note(bytes, total) {
      const now = clock()
      // Bytes that were there before the first look have not gone through now.
      if (first === undefined) {
        first = bytes
        last = { ms: now, bytes }
        return undefined
      }
      const ms = now - last.ms
      if (ms >= SAMPLE_MS) {
        // Bytes that are lost on the way and sent again count as standing still, not as going back.
        const rate = Math.max(0, bytes - last.bytes) / ms
        const kept = Math.exp(-ms / MEMORY_MS)
        smooth = smooth * kept + rate * (1 - kept)
        weight = weight * kept + (1 - kept)
        last = { ms: now, bytes }
      }
      const bytesPerSecond = weight === 0 ? 0 : (smooth / weight) * 1_000
      if (now - began < FIRST_MS || bytesPerSecond < 1) return undefined
      return { bytesPerSecond, secondsLeft: Math.max(0, total - bytes) / bytesPerSecond }
    },
  }
}

/**
 * The figure that is shown: after a pause or an outage the part that was in flight is carried again, and a number that a person
 * has seen stays until it is passed. Only the end is never told twice.
 */
export function furthest<T extends Counted>(last: Counted | undefined, now: T): T {
  if (last?.stage !== now.stage || last.total !== now.total) return now
  return { ...now, bytes: Math.max(now.bytes, Math.min(last.bytes, Math.floor(0.99 * now.total))) }
}

interface Counted {
  readonly stage: string
  /** Bytes that are done, and how many there are. */
  readonly bytes: number
  readonly total: number
}

/**
 * Which reports of a transfer are drawn: as many as an eye can follow. The last one before a halt may be among those left out,
 * so a figure on the screen is never more than a hundredth of the whole behind.
 * @param clock - milliseconds since any moment.
 * @returns whether a report is drawn. @param bytes - gone through so far. @param total - of how many.
 */
export function makeThinning(clock: () => number): (bytes: number, total: number) => boolean {
  let drawn: { readonly ms: number; readonly bytes: number } | undefined
  return (bytes, total) => {
    const ms = clock()
    const isDrawn =
      drawn === undefined ||
      ms - drawn.ms >= DRAWN_EVERY_MS ||
      bytes - drawn.bytes >= total / 100 ||
      // The end; and whatever was lost on the way, at once: the next report may be that the server is waited for.
      bytes >= total ||
      bytes < drawn.bytes
    if (isDrawn) drawn = { ms, bytes }
    return isDrawn
  }
}

/** How often a figure changes on the screen, in milliseconds. */
const DRAWN_EVERY_MS = 100

/** How often the pace is measured, how far back it remembers, and when it is first told, in milliseconds. */
const SAMPLE_MS = 500
const MEMORY_MS = 10_000
const FIRST_MS = 2_000
