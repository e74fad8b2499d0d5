import { argon2Sync, createHmac } from 'node:crypto'

// This folder has the cryptography of docs/protocol.md §2 and of age a second time, on node:crypto alone, and imports nothing of
// ours: a vector that the product's own code had written would agree with it whatever it did.

/** HKDF-Extract with SHA-256: HMAC, keyed with the salt. RFC 5869 §2.2. */
export function extract(salt: Uint8Array | string, ikm: Uint8Array): Buffer {
  return createHmac('sha256', salt).update(ikm).digest()
}

/** HKDF-Expand with SHA-256. RFC 5869 §2.3. @param length - in bytes, at most 8,160 */
export function expand(prk: Uint8Array, info: string | Uint8Array, length: number): Buffer {
  let block = Buffer.alloc(0)
  let all = Buffer.alloc(0)
  for (let counter = 1; all.length < length; counter++) {
    block = createHmac('sha256', prk).update(block).update(info).update(Uint8Array.of(counter)).digest()
    all = Buffer.concat([all, block])
  }
  return all.subarray(0, length)
}

/** Argon2id with the parameters of docs/protocol.md §2.3, by OpenSSL. */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array): Buffer {
  const cost = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 }
  return argon2Sync('argon2id', { message: passphrase, nonce: salt, ...cost })
}
