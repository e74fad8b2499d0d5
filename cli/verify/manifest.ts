import { isWhole, listOf, parseJson, recordOf } from '#protocol/json.ts'
import { fileURLToPath } from 'node:url'
import { EXIT, Failure } from '../failure.ts'
import { readNamed } from '../terminal/streams.ts'

/** The files that a server of one release serves, its API aside. docs/verify.md. */
export interface Manifest {
  readonly version: string
  /** Not empty, with `/` among them. */
  readonly files: readonly ServedFile[]
}

/** The answer of one address, without a redirect. */
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
  const { v, version, files: list } = recordOf(parseJson(text)) ?? {}
  const files = listOf(list, parseFile)
  if (v !== 1 || typeof version !== 'string' || files === undefined) return undefined
  return files.some(({ path }) => path === '/') ? { version, files } : undefined
}

function parseFile(value: unknown): ServedFile | undefined {
  const { path, sha256, bytes, headers: given } = recordOf(value) ?? {}
  const headers = recordOf(given)
  if (typeof path !== 'string' || !/^\/(?!\/)[\w./-]*$/.test(path)) return undefined
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || !isWhole(bytes)) return undefined
  if (headers === undefined || !isOfTexts(headers)) return undefined
  return { path, sha256, bytes, headers }
}

function isOfTexts(record: Readonly<Record<string, unknown>>): record is Readonly<Record<string, string>> {
  return Object.values(record).every((each) => typeof each === 'string')
}

/** Many times the longest. */
const MAX_MANIFEST_BYTES = 16_777_216
