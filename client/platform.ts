// Functions of newer platforms that the oldest that can seal and open do without: README.

/** `URL.parse`. @returns `undefined` for what is no absolute URL */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/**
 * Runs what `outer` stops, or it stops itself by the controller that it is given: `AbortSignal.any`, for as long as it runs.
 */
export async function stoppable<T>(
  outer: AbortSignal | undefined,
  run: (stop: AbortController) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const pass = (): void => stop.abort()
  if (outer?.aborted === true) pass()
  outer?.addEventListener('abort', pass)
  try {
    return await run(stop)
  } finally {
    outer?.removeEventListener('abort', pass)
  }
}

/** Whether a URL is of a server such as ours. */
export function isWeb({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol)
}

/** An origin as `URL` writes it, in a JSON value: `https://drop.example`. */
export function originOf(value: unknown): string | undefined {
  const url = typeof value === 'string' ? parseUrl(value) : undefined
  return url !== undefined && url.origin === value && isWeb(url) ? url.origin : undefined
}
