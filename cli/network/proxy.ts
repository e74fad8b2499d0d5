import { EXIT, Failure } from '../failure.ts'
import { proxyOf } from './environment.ts'

/** A proxy that connections go through. */
export interface Proxy {
  readonly kind: 'http' | 'socks'
  /** With user and password, if it wants them: never shown. */
  readonly url: URL
}

/** Sends all connections from now on through this proxy, whatever the environment says. @throws Failure */
export function useProxy(text: string): void {
  named = parseProxy(text, '--proxy')
}

/**
 * The proxy for a URL: the one that was named, else that of `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` (or in lower case,
 * which goes first), but for what `NO_PROXY` excepts; `undefined` for a direct connection.
 * @throws Failure for one that cannot be used: a direct connection would tell the address of this computer
 */
export function proxyFor(url: string): Proxy | undefined {
  if (named !== undefined) return named
  const text = proxyOf(new URL(url), process.env)
  return text === undefined ? undefined : parseProxy(text, 'the environment')
}

/** Where a proxy is, without what only it may know. */
export function describeProxy({ url }: Proxy): string {
  return `${url.protocol}//${url.host}`
}

/** @param source - which named it, for the sentence: the text may hold a password and is not repeated. */
function parseProxy(text: string, source: string): Proxy {
  const url = URL.parse(text)
  const kind = url === null || url.hostname === '' ? undefined : KINDS[url.protocol]
  const isBare = url !== null && /^\/?$/.test(url.pathname) && url.search === '' && url.hash === ''
  if (url !== null && kind !== undefined && isBare && isDecodable(url)) return { kind, url }
  throw new Failure(`the proxy that ${source} names cannot be used`, {
    exitCode: EXIT.usage,
    hint: 'a proxy is named like http://proxy.example:3128 or socks5h://127.0.0.1:9050',
  })
}

function isDecodable({ username, password }: URL): boolean {
  try {
    return decodeURIComponent(`${username}${password}`) !== undefined
  } catch {
    return false
  }
}

/**
 * Names are always looked up by the proxy, as `socks5h` says: a lookup from here would tell the network which server is
 * asked.
 */
const KINDS: Readonly<Record<string, Proxy['kind']>> = {
  'http:': 'http',
  'https:': 'http',
  'socks:': 'socks',
  'socks5:': 'socks',
  'socks5h:': 'socks',
}

let named: Proxy | undefined
