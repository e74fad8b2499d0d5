import type { WireCode } from '#protocol/error.ts'

/** A request as it arrived: the target of its first line, and its fields as a flat list, `[name, value, name, value, …]`. */
export interface RawRequest {
  readonly method: string
  readonly target: string
  readonly fields: readonly string[]
}

/** The request for the worker, or the code of its refusal. */
export type Vetted = { readonly target: string; readonly fields: readonly string[] } | { readonly code: WireCode }

/**
 * Checks the frame of a request before the worker sees it: one host (RFC 9112 §3.2), a target in origin form or absolute form
 * (§3.2.1, §3.2.2), a known method, and no field or path with a meaning for the local runtime.
 */
export function vet({ method, target, fields }: RawRequest): Vetted {
  if (!METHODS.has(method)) return { code: 'method_not_allowed' }
  const pairs = pairsOf(fields)
  if (pairs.length > MOST_FIELDS) return { code: 'too_large' }
  const hosts = pairs.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value)
  const [host] = hosts
  if (hosts.length !== 1 || host === undefined || !HOST.test(host)) return { code: 'bad_request' }
  if (pairs.some(([name]) => RUNTIME_FIELD.test(name))) return { code: 'bad_request' }
  const parsed = parseTarget(target, host)
  if (parsed === undefined) return { code: 'bad_request' }
  if (isOfRuntime(parsed.path)) return { code: 'not_found' }
  const hops = new Set(
    pairs.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => words(value)),
  )
  const kept = pairs.filter(([name]) => !isHop(name, hops) && name.toLowerCase() !== 'host')
  return { target: parsed.path, fields: ['Host', parsed.host, ...kept.flat()] }
}

/** The fields of an answer without hop-by-hop fields (RFC 9110 §7.6.1), as a flat list. */
export function withoutHops(fields: readonly string[]): string[] {
  return pairsOf(fields)
    .filter(([name]) => !isHop(name, new Set()))
    .flat()
}

function parseTarget(target: string, host: string): { readonly path: string; readonly host: string } | undefined {
  if (!/^[!-~]+$/.test(target)) return undefined
  if (target.startsWith('/')) return { path: target, host }
  if (!/^https?:\/\//i.test(target)) return undefined
  const url = URL.parse(target)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return { path: url.pathname + url.search, host: url.host }
}

/** Whether a path, in any spelling, leads to a tool of the local runtime. */
function isOfRuntime(path: string): boolean {
  let spelled = path.replaceAll('\\', '/').toLowerCase()
  for (let round = 0; round < MOST_ENCODINGS; round += 1) {
    const [first = ''] = (URL.parse(`http://host${spelled}`)?.pathname ?? '').split('/').filter((part) => part !== '')
    if (first === RUNTIME_FOLDER) return true
    spelled = spelled.replace(/%([\da-f]{2})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
  }
  return false
}

function isHop(name: string, named: ReadonlySet<string>): boolean {
  return HOPS.has(name.toLowerCase()) || named.has(name.toLowerCase())
}

function pairsOf(fields: readonly string[]): (readonly [name: string, value: string])[] {
  return Array.from({ length: fields.length / 2 }, (_, n) => [fields[2 * n] ?? '', fields[2 * n + 1] ?? ''])
}

function words(list: string): string[] {
  return list
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
}

/** The methods that the worker can receive; others, such as TRACE, Fetch forbids (§2.2.1). */
export const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])

/** docs/protocol.md §9. */
const MOST_FIELDS = 128

/** RFC 9110 §7.2, limited to hosts that a browser can name: a name or an address, and a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** Internal fields of the local runtime. */
const RUNTIME_FIELD = /^(?:x-)?mf-/i

/** Paths of the local runtime's own tools. */
const RUNTIME_FOLDER = 'cdn-cgi'

/** How many times a path is percent-decoded: nothing behind decodes it as often. */
const MOST_ENCODINGS = 4

/** RFC 9110 §7.6.1; `Expect` is answered here (§10.1.1). */
const HOPS: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
