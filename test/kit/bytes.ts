import { joinBytes, sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'

/** Lower-case hexadecimal, as the vectors are written in. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

/** Base64 of any length, as the vectors hold files. */
export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** Bytes that look random and are the same in every run. */
export function noise(length: number, seed = 1): Bytes {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[index] = state >>> 16
  }
  return bytes
}

/** Bytes that nobody can compress or guess. */
export function randomNoise(length: number): Bytes {
  const bytes = new Uint8Array(length)
  // The platform gives at most this much at once.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

/** SHA-256 over the SHA-256 of each part, base64url: the hash that a commit names. docs/protocol.md §6.8. */
export async function hashOfParts(parts: readonly Bytes[]): Promise<string> {
  return toBase64url(await sha256(joinBytes(await Promise.all(parts.map(sha256)))))
}

/** A copy with one byte changed. */
export function flip(bytes: Uint8Array, at: number, mask = 1): Bytes {
  const changed = new Uint8Array(bytes)
  changed[at] = (changed[at] ?? 0) ^ mask
  return changed
}

/** Byte strings one after another. */
export function concat(...all: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(all.reduce((total, { length }) => total + length, 0))
  let offset = 0
  for (const each of all) {
    bytes.set(each, offset)
    offset += each.length
  }
  return bytes
}
