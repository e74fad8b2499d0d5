import { base64, base64urlnopad } from '@scure/base'

/** Bytes as every part of Sealdrop passes them. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Bytes to base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes)
}

/** Base64url without padding to exactly `length` bytes; `undefined` for anything else, non-canonical forms included. */
export function parseBase64url(text: string, length: number): Bytes | undefined {
  return decode(base64urlnopad.decode, text, length)
}

/** Bytes to padded base64 (RFC 4648 §4), as structured fields write them. */
export function toBase64(bytes: Uint8Array): string {
  return base64.encode(bytes)
}

/** Padded base64 to exactly `length` bytes; `undefined` for anything else, non-canonical forms included. */
export function parseBase64(text: string, length: number): Bytes | undefined {
  return decode(base64.decode, text, length)
}

/** Whether two byte strings are equal. Not for secrets: the time it takes depends on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** The chunks, one after the other. */
export function joinBytes(chunks: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text)
}

/** SHA-256 (FIPS 180-4), 32 bytes. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

function decode(decoder: (text: string) => Uint8Array, text: string, length: number): Bytes | undefined {
  let bytes: Uint8Array
  try {
    bytes = decoder(text)
  } catch {
    return undefined
  }
  return bytes.length === length ? new Uint8Array(bytes) : undefined
}
