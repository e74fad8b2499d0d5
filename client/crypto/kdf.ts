import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8, type Bytes } from '#protocol/bytes.ts'

/** HKDF-Extract with SHA-256 (RFC 5869 §2.2): 32 bytes. */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Bytes {
  return new Uint8Array(extract(sha256, ikm, salt))
}

/** HKDF-Expand with SHA-256 (RFC 5869 §2.3). @param length - bytes wanted. */
export function hkdfExpand(prk: Uint8Array, info: string, length: number): Bytes {
  return new Uint8Array(expand(sha256, prk, utf8(info), length))
}

/** HKDF with SHA-256, both steps (RFC 5869 §2). */
export function hkdf(ikm: Uint8Array, salt: Uint8Array, info: string, length: number): Bytes {
  return hkdfExpand(hkdfExtract(salt, ikm), info, length)
}
