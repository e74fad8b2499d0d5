import { createHash } from 'node:crypto'
import type { Files } from './files.ts'

/** Everything that a server of one release serves, its API aside, with hashes and header fields: `dist/manifest.json`. */
export interface ReleaseManifest {
  readonly v: 1
  /** The version in `package.json`. */
  readonly version: string
  /** Sorted by path. */
  readonly files: readonly ManifestFile[]
  /** The client that is opened from disk: no server serves it, so it is not among the addresses. */
  readonly offline?: Digest & { readonly path: string }
}

/** One address that is answered without a redirect. */
export interface ManifestFile extends Digest {
  readonly path: string
  /** Exact values by name. A server may send more fields, such as `ETag` and `Date`. */
  readonly headers: Readonly<Record<string, string>>
}

interface Digest {
  /** SHA-256 in hex. */
  readonly sha256: string
  /** The length of the contents. */
  readonly bytes: number
}

/**
 * The manifest of a built folder of pages.
 * @param web - its files, including the `_headers` that the asset server reads
 * @throws Error for a file of unknown address or type, so that nothing unlisted is served
 */
export function makeManifest(
  version: string,
  web: Files,
  offline?: { path: string; bytes: Uint8Array },
): ReleaseManifest {
  const rules = parseHeaders(Buffer.from(web.get('_headers') ?? '').toString())
  const files = [...web]
    .filter(([file]) => file !== '_headers')
    .map(([file, contents]) => {
      const path = addressOf(file)
      const headers = { 'Content-Type': typeOf(file), ...headersAt(rules, path) }
      return { path, ...digest(contents), headers: sorted(headers) }
    })
  return {
    v: 1,
    version,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    ...(offline === undefined ? {} : { offline: { path: offline.path, ...digest(offline.bytes) } }),
  }
}

/** One rule of a `_headers` file: the fields that it removes and then sets at matching addresses. */
interface Rule {
  /** An address, or a prefix followed by `*`. */
  readonly address: string
  readonly taken: readonly string[]
  readonly set: readonly (readonly [name: string, value: string])[]
}

/**
 * The rules of a `_headers` file of Workers static assets, in their order.
 * @throws Error for syntax that we never write: placeholders, hosts, a star in the middle
 */
export function parseHeaders(text: string): Rule[] {
  return text
    .split('\n\n')
    .filter((block) => block.trim() !== '')
    .map((block) => {
      const [address = '', ...lines] = block.trimEnd().split('\n')
      if (!/^\/[\w./-]*\*?$/.test(address))
        throw new Error(`_headers has a rule for ${address}, which is not understood.`)
      const taken = lines.flatMap((line) => /^ {2}! ([\w-]+)$/.exec(line)?.[1] ?? [])
      const set = lines.flatMap((line) => {
        const [, name, value] = /^ {2}([\w-]+): (.*\S)$/.exec(line) ?? []
        return name === undefined || value === undefined ? [] : [[name, value] as const]
      })
      if (taken.length + set.length !== lines.length)
        throw new Error(`_headers has a line for ${address} that is not understood.`)
      return { address, taken, set }
    })
}

/** The fields that the asset server adds at a path: it applies the rules in order, and joins values that two of them set. */
export function headersAt(rules: readonly Rule[], path: string): Record<string, string> {
  const headers = new Map<string, string>()
  for (const { address, set, taken } of rules) {
    if (address.endsWith('*') ? !path.startsWith(address.slice(0, -1)) : path !== address) continue
    for (const name of taken) headers.delete(name)
    for (const [name, value] of set) {
      const before = headers.get(name)
      headers.set(name, before === undefined ? value : `${before}, ${value}`)
    }
  }
  return Object.fromEntries(headers)
}

/** The address at which the asset server serves a file: `html_handling` is `auto-trailing-slash`. */
function addressOf(file: string): string {
  if (!/^[\w.][\w./-]*$/.test(file) || SPECIAL.has(file))
    throw new Error(`dist/web/${file} is not served under its name.`)
  return `/${file}`.replace(/(?<=\/)index\.html$|\.html$/, '')
}

function typeOf(file: string): string {
  const type = TYPES[/\.\w+$/.exec(file)?.[0] ?? '']
  if (type === undefined) throw new Error(`dist/web/${file} has an ending whose media type is not known: name it here.`)
  return type
}

function digest(contents: string | Uint8Array): Digest {
  const bytes = Buffer.from(contents)
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength }
}

function sorted(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The files that the asset server reads and does not serve. */
const SPECIAL = new Set(['_headers', '_redirects', '_worker.js', '.assetsignore'])

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}
