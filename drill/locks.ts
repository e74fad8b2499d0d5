import { parseBase64url } from '#protocol/bytes.ts'
import { hash } from 'node:crypto'
import { hybridStanza, type HybridStanza } from '../reference/age.ts'
import { expand, extract } from '../reference/kdf.ts'
import type { Holdings } from './seize.ts'

/** Everything stored that a key would open, or that identifies such a key. */
export interface Locks {
  readonly ciphertexts: readonly Ciphertext[]
  /** All stored values of 16 and of 32 bytes, in hex: drop ids, public keys, addresses and hashes are among them. */
  readonly names: ReadonlySet<string>
}

/** The beginning of an age file. */
export interface Ciphertext {
  /** Key in the store. */
  readonly key: string
  readonly drop: string
  readonly stanzas: readonly HybridStanza[]
  /** Stanzas of any kind. */
  readonly count: number
  /** Space for 64 bytes ‖ the header up to and including `---`, which is the input of the MAC. */
  readonly padded: Uint8Array
  readonly mac: Uint8Array
  /** The first chunk, tag included. */
  readonly chunk: Uint8Array
  readonly isOnlyChunk: boolean
}

/** @param values - all stored values, and everything that is encoded in them */
export function findLocks(holdings: Holdings, values: readonly Uint8Array[]): Locks {
  const drops = dropOfKey(holdings)
  const ciphertexts = [...holdings.store].flatMap(([key, bytes]) => {
    const read = readCiphertext(bytes)
    return read === undefined ? [] : [{ key, drop: drops.get(key) ?? '', ...read }]
  })
  const named = values.filter(({ length }) => length === 16 || length === 32)
  return { ciphertexts, names: new Set(named.map((value) => Buffer.from(value).toString('hex'))) }
}

/** The ciphertexts whose header MAC is by this file key. C2SP age.md, Header MAC. @param fileKey - 16 bytes */
export function ciphertextsOf(fileKey: Uint8Array, { ciphertexts }: Locks): readonly Ciphertext[] {
  const macKey = expand(extract(new Uint8Array(0), fileKey), 'header', 32)
  // HMAC (RFC 2104) by its definition: five times as fast as the platform's, of which every key needs a new object.
  const inner = PADDING.map((_, at) => (macKey[at] ?? 0) ^ 0x36)
  const outer = PADDING.map((_, at) => (macKey[at] ?? 0) ^ 0x5c)
  return ciphertexts.filter(({ mac, padded }) => {
    padded.set(inner)
    return hash('sha256', Buffer.concat([outer, hash('sha256', padded, 'buffer')]), 'buffer').equals(mac)
  })
}

/** Store key → id of its drop, in hex. */
function dropOfKey({ rows }: Holdings): Map<string, string> {
  const hex = (id: unknown): string => (id instanceof Uint8Array ? Buffer.from(id).toString('hex') : '')
  const whole = (rows.get('drops') ?? []).flatMap(({ id, blobs }) => {
    const keys: unknown = JSON.parse(typeof blobs === 'string' ? blobs : '[]')
    return Array.isArray(keys) ? keys.map((key) => [String(key), hex(id)] as const) : []
  })
  const first = (rows.get('parts') ?? []).filter(({ n }) => Number(n) === 0)
  return new Map([...whole, ...first.map(({ id, blob }) => [String(blob), hex(id)] as const)])
}

/** Reads the header of an age file; `undefined` for anything else, such as a later part. */
function readCiphertext(bytes: Uint8Array): Omit<Ciphertext, 'key' | 'drop'> | undefined {
  const text = Buffer.from(bytes.subarray(0, MOST_HEADER_BYTES)).toString('latin1')
  const [whole, above, encoded = ''] = /^(age-encryption\.org\/v1\n.*?\n---) ([\w+/]{43})\n/s.exec(text) ?? []
  if (whole === undefined || above === undefined) return undefined
  const stanzas = above.split('\n-> ').slice(1)
  const hybrid = stanzas.flatMap((stanza) => {
    const [, share = '', body = ''] = /^mlkem768x25519 (\S+)\n([\w+/]{43})$/.exec(stanza.replace(/\n---$/, '')) ?? []
    const encapsulated = Buffer.from(share, 'base64')
    return encapsulated.length === 1_120 ? [hybridStanza(encapsulated, Buffer.from(body, 'base64'))] : []
  })
  const start = whole.length + NONCE_BYTES
  return {
    stanzas: hybrid,
    count: stanzas.length,
    padded: Buffer.concat([PADDING, bytes.subarray(0, above.length)]),
    mac: Buffer.from(encoded, 'base64'),
    chunk: bytes.subarray(start, start + BOX_BYTES),
    isOnlyChunk: bytes.length <= start + BOX_BYTES,
  }
}

/** The bytes of a text in base64url or hexadecimal, if there are as many as a key has: 16, 24 or 32. */
export function keyIn(text: string): Uint8Array | undefined {
  if (/^(?:[\da-f]{32}|[\da-f]{48}|[\da-f]{64})$/i.test(text)) return Buffer.from(text, 'hex')
  const plain = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return [16, 24, 32].map((length) => parseBase64url(plain, length)).find((bytes) => bytes !== undefined)
}

/** A block of SHA-256. */
const PADDING = new Uint8Array(64)

const MOST_HEADER_BYTES = 65_536
const NONCE_BYTES = 16
const BOX_BYTES = 65_552
