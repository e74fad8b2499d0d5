import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../tools/bundle.ts'

/** The library of peers as a module that Node and a browser can load; it is no dependency of the product. */
export const OPENPGP: string = fileURLToPath(
  new URL('peers/node_modules/openpgp/dist/openpgp.min.mjs', import.meta.url),
)

/** Installs what `bench/peers/package-lock.json` names, where it is missing. @throws Error if that fails */
export function installPeers(): void {
  if (existsSync(OPENPGP)) return
  const { status } = spawnSync('npm', ['ci', '--prefix', 'bench/peers', '--ignore-scripts'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The libraries to compare with could not be installed.')
}

/** As much of openpgp.js 6 as is measured. Its own types are there only when it is installed. */
export interface OpenPgp {
  readonly createMessage: (wish: { binary: ReadableStream<Uint8Array> }) => Promise<unknown>
  readonly readMessage: (wish: { binaryMessage: ReadableStream<Uint8Array> }) => Promise<unknown>
  readonly encrypt: (wish: PgpWish) => Promise<ReadableStream<Uint8Array>>
  readonly decrypt: (wish: PgpWish) => Promise<{ data: ReadableStream<Uint8Array> }>
  readonly enums: { readonly aead: { readonly gcm: number } }
}

interface PgpWish {
  readonly message: unknown
  readonly passwords: readonly string[]
  readonly format: 'binary'
  readonly config?: { readonly aeadProtect: boolean; readonly preferredAEADAlgorithm: number }
}

/** Seals as Yopass does: SEIPDv2 with GCM. RFC 9580 §5.13.2. */
export async function pgpSeal(pgp: OpenPgp, source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const config = { aeadProtect: true, preferredAEADAlgorithm: pgp.enums.aead.gcm }
  const message = await pgp.createMessage({ binary: source })
  return pgp.encrypt({ message, passwords: [PASSWORD], format: 'binary', config })
}

export async function pgpOpen(pgp: OpenPgp, sealed: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const message = await pgp.readMessage({ binaryMessage: sealed })
  return (await pgp.decrypt({ message, passwords: [PASSWORD], format: 'binary' })).data
}

const PASSWORD = 'as long as any link holds'
