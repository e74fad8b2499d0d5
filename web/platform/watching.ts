import type { Device } from './device.ts'

/**
 * Looks at once when the page comes into sight, and every so often while it is in sight.
 * @returns a function that ends it
 */
export function watch(look: () => Promise<void>, { wait }: Pick<Device, 'wait'>): () => void {
  const end = new AbortController()
  const lookIfSeen = async (): Promise<void> => {
    if (!end.signal.aborted && document.visibilityState === 'visible') await look()
  }
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await lookIfSeen()
      await wait(EVERY_MS)
    }
  }
  document.addEventListener('visibilitychange', () => void lookIfSeen(), { signal: end.signal })
  void run()
  return () => end.abort()
}

const EVERY_MS = 20_000
