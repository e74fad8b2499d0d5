/** The part of openpgp.js 6 that is measured. Its own types are there only when it is installed. */
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
