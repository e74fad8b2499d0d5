import { REFUSAL_PADDING_MS } from '#protocol/limits.ts'

/**
 * Does some work and delays its refusals to the next tick of a clock that starts with it. So the time of an answer does not tell
 * whether nothing was found, or something that is answered alike. Everything else is returned at once. docs/protocol.md §5.5.
 */
export async function padRefusals<T extends { readonly outcome: string } | undefined>(
  work: () => Promise<T>,
): Promise<T> {
  const stopped = new AbortController()
  let isDone = false
  const tick = nextTick(() => isDone, stopped.signal)
  try {
    const answer = await work()
    isDone = true
    if (answer !== undefined && TOLD_TO_STRANGERS.has(answer.outcome)) await tick
    return answer
  } finally {
    // A timer that nobody waits for would keep the object awake.
    stopped.abort()
  }
}

async function nextTick(isDone: () => boolean, signal: AbortSignal): Promise<void> {
  try {
    // The timers start before the work: the time between two of them depends on nothing that is found. Each is twice as long
    // as the one before: timers fire one by one, and those of requests that wait for a slow store, granted ones too, would
    // delay all others.
    for (let waitMs = REFUSAL_PADDING_MS; ; waitMs *= 2) {
      await scheduler.wait(waitMs, { signal })
      if (isDone()) return
    }
  } catch {
    // Stopped: nobody waits.
  }
}

/** The outcomes that reach those who have proved nothing. */
const TOLD_TO_STRANGERS: ReadonlySet<string> = new Set(['gone', 'not_proved'])
