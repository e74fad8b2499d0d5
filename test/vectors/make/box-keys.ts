import { createHash, sign } from 'node:crypto'
import { bech32, BECH32M } from '../../../reference/bech32.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

/** The address of a root key, 32 bytes. docs/protocol.md §13.1. */
export function addressOf(key: Uint8Array): string {
  const hash = createHash('sha256').update('sealdrop/v1/box').update(key).digest()
  return bech32('sdbox', Buffer.from([0, ...hash]), BECH32M)
}

/** The public half of an Ed25519 seed, base64url. */
export function keyOf(seed: Uint8Array): string {
  return rawPublicKey(ed25519Key(seed)).toString('base64url')
}

/** A compact JWS by Ed25519. RFC 7515 §7.1. */
export function jws(header: object, payload: string, seed: Uint8Array): string {
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`
  return `${input}.${sign(null, Buffer.from(input), ed25519Key(seed)).toString('base64url')}`
}

/** Bytes that count up from a number. */
export function counting(length: number, from: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (from + index) % 256))
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
