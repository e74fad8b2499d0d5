/** What a person does to a page, as far as it shows that somebody is there. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchstart'] as const

/** How often it is looked at, in milliseconds. By the clock and not by a timer of the whole length: devices sleep. */
const TICK_MS = 5_000

/** No browser leaves a page that is out of sight alone for longer than this, in milliseconds, unless the device sleeps. */
const ASLEEP_MS = 150_000

export interface IdleOrder {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** After how many minutes without a sign; 0 for never, `undefined` while nothing is open. */
  readonly minutes: () => number | undefined
  /** Whether something is under way that nobody has to be there for. The minutes begin anew after it. */
  readonly isAtWork?: () => boolean
  readonly onIdle: () => void
  /** Where signs are heard. */
  readonly target: EventTarget
  readonly tickMs?: number
}

/** Tells when nobody has used the page for a while. @returns what ends it */
export function watchIdle(order: IdleOrder): () => void {
  const { clock, isAtWork = () => false, minutes, onIdle, target, tickMs = TICK_MS } = order
  let lastMs = clock()
  let lookedAtMs = lastMs
  let wasOpen = false
  const look = (): void => {
    const most = minutes()
    // What was opened just now was opened by somebody.
    if (most !== undefined && !wasOpen) lastMs = clock()
    wasOpen = most !== undefined
    // While a device sleeps nothing is under way, whatever was before.
    const hasSlept = clock() - lookedAtMs >= ASLEEP_MS
    if (!hasSlept && isAtWork()) lastMs = clock()
    lookedAtMs = clock()
    if (most !== undefined && most > 0 && clock() - lastMs >= most * 60_000) onIdle()
  }
  const note = (): void => {
    // A device that wakes up shows the page before anything runs: the first move must not undo the lock that is due.
    look()
    lastMs = clock()
  }
  for (const sign of SIGNS) target.addEventListener(sign, note, { capture: true, passive: true })
  const timer = setInterval(look, tickMs)
  return () => {
    clearInterval(timer)
    for (const sign of SIGNS) target.removeEventListener(sign, note, { capture: true })
  }
}
