/** A connection that failed at the proxy, not at the server: so much is known of the server as before. */
export class ProxyFault extends Error {
  /** Of the proxy, without its password. */
  readonly proxy: string

  constructor(cause: unknown, proxy = '') {
    super('the proxy', { cause })
    this.proxy = proxy
  }
}

/** An error of a connection through a proxy: the proxy's own, where it was the one that failed. */
export function throughProxy(error: unknown, proxy: string): unknown {
  if (error instanceof ProxyFault) return new ProxyFault(error.cause, proxy)
  const { code, syscall } = wordsOf(error)
  // Nobody else is connected to, and no other name looked up.
  return OF_PROXIES.has(code) || CONNECTING.has(syscall) ? new ProxyFault(error, proxy) : error
}

/** Why a server could not be reached, and what to do about it. */
export interface Trouble {
  /** `connection refused` */
  readonly why: string
  readonly hint?: string | undefined
  /** The proxy that it is about, and not the server. */
  readonly proxy?: string
}

/** The cause of a failed exchange; `undefined` if it says nothing that helps. @param error - as it came from `client` */
export function explainTrouble(error: unknown): Trouble | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProxyFault) return { ...proxyTrouble(cause.cause), proxy: cause.proxy }
    // It was given up: nothing had come for long.
    if (cause.name === 'AbortError' || cause.name === 'TimeoutError') return { why: 'no answer' }
    const trouble = TROUBLES.get(wordsOf(cause).code)
    if (trouble !== undefined) return trouble
    if (wordsOf(cause).code.startsWith('ERR_SSL_')) return NO_TLS
  }
  return undefined
}

function proxyTrouble(cause: unknown): Trouble {
  const { code, message, status } = wordsOf(cause)
  const known = TROUBLES.get(code)
  if (known !== undefined) return { why: `cannot be reached: ${known.why}`, hint: PROXY_HINT }
  if (status === 407 || /authentication/i.test(message))
    return {
      why: 'wants a user and a password, or others',
      hint: 'name it like http://USER:PASSWORD@proxy.example:3128',
    }
  if (status !== undefined) return { why: `does not connect to the server: it answers ${status}`, hint: PROXY_HINT }
  // The library for SOCKS tells only this of what the system said.
  const [, system = /timed out/.test(message) ? 'ETIMEDOUT' : ''] =
    /^(?:connect|getaddrinfo) (E[A-Z_]+)/.exec(message) ?? []
  const refused = TROUBLES.get(system)
  if (refused !== undefined) return { why: `cannot be reached: ${refused.why}`, hint: PROXY_HINT }
  const [, reason = ''] = /rejected connection - (\w+)/.exec(message) ?? []
  const said = SOCKS_REASONS[reason]
  if (said !== undefined) return { why: `could not connect to the server: ${said}`, hint: PROXY_HINT }
  return { why: 'does not answer as it should', hint: PROXY_HINT }
}

function wordsOf(error: unknown): {
  readonly code: string
  readonly syscall: string
  readonly message: string
  readonly status: number | undefined
} {
  if (!(error instanceof Error)) return { code: '', syscall: '', message: '', status: undefined }
  const [code, syscall, status] = ['code', 'syscall', 'statusCode'].map((name): unknown => Reflect.get(error, name))
  return {
    code: typeof code === 'string' ? code : '',
    syscall: typeof syscall === 'string' ? syscall : '',
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
  }
}

const SELF_SIGNED: Trouble = {
  why: 'its certificate is not trusted (self-signed)',
  hint: 'if it is a server of your own, SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names the file of its authority',
}

const UNKNOWN_ISSUER: Trouble = {
  why: 'its certificate is not trusted (of an authority that this computer does not know)',
  hint: 'if a network or company is in between, SSL_CERT_FILE or NODE_EXTRA_CA_CERTS names the file of its authority',
}

const NO_TLS: Trouble = {
  why: 'it does not speak HTTPS there',
  hint: 'check the address; a network with a log-in page answers like this too: open any page in a browser first',
}

const NO_ROUTE: Trouble = { why: 'there is no way to it', hint: 'is this computer connected?' }

const BROKEN: Trouble = { why: 'the connection was broken off' }

/** By the codes of Node and OpenSSL. */
const TROUBLES: ReadonlyMap<string, Trouble> = new Map<string, Trouble>([
  ['ECONNREFUSED', { why: 'connection refused' }],
  ['ENOTFOUND', { why: 'name not found', hint: 'check the address, and whether this computer is connected' }],
  ['EAI_AGAIN', { why: 'name not found, as no name server answers', hint: 'is this computer connected?' }],
  ['EHOSTUNREACH', NO_ROUTE],
  ['ENETUNREACH', NO_ROUTE],
  ['EADDRNOTAVAIL', NO_ROUTE],
  ['ETIMEDOUT', { why: 'no answer' }],
  ['ECONNRESET', BROKEN],
  ['EPIPE', BROKEN],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', SELF_SIGNED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_ISSUER],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_ISSUER],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_ISSUER],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_ISSUER],
  [
    'CERT_HAS_EXPIRED',
    { why: 'its certificate has expired', hint: "is this computer's clock right? if so, tell the operator" },
  ],
  [
    'CERT_NOT_YET_VALID',
    { why: 'its certificate is of a time that has not come', hint: "is this computer's clock right?" },
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      why: 'its certificate is for another name',
      hint: 'check the address; a network with a log-in page answers like this too: open any page in a browser first',
    },
  ],
  ['EPROTO', NO_TLS],
  ['HPE_INVALID_CONSTANT', { why: 'it does not speak HTTP there', hint: 'check the address: is it https?' }],
])

const PROXY_HINT =
  'check --proxy, or HTTPS_PROXY, HTTP_PROXY and ALL_PROXY; servers that NO_PROXY names are asked directly'

/** RFC 1928 §6, as the library calls them. */
const SOCKS_REASONS: Readonly<Record<string, string>> = {
  Failure: 'it gives no reason',
  NotAllowed: 'it may not',
  NetworkUnreachable: 'there is no way to it',
  HostUnreachable: 'it cannot be found or reached',
  ConnectionRefused: 'connection refused',
  TTLExpired: 'no answer',
  CommandNotSupported: 'it does not do that',
  AddressNotSupported: 'it looks up no names',
}

/** Node's, of a proxy that opens no tunnel. */
const OF_PROXIES: ReadonlySet<string> = new Set(['ERR_PROXY_TUNNEL'])

const CONNECTING: ReadonlySet<string> = new Set(['connect', 'getaddrinfo'])
