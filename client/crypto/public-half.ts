import { ed25519 } from '@noble/curves/ed25519.js'
import type { Bytes } from '#protocol/bytes.ts'

/** The public key of a seed (RFC 8032 §5.1.5), without the platform. @param seed - 32 bytes. @returns 32 bytes */
export function publicHalf(seed: Bytes): Bytes {
  return new Uint8Array(ed25519.getPublicKey(seed))
}
