import { onTestFinished, vi } from 'vitest'

/** The tick of refusals of shelves and racks, in the hands of a test. */
export interface HeldPadding {
  /** How many waits have begun. */
  waiting(): number
  /** Ends all waits, and lets nothing wait from now on. */
  release(): void
}

/** Stops the tick. Waiting requests go on using the platform's clock, so that they are not taken for dead. */
export function holdPadding(): HeldPadding {
  const wait = scheduler.wait.bind(scheduler)
  const tick = { isHeld: true, waiting: 0 }
  const spy = vi.spyOn(scheduler, 'wait').mockImplementation(async () => {
    tick.waiting++
    while (tick.isHeld) await wait(2)
  })
  onTestFinished(() => {
    tick.isHeld = false
    spy.mockRestore()
  })
  return {
    waiting: () => tick.waiting,
    release() {
      tick.isHeld = false
    },
  }
}
