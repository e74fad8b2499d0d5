import { parseBase64url } from '#protocol/bytes.ts'
import { hash } from 'node:crypto'
import { hybridStanza, type HybridStanza } from '../reference/age.ts'
import { expand, extract } from '../reference/kdf.ts'
import type { Holdings } from './seize.ts'

/** Everything stored that some key would open, or that names the key which does. */
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
  /** Room for 64 bytes ‖ the header up to and with `---`: what the MAC covers. */
  readonly padded: Uint8Array
  readonly mac: Uint8Array
  /** The first chunk, tag included. */
  readonly chunk: Uint8Array
  readonly isOnlyChunk: boolean
}

/** @param values - all stored values, whatever is encoded in them included. */
export function findLocks(holdings: Holdings, values: readonly Uint8Array[]): Locks {
  const drops = dropOfKey(holdings)
  const ciphertexts = [...holdings.store].flatMap(([key, bytes]) => {
    const read = readCiphertext(bytes)
    return read === undefined ? [] : [{ key, drop: drops.get(key) ?? '', ...read }]
  })
  const named = values.filter(({ length }) => length === 16 || length === 32)
  return { ciphertexts, names: new Set(named.map((value) => Buffer.from(value).toString('hex'))) }
}

/** The ciphertexts of a file key: the MACs in their headers say so. @param fileKey - 16 bytes. C2SP age.md, Header MAC. */
export function ciphertextsOf(fileKey: Uint8Array, { ciphertexts }: Locks): readonly Ciphertext[] {
  const macKey = expand(extract(new Uint8Array(0), fileKey), 'header', 32)
  // HMAC (RFC 2104) by its definition: five times as fast as the platform's, which is made anew for each.
  const inner = PADDING.map((_, at) => (macKey[at] ?? 0) ^ 0x36)
  const outer = PADDING.map((_, at) => (macKey[at] ?? 0) ^ 0x5c)
  return ciphertexts.filter(({ mac, padded }) => {
    padded.set(inner)
    return hash('sha256', Buffer.concat([outer, hash('sha256', padded, 'buffer')]), 'buffer').equals(mac)
  })
}

/** Which drop a store key is of, in hex. */
function dropOfKey({ rows }: Holdings): Map<string, string> {
  const hex = (id: unknown): string => (id instanceof Uint8Array ? Buffer.from(id).toString('hex') : '')
  const whole = (rows.get('drops') ?? []).flatMap(({ id, blobs }) => {
    const keys: unknown = JSON.parse(typeof blobs === 'string' ? blobs : '[]')
    return Array.isArray(keys) ? keys.map((key) => [String(key), hex(id)] as const) : []
  })
  const first = (rows.get('parts') ?? []).filter(({ n }) => Number(n) === 0)
  return new Map([...whole, ...first.map(({ id, blob }) => [String(blob), hex(id)] as const)])
}

/** The header of an age file, as far as it is looked at here; `undefined` for what is none, such as a later part. */
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

/** Bytes that a text stands for in base64url or hexadecimal, if it is that of a key: 16, 24 or 32. */
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
