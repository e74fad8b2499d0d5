import { within } from './within.ts'

/**
 * Runs something once, under a lock of all tabs of this browser. Where a browser has no locks, refuses one, or gives none though nobody
 * holds it, it runs without: two tabs at once are rarer than such browsers.
 * @param run - told whether the lock could be had; always, unless `ifAvailable` asks
 */
export function underLock<T>(
  name: string,
  { ifAvailable = false }: { readonly ifAvailable?: boolean },
  run: (isFree: boolean) => Promise<T>,
): Promise<T> {
  let running: Promise<T> | undefined
  const begin = (isFree: boolean): Promise<T> => (running ??= run(isFree))
  return new Promise((resolve, reject) => {
    const settle = (): void => void begin(true).then(resolve, reject)
    const ask = async (): Promise<void> => {
      await navigator.locks.request(name, { ifAvailable }, (lock) => begin(lock !== null))
    }
    // It resolves and rejects as `run` does, if that has begun; else it has failed, or was told that the lock is not free.
    ask().then(settle, settle)
    void waitFor(name, () => running !== undefined).then(settle)
  })
}

/** Until it has begun, or nobody holds the lock that it waits for. */
async function waitFor(name: string, hasBegun: () => boolean): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, LOCK_MS))
  } while (!hasBegun() && (await isHeld(name)))
}

async function isHeld(name: string): Promise<boolean> {
  try {
    const { held = [] } = await within(LOCK_MS, () => navigator.locks.query())
    return held.some((lock) => lock.name === name)
  } catch {
    return false
  }
}

/** How long a browser may take to give a lock that nobody holds, in milliseconds. */
const LOCK_MS = 4_000
