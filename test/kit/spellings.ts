import { toBase64, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'

/** Every common way to write bytes down: raw, hex, base64 at each offset and in both alphabets, UTF-16. */
export function spellings(secret: Bytes | string): Bytes[] {
  const bytes = typeof secret === 'string' ? utf8(secret) : secret
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const base64 = [0, 1, 2].flatMap((offset) => {
    const shifted = new Uint8Array([...new Uint8Array(offset), ...bytes])
    // Characters that share bits with their neighbours are cut off at both ends.
    const cut = (text: string): string => text.replaceAll('=', '').slice(offset === 0 ? 0 : offset + 1, -1)
    return [cut(toBase64(shifted)), cut(toBase64url(shifted))]
  })
  const written = [hex, hex.toUpperCase(), ...base64].map(utf8)
  const units = typeof secret === 'string' ? Array.from(secret, (each) => each.charCodeAt(0)) : [...bytes]
  const wide = new Uint8Array(Uint16Array.from(units).buffer)
  const decimal = utf8([...bytes].join(','))
  return [bytes, ...written, wide, decimal]
}

/** Whether one of the spellings of a secret is in any of the texts. */
export function occursIn(secret: Bytes | string, haystacks: readonly Bytes[]): boolean {
  return spellings(secret).some((needle) => haystacks.some((haystack) => indexOf(haystack, needle) !== -1))
}

function indexOf(haystack: Bytes, needle: Bytes): number {
  if (needle.length === 0) throw new RangeError('nothing is everywhere')
  for (let at = haystack.indexOf(needle[0]!); at !== -1; at = haystack.indexOf(needle[0]!, at + 1)) {
    if (needle.every((byte, index) => haystack[at + index] === byte)) return at
  }
  return -1
}
