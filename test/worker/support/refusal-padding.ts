import { onTestFinished, vi } from 'vitest'

/** The tick on which shelves and racks refuse, in the hands of a test. */
export interface HeldPadding {
  /** How often somebody has begun to wait for it. */
  waiting(): number
  /** Lets everybody go who waits, and lets nobody wait from now on. */
  release(): void
}

/** Stops the tick. Whoever waits for it goes on waiting for the platform's clock, so that it is not taken for dead. */
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
