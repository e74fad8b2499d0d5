import * as crypto from 'node:crypto'

// The derivations of docs/protocol.md §2 once more, on node:crypto alone: a vector that the product's own code had
// written would agree with it whatever it did.

/** HKDF-Extract (RFC 5869 §2.2): HMAC, with the salt as its key. */
export function extract(salt: Uint8Array | string, ikm: Uint8Array): Buffer {
  return crypto.createHmac('sha256', salt).update(ikm).digest()
}

/** HKDF-Expand (RFC 5869 §2.3). */
export function expand(prk: Uint8Array, info: string | Uint8Array, length: number): Buffer {
  let block = Buffer.alloc(0)
  let all = Buffer.alloc(0)
  for (let counter = 1; all.length < length; counter++) {
    block = crypto.createHmac('sha256', prk).update(block).update(info).update(Uint8Array.of(counter)).digest()
    all = Buffer.concat([all, block])
  }
  return all.subarray(0, length)
}

/** Argon2id as docs/protocol.md §2.3 has it, by OpenSSL. */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array): Buffer {
  const cost = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 }
  return crypto.argon2Sync('argon2id', { message: passphrase, nonce: salt, ...cost })
}

/** The Ed25519 private key of a seed. RFC 8410 §7. */
export function ed25519Key(seed: Uint8Array): crypto.KeyObject {
  return privateKey('302e020100300506032b657004220420', seed)
}

/** The public half of a key of Curve25519 of either kind, 32 bytes. */
export function publicHalf(key: crypto.KeyObject): Buffer {
  const { x } = crypto.createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/** The age identity and recipient of a seed: ML-KEM-768 ‖ X25519, from SHAKE256(seed). C2SP age.md; draft-connolly-cfrg-xwing-kem. */
export async function ageKeys(seed: Uint8Array): Promise<{ identity: string; recipient: string }> {
  const expanded = crypto.createHash('shake256', { outputLength: 96 }).update(seed).digest()
  const lattice = await importMlKem(new Uint8Array(expanded.subarray(0, 64)))
  // The key is the end of its SubjectPublicKeyInfo.
  const latticePublic = crypto.createPublicKey(lattice).export({ format: 'der', type: 'spki' }).subarray(-1_184)
  const curvePublic = publicHalf(privateKey('302e020100300506032b656e04220420', expanded.subarray(64)))
  return {
    identity: bech32('age-secret-key-pq-', seed, BECH32).toUpperCase(),
    recipient: bech32('age1pq', Buffer.concat([latticePublic, curvePublic]), BECH32),
  }
}

/** Bech32 or Bech32m (BIP-173, BIP-350), without a limit to its length. */
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

function privateKey(prefix: string, bytes: Uint8Array): crypto.KeyObject {
  const der = Buffer.concat([Buffer.from(prefix, 'hex'), bytes])
  return crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

/** Node takes a bare ML-KEM seed only through WebCrypto, whose types do not have it yet. */
async function importMlKem(seed: Uint8Array<ArrayBuffer>): Promise<crypto.KeyObject> {
  const key = await crypto.subtle.importKey('raw-seed' as 'raw', seed, 'ML-KEM-768', true, ['decapsulateBits'] as never)
  return crypto.KeyObject.from(key)
}

/** BIP-173 and BIP-350. */
export const BECH32 = 1
export const BECH32M = 0x2bc830a3
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** Ways in which people and programs bring a code that is whole, and that is not in its spelling. docs/protocol.md §2.1. */
export function misspelt(code: string): readonly { readonly code: string; readonly why: string }[] {
  const upper = code.toUpperCase()
  return [
    { code: `#${code}`, why: 'as location.hash has it' },
    { code: ` ${code}`, why: 'a space before it' },
    { code: `${code}\n`, why: 'a line feed after it' },
    { code: `${code}\u{feff}`, why: 'a byte order mark after it' },
    { code: code.replace('1', '1 '), why: 'a space in it' },
    { code: code.replace('s', '\u{17f}'), why: 'a long s, whose upper case is S' },
    { code: upper.replace('S', '\u{17f}'), why: 'a long s in upper case' },
    {
      code: upper.replace('I', '\u{130}'),
      why: 'an I with a dot, which is what some languages have for the upper case of i',
    },
    { code: upper.replace('K', '\u{212a}'), why: 'a sign for kelvin, whose lower case is k' },
    { code: code.replace('sd', '\u{ff53}\u{ff44}'), why: 'full-width letters' },
  ].filter((each) => each.code !== code && each.code !== upper)
}
