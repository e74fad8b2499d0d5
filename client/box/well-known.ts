import type { BoxAddress } from '#protocol/address.ts'
import { DropError } from '#protocol/error.ts'
import { parseJson } from '../refused.ts'
import type { Transport } from '../transport.ts'

/** What an owner puts on their own web site, at `/.well-known/sealdrop/box.json`. docs/protocol.md §13.11. */
export function formatBoxJson(address: BoxAddress, origin: string): string {
  return `${JSON.stringify({ boxes: [address], server: origin }, undefined, 2)}\n`
}

/** Where a web site publishes its boxes; `undefined` for what is no name of one. @param domain - `newsroom.example` */
export function boxJsonUrl(domain: string): string | undefined {
  const typed = domain.trim()
  const url = URL.parse(typed.startsWith('https://') ? typed : `https://${typed}`)
  // Chromium takes a space in a host and encodes it.
  if (url === null || !/^[\w.-]+(?::\d+)?$/.test(url.host)) return undefined
  return url.href === `https://${url.host}/` ? `${url.href}.well-known/sealdrop/box.json` : undefined
}

/**
 * Whether a web site publishes this address too.
 * @throws DropError `offline` if it gave no answer, or the browser did not let us see it
 */
export async function checkPublished(domain: string, address: BoxAddress, transport: Transport): Promise<boolean> {
  const url = boxJsonUrl(domain)
  if (url === undefined) return false
  const endless = new AbortController()
  const onReceived = (bytes: number): void => {
    if (bytes > MOST_BYTES) endless.abort()
  }
  try {
    const answer = await transport({ method: 'GET', url, fields: {}, onReceived, signal: endless.signal })
    const boxes = answer.status === 200 ? parseJson(answer)?.['boxes'] : undefined
    return Array.isArray(boxes) && boxes.includes(address)
  } catch (cause) {
    if (endless.signal.aborted) return false
    throw new DropError('offline', { cause })
  }
}

/** Nobody has that many boxes. */
const MOST_BYTES = 65_536
