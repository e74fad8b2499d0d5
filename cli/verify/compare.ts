import { createHash } from 'node:crypto'
import type { Visit } from './browse.ts'
import type { Manifest, ServedFile } from './manifest.ts'

/** One thing in which a server differs from a release. The findings are text of the server: do not trust them. */
export type Difference =
  /** The status of the answer. */
  | { readonly kind: 'missing'; readonly path: string; readonly status: number }
  /** Other addresses were answered. */
  | { readonly kind: 'no_answer'; readonly path: string }
  | { readonly kind: 'bytes'; readonly path: string; readonly expected: Contents; readonly found: Contents }
  | { readonly kind: 'header_missing'; readonly path: string; readonly name: string; readonly expected: string }
  | {
      readonly kind: 'header_differs'
      readonly path: string
      readonly name: string
      readonly expected: string
      readonly found: string
    }
  /** One of those that change what a browser does with a page. */
  | { readonly kind: 'header_unexpected'; readonly path: string; readonly name: string; readonly found: string }
  /** A page names code that is not in the release, or holds some. */
  | { readonly kind: 'unknown_script'; readonly path: string; readonly found: string }

interface Contents {
  /** In hex. */
  readonly sha256: string
  readonly bytes: number
}

/** In what an answer differs from what the release has at this address. */
export function compare({ files }: Manifest, file: ServedFile, origin: string, visit: Visit): Difference[] {
  const { path } = file
  const { body, headers, status } = visit
  if (status !== 200) return [{ kind: 'missing', path, status }]
  const found = { sha256: createHash('sha256').update(body).digest('hex'), bytes: body.length }
  const isSame = found.sha256 === file.sha256 && found.bytes === file.bytes
  const bytes: Difference[] = isSame
    ? []
    : [{ kind: 'bytes', path, expected: { sha256: file.sha256, bytes: file.bytes }, found }]
  const isPage = [file.headers['Content-Type'], headers.get('content-type')].some((type) => /html/i.test(type ?? ''))
  const hashes = (file.headers['Content-Security-Policy'] ?? '').match(/'sha256-[^']+'/g) ?? []
  const known = new Set([...files.map((each) => each.path), ...hashes])
  // The same bytes name the same scripts.
  const scripts = !isSame && isPage ? unknownScripts(body.toString('utf8'), origin + path, origin, known) : []
  return [
    ...bytes,
    ...compareHeaders(file, headers),
    ...scripts.map((script): Difference => ({ kind: 'unknown_script', path, found: script.slice(0, MAX_SHOWN) })),
  ]
}

function compareHeaders({ path, headers }: ServedFile, found: Visit['headers']): Difference[] {
  const expected = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [name, value] as const]))
  const differing = [...expected].flatMap(([key, [name, value]]): Difference[] => {
    const has = found.get(key)
    if (has === undefined) return [{ kind: 'header_missing', path, name, expected: value }]
    return has === value
      ? []
      : [{ kind: 'header_differs', path, name, expected: value, found: has.slice(0, MAX_SHOWN) }]
  })
  const more = SCRIPT_HEADERS.flatMap((name): Difference[] => {
    const has = found.get(name.toLowerCase())
    return has === undefined || expected.has(name.toLowerCase())
      ? []
      : [{ kind: 'header_unexpected', path, name, found: has.slice(0, MAX_SHOWN) }]
  })
  return [...differing, ...more]
}

/**
 * Paths that a page names as code, or as a source of code, and that are not among the known ones; and code in the page
 * itself, unless its hash is known. Not a parser: the bytes have been found to differ, and this says where to look first.
 * Nothing in it goes over the same text more than so many times: a server could keep us busy for ever.
 */
export function unknownScripts(html: string, base: string, origin: string, known: ReadonlySet<string>): string[] {
  const page = html.slice(0, MAX_READ)
  const named = [...page.matchAll(NAMING)].flatMap(([, rest = '']) =>
    [...(TAG.exec(rest)?.[0] ?? '').matchAll(ADDRESS)].flatMap(([, quoted, apostrophed, bare]) => {
      const address = quoted ?? apostrophed ?? bare ?? ''
      const url = URL.parse(address, base)
      return url !== null && url.origin === origin && known.has(url.pathname) ? [] : [address]
    }),
  )
  const inside = [...page.matchAll(/<script\b[^>]{0,1000}>([\s\S]*?)(?:<\/script|$)/gi)]
    .map(([, code = '']) => code)
    .filter((code) => !known.has(`'sha256-${createHash('sha256').update(code).digest('base64')}'`))
  const attached = [...page.matchAll(/<[a-z][^>]{0,1000}?\s(on\w{1,40}\s{0,9}=[^>]{0,1000})/gi)].map(
    ([, code = '']) => code,
  )
  const all = [...named, ...inside.map((code) => code.trim()), ...attached]
  return [...new Set(all.filter((each) => each !== ''))].slice(0, MAX_SCRIPTS)
}

const NAMING = /<(?:script|link|iframe|frame|object|embed|base)\b(?=([\s\S]{0,1000}))/gi

const TAG = /^(?:"[^"]*"|'[^']*'|[^>"'])*/

const ADDRESS = /\s(?:xlink:)?(?:src|srcdoc|href|data|action)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gi

/** Elements that no release has and a browser obeys: they bring code, change its sources, or change how bytes are read. */
const SCRIPT_HEADERS = [
  'Access-Control-Allow-Origin',
  'Clear-Site-Data',
  // Where it could be undone, it is none.
  'Content-Encoding',
  'Content-Disposition',
  'Content-Security-Policy',
  'Content-Security-Policy-Report-Only',
  'Document-Policy',
  'Link',
  'Location',
  'No-Vary-Search',
  'Origin-Trial',
  'Refresh',
  'Service-Worker-Allowed',
  'Set-Cookie',
  'SourceMap',
  'Speculation-Rules',
  'Supports-Loading-Mode',
  'Use-As-Dictionary',
  'X-SourceMap',
]

/** Characters of what a server said that are passed on. */
const MAX_SHOWN = 400

/** Characters of a page that are looked through for code, many times the longest; and how much of it is named. */
const MAX_READ = 262_144
const MAX_SCRIPTS = 50
