import { createHash } from 'node:crypto'
import type { Files } from './files.ts'
import type { Manifest } from './manifest.ts'

/**
 * The release in the terms of the WAICT draft (draft-waict-integrity-v2, April 2026): its manifest under the name that the
 * draft wants, and the header that would point to it. Nothing of it is served: docs/decisions/0015.
 */
export function makeWaict({ files }: Manifest): Files {
  const hashes = Object.fromEntries(
    files.map(({ path, sha256 }) => [path, Buffer.from(sha256, 'hex').toString('base64url')]),
  )
  // The second line is for a proof of being logged. An empty one stands for none, which the draft allows with max-age=0.
  const body = `${JSON.stringify({ hashes })}\n\n`
  const name = `sealdrop_${createHash('sha256').update(body).digest('base64url').slice(0, 22)}`
  const header = `max-age=0, mode=report, manifest="/.well-known/waict/manifests/${name}"`
  return new Map([
    [name, body],
    ['header.txt', `Integrity-Policy-WAICT-v1: ${header}\n`],
  ])
}
