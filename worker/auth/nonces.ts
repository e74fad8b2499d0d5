import { equalBytes, joinBytes, parseBase64url, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { NONCE_LIFE_MS } from '#protocol/limits.ts'

/**
 * Offers nonces and recognizes them without storing any: a nonce is the time of its issue, random bytes that make it unique, and
 * a MAC over both and its subject, the id of a drop or the address of a box. The key is in memory only. After an eviction the old
 * nonces are worth nothing, and a refusal brings a new one. docs/protocol.md §5.3.
 */
export class Nonces {
  #key: Promise<CryptoKey> | undefined

  async issue(subject: string, now: number): Promise<string> {
    const head = crypto.getRandomValues(new Uint8Array(HEAD_BYTES))
    new DataView(head.buffer).setBigUint64(0, BigInt(now))
    return toBase64url(joinBytes([head, await this.#mac(subject, head)]))
  }

  /** Whether this nonce was issued for this subject, by this instance, in the last ten minutes. */
  async knows(nonce: string, subject: string, now: number): Promise<boolean> {
    const bytes = parseBase64url(nonce, HEAD_BYTES + MAC_BYTES)
    if (bytes === undefined) return false
    const issued = Number(new DataView(bytes.buffer).getBigUint64(0))
    if (issued > now || now - issued > NONCE_LIFE_MS) return false
    return equalBytes(await this.#mac(subject, bytes.slice(0, HEAD_BYTES)), bytes.subarray(HEAD_BYTES))
  }

  async #mac(subject: string, head: Bytes): Promise<Bytes> {
    this.#key ??= newKey()
    const mac = await crypto.subtle.sign('HMAC', await this.#key, joinBytes([head, utf8(subject)]))
    return new Uint8Array(mac, 0, MAC_BYTES)
  }
}

/** Milliseconds since 1970, big-endian (8 bytes) ‖ random bytes (8). */
const HEAD_BYTES = 16

/** HMAC-SHA-256 truncated to 128 bits (RFC 2104 §5). */
const MAC_BYTES = 16

function newKey(): Promise<CryptoKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}
