import { vi } from 'vitest'

/** Moves the clock of worker, shelves and clients: they share one in tests. Alarms do not follow; fire them. */
export function travel(ms: number): void {
  travelTo(Date.now() + ms)
}

/** Sets that clock, until the test ends (still-clock.ts). @param atMs - milliseconds since 1970. */
export function travelTo(atMs: number): void {
  vi.setSystemTime(atMs)
}

export const MINUTE = 60_000
export const DAY = 86_400_000
