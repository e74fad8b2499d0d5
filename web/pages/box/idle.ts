/** Events of a page that show that somebody is there. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'scroll', 'touchstart'] as const

/** How often it is looked at, in milliseconds. By clocks and not by a timer of the whole length: devices sleep. */
const TICK_MS = 5_000

/** No browser leaves a page that is out of sight alone for longer than this, in milliseconds, unless the device sleeps. */
const ASLEEP_MS = 150_000

interface Moment {
  readonly ms: number
  readonly ticks: number
}

export interface IdleOrder {
  /** Milliseconds since 1970. It goes on while a device sleeps, and may be put back. */
  readonly clock: () => number
  /** Milliseconds since any moment. It cannot be put back, and may stand still while a device sleeps. */
  readonly ticks: () => number
  /** After how many minutes without a sign; 0 for never, `undefined` while nothing is open. */
  readonly minutes: () => number | undefined
  /** Whether something is under way that nobody has to be there for. The minutes start over after it. */
  readonly isAtWork?: () => boolean
  readonly onIdle: () => void
  /** Where signs are heard. */
  readonly target: EventTarget
  readonly tickMs?: number
}

/** Tells when nobody has used the page for a while. @returns a function that ends the watch */
export function watchIdle(order: IdleOrder): () => void {
  const { clock, ticks, isAtWork = () => false, minutes, onIdle, target, tickMs = TICK_MS } = order
  const now = (): Moment => ({ ms: clock(), ticks: ticks() })
  /** By the clock that says more: a box locks too early rather than never. */
  const since = (then: Moment): number => Math.max(clock() - then.ms, ticks() - then.ticks)
  let last = now()
  let lookedAt = last
  let wasOpen = false
  const look = (): void => {
    const most = minutes()
    // Somebody must have opened a box that was opened just now.
    if (most !== undefined && !wasOpen) last = now()
    wasOpen = most !== undefined
    // While a device sleeps nothing is under way, whatever was before.
    const hasSlept = since(lookedAt) >= ASLEEP_MS
    if (!hasSlept && isAtWork()) last = now()
    lookedAt = now()
    if (most !== undefined && most > 0 && since(last) >= most * 60_000) onIdle()
  }
  const note = (): void => {
    // A device that wakes up shows the page before anything runs: the first move must not undo the lock that is due.
    look()
    last = now()
  }
  for (const sign of SIGNS) target.addEventListener(sign, note, { capture: true, passive: true })
  const timer = setInterval(look, tickMs)
  return () => {
    clearInterval(timer)
    for (const sign of SIGNS) target.removeEventListener(sign, note, { capture: true })
  }
}
