import { REFUSAL_PADDING_MS } from '#protocol/limits.ts'

/**
 * Does some work, and lets its refusals go on a tick that began with it: how long it took to find nothing, or to find something
 * and to say the same, is not told by when the answer comes. What is granted goes at once. docs/protocol.md §5.5.
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
    // A timer that nobody waits for would keep the object from rest.
    stopped.abort()
  }
}

async function nextTick(isDone: () => boolean, signal: AbortSignal): Promise<void> {
  try {
    // By timers from the first on: what is done between two of them is no part of any. Each is twice as long as the one before:
    // timers go off one by one, and those of requests that wait for a slow store, granted ones too, would make all others late.
    for (let waitMs = REFUSAL_PADDING_MS; ; waitMs *= 2) {
      await scheduler.wait(waitMs, { signal })
      if (isDone()) return
    }
  } catch {
    // Stopped: nobody waits.
  }
}

/** What somebody may hear who has proved nothing. */
const TOLD_TO_STRANGERS: ReadonlySet<string> = new Set(['gone', 'not_proved'])
