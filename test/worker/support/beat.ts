import { onTestFinished, vi } from 'vitest'

/** The beat on which shelves and racks refuse, in the hands of a test. */
export interface HeldBeat {
  /** How often somebody has begun to wait for it. */
  waiting(): number
  /** Lets everybody go who waits, and lets nobody wait from now on. */
  release(): void
}

/** Stops the beat. Whoever waits for it goes on waiting for the platform's clock, so that it is not taken for dead. */
export function holdBeat(): HeldBeat {
  const wait = scheduler.wait.bind(scheduler)
  const beat = { isHeld: true, waiting: 0 }
  const spy = vi.spyOn(scheduler, 'wait').mockImplementation(async () => {
    beat.waiting++
    while (beat.isHeld) await wait(2)
  })
  onTestFinished(() => {
    beat.isHeld = false
    spy.mockRestore()
  })
  return {
    waiting: () => beat.waiting,
    release() {
      beat.isHeld = false
    },
  }
}
