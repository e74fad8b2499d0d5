import { stoppable } from './platform.ts'
import type { Answer, Exchange, Transport } from './transport.ts'

/**
 * Carries an exchange out, and gives it up when nothing moves in either direction: a connection can die without a word,
 * and the platform may take a quarter of an hour to notice. Rejects as the transport does.
 */
export function exchangeAlive(transport: Transport, exchange: Exchange): Promise<Answer> {
  const { onReceived, onSent } = exchange
  return stoppable(exchange.signal, async (stalled) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stir = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => stalled.abort(), STALL_MS)
    }
    stir()
    try {
      return await transport({
        ...exchange,
        signal: stalled.signal,
        onSent(bytes, total) {
          stir()
          onSent?.(bytes, total)
        },
        onReceived(bytes, total) {
          stir()
          onReceived?.(bytes, total)
        },
      })
    } finally {
      clearTimeout(timer)
      // A server may answer while a part is still being sent: what is left of it keeps no connection.
      stalled.abort()
    }
  })
}

/** Long enough for what a slow line still has in its buffers when all has been handed to it, in milliseconds. */
const STALL_MS = 120_000
