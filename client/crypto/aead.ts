import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import type { Bytes } from '#protocol/bytes.ts'
import { nodeAead } from './node-aead.ts'

/** ChaCha20-Poly1305 (RFC 8439 §2.8) under one key; a box is ciphertext ‖ tag (16 bytes). */
export interface Aead {
  /** @param nonce - 12 bytes, never used before under this key. */
  seal(nonce: Bytes, plaintext: Bytes): Promise<Bytes>
  /** Rejects if the box was not sealed under this key and nonce. */
  open(nonce: Bytes, box: Bytes): Promise<Bytes>
}

/** The platform's own cipher where it has one, which is several times faster, else noble's. Found out by trying. */
export async function aeadFor(key: Bytes): Promise<Aead> {
  return nodeAead(key) ?? (await nativeAead(key)) ?? nobleAead(key)
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
    seal: async (nonce, plaintext) =>
      new Uint8Array(await crypto.subtle.encrypt(algorithm(nonce), imported, plaintext)),
    open: async (nonce, box) => new Uint8Array(await crypto.subtle.decrypt(algorithm(nonce), imported, box)),
  }
}

export function nobleAead(key: Bytes): Aead {
  return {
    seal: async (nonce, plaintext) => new Uint8Array(chacha20poly1305(key, nonce).encrypt(plaintext)),
    open: async (nonce, box) => new Uint8Array(chacha20poly1305(key, nonce).decrypt(box)),
  }
}

/** WICG Modern Algorithms in the Web Cryptography API. */
const NAME = 'ChaCha20-Poly1305'
