/** Bech32 or Bech32m (BIP-173, BIP-350), without a limit to its length. @param constant - `BECH32` or `BECH32M` */
export function bech32(prefix: string, bytes: Uint8Array, constant: number): string {
  return bech32Words(prefix, toWords(bytes), constant)
}

/** The same for words that need not come from whole bytes. */
export function bech32Words(prefix: string, words: readonly number[], constant: number): string {
  const high = Array.from(prefix, (each) => each.charCodeAt(0) >> 5)
  const low = Array.from(prefix, (each) => each.charCodeAt(0) & 31)
  const sum = polymod([...high, 0, ...low, ...words, 0, 0, 0, 0, 0, 0]) ^ constant
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31)
  return `${prefix}1${[...words, ...check].map((word) => ALPHABET[word]).join('')}`
}

/** Bytes as groups of five bits, the last one filled with zeros. */
export function toWords(bytes: Uint8Array): number[] {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => Number.parseInt(group.padEnd(5, '0'), 2))
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    GENERATOR.forEach((part, bit) => {
      if ((top >>> bit) & 1) sum ^= part
    })
  }
  return sum
}

/** BIP-173. */
export const BECH32 = 1
/** BIP-350. */
export const BECH32M = 0x2bc830a3
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
