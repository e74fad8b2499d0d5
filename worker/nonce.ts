import { equalBytes, parseBase64url, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { NONCE_LIFE_MS } from '#protocol/limits.ts'

/**
 * Gives out nonces and knows them again, without keeping any: a nonce is the time of its issue and a MAC over it and the
 * drop id. The key lives in memory only; after an eviction the old nonces are worth nothing, and their holders get new
 * ones with the refusal. docs/protocol.md §5.3.
 */
export class Nonces {
  #key: Promise<CryptoKey> | undefined

  async issue(id: DropId, now: number): Promise<string> {
    return toBase64url(await this.#nonce(id, now))
  }

  /** Whether this nonce was given out for this drop, by this instance, in the last ten minutes. */
  async knows(nonce: string, id: DropId, now: number): Promise<boolean> {
    const bytes = parseBase64url(nonce, TIME_BYTES + MAC_BYTES)
    if (bytes === undefined) return false
    const issued = Number(new DataView(bytes.buffer).getBigUint64(0))
    if (issued > now || now - issued > NONCE_LIFE_MS) return false
    return equalBytes(await this.#nonce(id, issued), bytes)
  }

  async #nonce(id: DropId, issued: number): Promise<Bytes> {
    this.#key ??= newKey()
    const nonce = new Uint8Array(TIME_BYTES + MAC_BYTES)
    new DataView(nonce.buffer).setBigUint64(0, BigInt(issued))
    const mac = await crypto.subtle.sign('HMAC', await this.#key, utf8(`${issued} ${id}`))
    nonce.set(new Uint8Array(mac, 0, MAC_BYTES), TIME_BYTES)
    return nonce
  }
}

const TIME_BYTES = 8

/** HMAC-SHA-256 truncated to 128 bits (RFC 2104 §5). */
const MAC_BYTES = 16

function newKey(): Promise<CryptoKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}
