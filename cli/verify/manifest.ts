import { fileURLToPath } from 'node:url'
import { EXIT, Failure } from '../failure.ts'
import { readNamed } from '../read-named.ts'

/** What a server of one release serves besides its API. docs/verify.md. */
export interface Manifest {
  readonly version: string
  /** Not empty, with `/` among them. */
  readonly files: readonly ServedFile[]
}

/** What one address answers, without a redirect. */
export interface ServedFile {
  /** `/assets/app.js` */
  readonly path: string
  /** In hex. */
  readonly sha256: string
  readonly bytes: number
  /** Exact values by name. */
  readonly headers: Readonly<Record<string, string>>
}

/** Reads the manifest that came with this command, or another. @throws Failure if there is none, or it is none */
export async function readManifest(file: string | undefined): Promise<Manifest> {
  const place = file ?? fileURLToPath(new URL('manifest.json', import.meta.url))
  const bytes = await readNamed(place, MAX_MANIFEST_BYTES, '--manifest FILE names the manifest of a release')
  const manifest = parseManifest(bytes?.toString('utf8') ?? '')
  if (manifest === undefined)
    throw new Failure(`${place} is no manifest of a release that this command knows`, { exitCode: EXIT.usage })
  return manifest
}

/** The manifest in a file; `undefined` for any other text. Members that are not known here are ignored. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value['v'] !== 1 || typeof value['version'] !== 'string') return undefined
  const files = Array.isArray(value['files']) ? value['files'].map(parseFile) : []
  const known = files.filter((each) => each !== undefined)
  if (known.length !== files.length || !known.some(({ path }) => path === '/')) return undefined
  return { version: value['version'], files: known }
}

function parseFile(value: unknown): ServedFile | undefined {
  if (!isRecord(value)) return undefined
  const { path, sha256, bytes, headers } = value
  if (typeof path !== 'string' || !/^\/(?!\/)[\w./-]*$/.test(path)) return undefined
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0 || !isRecord(headers)) return undefined
  const named = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  if (named.length !== Object.keys(headers).length) return undefined
  return { path, sha256, bytes, headers: Object.fromEntries(named) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Many times the longest. */
const MAX_MANIFEST_BYTES = 16_777_216
