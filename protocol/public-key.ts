import { ed25519 } from '@noble/curves/ed25519.js'
import { parseBase64url, toBase64url, type Bytes } from './bytes.ts'

declare const brand: unique symbol

/** An Ed25519 public key (RFC 8032 §5.1.5): 32 bytes, base64url, 43 characters. */
export type PublicKey = string & { readonly [brand]: 'PublicKey' }

/** Bytes of an Ed25519 public key. RFC 8032 §5.1.5. */
const PUBLIC_KEY_BYTES = 32

/** The key in `text`, or `undefined` if it does not have the shape of one. `isSafeKey` checks the point. */
export function parsePublicKey(text: string): PublicKey | undefined {
  return parseBase64url(text, PUBLIC_KEY_BYTES) === undefined ? undefined : (text as PublicKey)
}

/** A key that a server accepts, in a JSON value; `undefined` for any other value. */
export function parseSafeKey(value: unknown): PublicKey | undefined {
  const key = typeof value === 'string' ? parsePublicKey(value) : undefined
  return key !== undefined && isSafeKey(key) ? key : undefined
}

/** @param bytes - 32 bytes. */
export function formatPublicKey(bytes: Uint8Array): PublicKey {
  return toBase64url(bytes) as PublicKey
}

/** The 32 bytes of a key. */
export function publicKeyBytes(key: PublicKey): Bytes {
  const bytes = parseBase64url(key, PUBLIC_KEY_BYTES)
  if (bytes === undefined) throw new TypeError('a PublicKey is made only by its parser')
  return bytes
}

/**
 * Whether a key may be registered: a canonical point of the curve whose order is not small. Verifiers disagree about the
 * rest (Chromium and workerd accept one signature for every message under the identity point), which would make receipts
 * forgeable. docs/protocol.md §5.4.
 */
export function isSafeKey(key: PublicKey): boolean {
  try {
    return !ed25519.Point.fromBytes(publicKeyBytes(key)).isSmallOrder()
  } catch {
    return false
  }
}
