import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { isSafeKey, publicKeyBytes, type PublicKey } from '#protocol/public-key.ts'
import type { SigningKey } from './keys.ts'

/** Signs bytes (RFC 8032 §5.1.6). @returns 64 bytes, base64url */
export async function signBytes(key: SigningKey, bytes: Bytes): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, bytes)))
}

/** Whether the holder of a key signed these bytes. A key that signs everything, and so proves nothing, is none. */
export async function isSignedBy(key: PublicKey, bytes: Bytes, signature: string): Promise<boolean> {
  const signed = parseBase64url(signature, SIGNATURE_BYTES)
  if (signed === undefined || !isSafeKey(key)) return false
  const verifier = await crypto.subtle.importKey('raw', publicKeyBytes(key), 'Ed25519', false, ['verify'])
  return await crypto.subtle.verify('Ed25519', verifier, signed, bytes)
}

const SIGNATURE_BYTES = 64
