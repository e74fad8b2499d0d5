import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Bytes } from '#protocol/bytes.ts'

/** ChaCha20-Poly1305 (RFC 8439 §2.8) under one key; a box is ciphertext ‖ tag (16 bytes). */
export interface Aead {
  /** How many calls are worth having under way at once: more than one where other threads do the work. */
  readonly inFlight: number
  /** @param nonce - 12 bytes, never used before under this key. @param box - gets what is sealed, and is exactly as long. */
  seal(nonce: Bytes, plaintext: Bytes, box: Bytes): Promise<void>
  /**
   * Rejects if the box was not sealed under this key and nonce.
   * @param plaintext - gets what was in it, and is exactly as long.
   */
  open(nonce: Bytes, box: Bytes, plaintext: Bytes): Promise<void>
}

/** `undefined` where WebCrypto has no ChaCha20-Poly1305. */
export async function nativeAead(key: Bytes): Promise<Aead | undefined> {
  let imported: CryptoKey
  try {
    imported = await crypto.subtle.importKey('raw-secret' as 'raw', key, NAME, false, ['encrypt', 'decrypt'])
  } catch {
    return undefined
  }
  const algorithm = (iv: Bytes): AesGcmParams => ({ name: NAME, iv })
  return {
    inFlight: NATIVE_IN_FLIGHT,
    async seal(nonce, plaintext, box) {
      box.set(new Uint8Array(await crypto.subtle.encrypt(algorithm(nonce), imported, plaintext)))
    },
    async open(nonce, box, plaintext) {
      plaintext.set(new Uint8Array(await crypto.subtle.decrypt(algorithm(nonce), imported, box)))
    },
  }
}

export function nobleAead(key: Bytes): Aead {
  return {
    inFlight: 1,
    seal: async (nonce, plaintext, box) => void chacha20poly1305(key, nonce).encrypt(plaintext, box),
    open: async (nonce, box, plaintext) => void chacha20poly1305(key, nonce).decrypt(box, plaintext),
  }
}

/** WICG Modern Algorithms in the Web Cryptography API. */
const NAME = 'ChaCha20-Poly1305'

/** Measured, in Node and Chromium: fewer leave threads waiting while results are copied, more only take memory. */
const NATIVE_IN_FLIGHT = 32
