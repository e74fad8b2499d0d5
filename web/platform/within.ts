/**
 * The result of `ask`, unless it takes too long: a platform may never answer.
 * @param ask - it may also throw before it promises anything
 * @throws DOMException `TimeoutError` after `ms` milliseconds
 */
export async function within<T>(ms: number, ask: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), ms)
  })
  try {
    return await Promise.race([ask(), silence])
  } finally {
    clearTimeout(timer)
  }
}
