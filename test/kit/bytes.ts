import type { Bytes } from '#protocol/bytes.ts'

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

/** Bytes that look like nothing and are the same in every run. */
export function noise(length: number, seed = 1): Bytes {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[index] = state >>> 16
  }
  return bytes
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
