import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { joinBytes, utf8, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { randomBytes, type Random } from './random.ts'

/**
 * Seals under a key that seals many times: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), whose nonces may be drawn.
 * @param key - 32 bytes. @param context - its kind and its owner: it opens under no other.
 * @returns nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes)
 */
export function sealUnder(key: Bytes, context: string, plaintext: Bytes, random: Random = randomBytes): Bytes {
  const nonce = random(NONCE_BYTES)
  return joinBytes([nonce, xchacha20poly1305(key, nonce, utf8(context)).encrypt(plaintext)])
}

/** @throws DropError `open_failed` for another key, another context, or a changed byte */
export function openUnder(key: Bytes, context: string, sealed: Bytes): Bytes {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    return new Uint8Array(xchacha20poly1305(key, nonce, utf8(context)).decrypt(sealed.subarray(NONCE_BYTES)))
  } catch (cause) {
    throw new DropError('open_failed', { cause })
  }
}

const NONCE_BYTES = 24
