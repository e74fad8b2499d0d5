import {
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  decapsulate,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { BECH32, bech32 } from './bech32.ts'
import { mlKemKey, rawPublicKey, x25519Key } from './keys.ts'

// Hybrid recipients of age (C2SP age.md, MLKEM768-X25519): X-Wing under HPKE. Fifty times as fast as JavaScript, so that the
// drill can try every stored value as an identity. It opens stanzas and seals none.

/** A hybrid stanza, taken apart. */
export interface HybridStanza {
  /** Ciphertext of ML-KEM-768, 1,088 bytes. */
  readonly mlkem: Uint8Array
  /** The sender's ephemeral share, 32 bytes. */
  readonly x25519: Uint8Array
  /** The share as a key; `undefined` if it is none. */
  readonly share: KeyObject | undefined
  /** The sealed file key: ciphertext (16 bytes) ‖ tag (16 bytes). */
  readonly body: Uint8Array
}

/** An X-Wing private key, expanded. */
export interface HybridKey {
  readonly mlkem: KeyObject
  readonly x25519: KeyObject
  readonly x25519Public: Uint8Array
}

/** @param encapsulated - 1,120 bytes. @param body - 32 bytes. */
export function hybridStanza(encapsulated: Uint8Array, body: Uint8Array): HybridStanza {
  const x25519 = encapsulated.subarray(MLKEM_BYTES)
  return { mlkem: encapsulated.subarray(0, MLKEM_BYTES), x25519, share: publicX25519(x25519), body }
}

/** @param seed - 32 bytes. draft-connolly-cfrg-xwing-kem §5.2 */
export function hybridKey(seed: Uint8Array): HybridKey {
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest()
  const x25519 = x25519Key(expanded.subarray(64))
  return { mlkem: mlKemKey(expanded.subarray(0, 64)), x25519, x25519Public: rawPublicKey(x25519) }
}

/** Identity and recipient as age spells them, of a seed of 32 bytes. */
export function ageKeys(seed: Uint8Array): { identity: string; recipient: string } {
  const { mlkem, x25519Public } = hybridKey(seed)
  // The key is the end of its SubjectPublicKeyInfo.
  const mlkemPublic = createPublicKey(mlkem).export({ format: 'der', type: 'spki' }).subarray(-1_184)
  return {
    identity: bech32('age-secret-key-pq-', seed, BECH32).toUpperCase(),
    recipient: bech32('age1pq', Buffer.concat([mlkemPublic, x25519Public]), BECH32),
  }
}

/** The file key in a stanza; `undefined` if it is not for this identity. */
export function openStanza(key: HybridKey, { mlkem, x25519, share, body }: HybridStanza): Uint8Array | undefined {
  if (share === undefined) return undefined
  try {
    const shared = createHash('sha3-256')
      .update(decapsulate(key.mlkem, mlkem))
      .update(diffieHellman({ privateKey: key.x25519, publicKey: share }))
      .update(x25519)
      .update(key.x25519Public)
      .update(String.raw`\.//^\ `.trim())
      .digest()
    return openSealed(shared, body)
  } catch {
    return undefined
  }
}

/** HPKE, base mode, with HKDF-SHA256 and ChaCha20-Poly1305. RFC 9180 §5.1. */
function openSealed(shared: Uint8Array, body: Uint8Array): Uint8Array {
  const secret = labeledExtract(shared, 'secret', EMPTY)
  const key = labeledExpand(secret, 'key', 32)
  const nonce = labeledExpand(secret, 'base_nonce', 12)
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
  cipher.setAuthTag(body.subarray(16))
  const fileKey = cipher.update(body.subarray(0, 16))
  cipher.final()
  return fileKey
}

/** RFC 9180 §4. */
function labeledExtract(salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  return createHmac('sha256', salt).update('HPKE-v1').update(SUITE).update(label).update(input).digest()
}

/** RFC 9180 §4, for at most 32 bytes: one round. */
function labeledExpand(secret: Uint8Array, label: string, length: number): Uint8Array {
  const info = createHmac('sha256', secret)
    .update(Uint8Array.of(0, length))
    .update('HPKE-v1')
    .update(SUITE)
    .update(label)
  return info.update(CONTEXT).update(Uint8Array.of(1)).digest().subarray(0, length)
}

function publicX25519(bytes: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(bytes).toString('base64url') },
      format: 'jwk',
    })
  } catch {
    return undefined
  }
}

/** FIPS 203, table 3. */
const MLKEM_BYTES = 1_088
const EMPTY = new Uint8Array(0)

/** KEM 0x647a, KDF 1, AEAD 3. */
const SUITE = Buffer.concat([Buffer.from('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3)])

/** Mode ‖ hash of an empty id of a pre-shared key ‖ hash of the info. RFC 9180 §5.1. */
const CONTEXT = Buffer.concat([
  Uint8Array.of(0),
  labeledExtract(EMPTY, 'psk_id_hash', EMPTY),
  labeledExtract(EMPTY, 'info_hash', Buffer.from('age-encryption.org/mlkem768x25519')),
])
