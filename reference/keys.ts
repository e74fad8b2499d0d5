import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** The Ed25519 private key of a seed of 32 bytes. RFC 8410 §7. */
export function ed25519Key(seed: Uint8Array): KeyObject {
  return privateKey('302e020100300506032b657004220420', seed)
}

/** The X25519 private key of 32 bytes. RFC 8410 §7. */
export function x25519Key(secret: Uint8Array): KeyObject {
  return privateKey('302e020100300506032b656e04220420', secret)
}

/** The ML-KEM-768 private key of a seed: d ‖ z, 64 bytes. RFC 9935 §6, the form that has the seed alone. */
export function mlKemKey(seed: Uint8Array): KeyObject {
  return privateKey('3054020100300b060960864801650304040204428040', seed)
}

/** The public half of an Ed25519 or X25519 key, 32 bytes. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/** @param prefix - the DER of a PrivateKeyInfo up to its secret, in hex */
function privateKey(prefix: string, secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(prefix, 'hex'), secret]), format: 'der', type: 'pkcs8' })
}
