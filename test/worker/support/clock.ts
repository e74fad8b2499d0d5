import { onTestFinished, vi } from 'vitest'

/** Moves the clock of worker, shelves and clients: they share one in tests. Alarms do not follow; fire them. */
export function travel(ms: number): void {
  const now = Date.now()
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
  }
  vi.setSystemTime(now + ms)
}

export const MINUTE = 60_000
export const DAY = 86_400_000
