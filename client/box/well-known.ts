import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { parseUrl } from '../platform.ts'
import { parseBody } from '../refused.ts'
import type { Answer, Transport } from '../transport.ts'

declare const brand: unique symbol

/** The name of a web site as the network spells it, with its port if it is no usual one: `xn--mnchen-3ya.example`. */
export type Domain = string & { readonly [brand]: 'Domain' }

/**
 * The domain that a person typed; `undefined` for any text that is no name of a public web site: an address of a machine, a
 * name without a dot, one that only a local network knows, or one with a path or a user.
 * @param text - `newsroom.example`, or `https://newsroom.example/`
 */
export function parseDomain(text: string): Domain | undefined {
  const typed = text.trim()
  const url = parseUrl(/^https:\/\//i.test(typed) ? typed : `https://${typed}`)
  if (url === undefined || url.href !== `https://${url.host}/` || !NAME.test(url.hostname)) return undefined
  return LOCAL.test(url.hostname) ? undefined : (url.host as Domain)
}

/** Where a web site publishes its boxes. */
export function boxJsonUrl(domain: Domain): string {
  return `https://${domain}/.well-known/sealdrop/box.json`
}

/** The file that an owner puts on their own web site, at `/.well-known/sealdrop/box.json`. docs/protocol.md §13.11. */
export function formatBoxJson(address: BoxAddress, origin: string): string {
  return `${JSON.stringify({ boxes: [address], server: origin }, undefined, 2)}\n`
}

/** The field with which a web site lets the pages of others read that file, and so lets a browser compare. Fetch §3.3.3. */
export const BOX_JSON_FIELD = 'Access-Control-Allow-Origin: *'

/** The word of a web site about an address: A browser tells no page whether there was one that the site keeps to itself. */
export type Publication = 'published' | 'another' | 'nothing' | 'unread'

/**
 * Asks a web site whether it publishes this address too. docs/protocol.md §13.11.
 * @param transport - one that follows no redirect and sends nothing about its user
 * @param patienceMs - how long the whole answer may take
 */
export async function checkPublished(
  domain: Domain,
  address: BoxAddress,
  transport: Transport,
  patienceMs: number = PATIENCE_MS,
): Promise<Publication> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), patienceMs)
  let isEndless = false
  const onReceived = (bytes: number): void => {
    if (bytes <= MOST_BYTES) return
    isEndless = true
    stop.abort()
  }
  try {
    const url = boxJsonUrl(domain)
    const answer = await transport({ method: 'GET', url, fields: {}, onReceived, signal: stop.signal })
    return isEndless ? 'nothing' : judge(answer, address)
  } catch {
    return isEndless ? 'nothing' : 'unread'
  } finally {
    clearTimeout(timer)
  }
}

function judge(answer: Answer, address: BoxAddress): Publication {
  if (answer.status === 404 || answer.status === 410) return 'nothing'
  if (answer.status !== 200) return 'unread'
  const boxes = parseBody(answer)?.['boxes']
  if (!Array.isArray(boxes)) return 'nothing'
  const addresses = boxes.flatMap((each: unknown) => (typeof each === 'string' ? (parseBoxAddress(each) ?? []) : []))
  return addresses.includes(address) ? 'published' : addresses.length > 0 ? 'another' : 'nothing'
}

/** Two labels or more, of which the last begins with a letter: neither `localhost` nor `127.0.0.1` nor `[::1]`. */
const NAME = /^(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$/

/** Names that mean another machine, or none, in every network. RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`. */
const LOCAL = /\.(?:localhost|local|internal|home\.arpa)$/

/** Nobody has that many boxes. */
const MOST_BYTES = 65_536

/** In milliseconds. A few hundred bytes take no longer on a slow line, or by Tor. */
const PATIENCE_MS = 20_000
