import { Agent as PlainAgent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import { Agent as SecureAgent, type AgentOptions as SecureOptions } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls'
import { SocksClient } from 'socks'
import { ProxyFault } from './fault.ts'
import { proxyFor, type Proxy } from './proxy.ts'
import { trustSystem } from './trust.ts'

/** Connections that stay open, of one visitor. */
export interface Agents {
  /**
   * The agent that connects to the server of a URL: directly, or through the proxy that is to be used for it.
   * @throws Failure
   */
  agentFor(url: string): PlainAgent
  /** Lets the connections go. */
  readonly close: () => void
}

/** @param options - such as how many connections at once. */
export function makeAgents(options: AgentOptions = {}): Agents {
  const made = new Map<string, PlainAgent>()
  return {
    agentFor(url) {
      const isSecure = url.startsWith('https:')
      const proxy = proxyFor(url)
      if (isSecure || proxy?.url.protocol === 'https:') trustSystem()
      const key = `${isSecure} ${proxy?.url.href ?? ''}`
      const agent = made.get(key) ?? makeAgent(isSecure, proxy, { keepAlive: true, ...VERIFIED, ...options })
      made.set(key, agent)
      return agent
    },
    close: () => {
      for (const agent of made.values()) agent.destroy()
    },
  }
}

function makeAgent(isSecure: boolean, proxy: Proxy | undefined, options: AgentOptions): PlainAgent {
  if (proxy?.kind === 'socks')
    return isSecure ? new SecureSocksAgent(proxy, options) : new PlainSocksAgent(proxy, options)
  const { href = '' } = proxy?.url ?? {}
  const through = proxy === undefined ? options : { ...options, proxyEnv: { HTTP_PROXY: href, HTTPS_PROXY: href } }
  return isSecure ? new SecureAgent(through) : new PlainAgent(through)
}

type Connected = (error: Error | null, socket: Duplex) => void

/** As Node calls it back when there is none. */
type Failed = ((error: Error) => void) | undefined

/** Over SOCKS 5 (RFC 1928). The proxy is given the name of the server, and looks it up. */
class PlainSocksAgent extends PlainAgent {
  readonly #proxy: Proxy

  constructor(proxy: Proxy, options: AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    tunnel(this.#proxy, options).then(
      (socket) => connected?.(null, socket),
      (error: Error) => (connected as Failed)?.(error),
    )
  }
}

/** The same for HTTPS: TLS is with the server, inside of what the proxy carries. */
class SecureSocksAgent extends SecureAgent {
  readonly #proxy: Proxy

  constructor(proxy: Proxy, options: AgentOptions) {
    super(options)
    this.#proxy = proxy
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, connected?: Connected): undefined {
    tunnel(this.#proxy, options).then(
      (socket) => {
        const { host = '', servername = host } = options
        const name = isIP(servername) === 0 ? { servername } : {}
        connected?.(null, connectSecurely({ ...options, ...name, ...VERIFIED, socket }))
      },
      (error: Error) => (connected as Failed)?.(error),
    )
  }
}

async function tunnel({ url }: Proxy, { host, port }: ClientRequestArgs): Promise<Duplex> {
  const [userId, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  try {
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      destination: { host: host ?? '', port: Number(port) },
      proxy: {
        // An address of IPv6 has brackets in a URL, and nowhere else.
        host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: url.port === '' ? SOCKS_PORT : Number(url.port),
        type: 5,
        ...(userId === '' && password === '' ? {} : { userId, password }),
      },
      timeout: PATIENCE_MS,
    })
    return socket
  } catch (cause) {
    throw new ProxyFault(cause)
  }
}

/** Said, because NODE_TLS_REJECT_UNAUTHORIZED turns it off where it is not. */
const VERIFIED: SecureOptions = { rejectUnauthorized: true }

/** RFC 1928 §3. */
const SOCKS_PORT = 1080

/** Milliseconds: Tor may look for a way for a minute. */
const PATIENCE_MS = 90_000
