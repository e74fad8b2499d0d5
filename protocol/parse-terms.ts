import { formatBoxAddress } from './address.ts'
import { isPossible, type Extent } from './extent.ts'
import { MAX_PARTS, MAX_READS, MAX_TERMS_CHARACTERS, MAX_TTL_SECONDS, MIN_READS, MIN_TTL_SECONDS } from './limits.ts'
import { formatPublicKey, type PublicKey } from './public-key.ts'
import { parsePlainDictionary } from './structured-field.ts'
import type { BoxTerms, DropTerms } from './terms.ts'

// Apart from the code that writes these fields: a page only writes them, and need not load a parser.

/**
 * The terms in a `Drop-Terms` field, or `undefined` if one is missing, out of bounds, there twice, unknown or in another
 * spelling.
 */
export function parseTerms(field: string): DropTerms | undefined {
  if (field.length > MAX_TERMS_CHARACTERS) return undefined
  const members = parsePlainDictionary(field, LINK_MEMBERS)
  if (members === undefined) return undefined
  const ttlSeconds = parseBounded(members.get('ttl'), MIN_TTL_SECONDS, MAX_TTL_SECONDS)
  const reads = parseBounded(members.get('reads'), MIN_READS, MAX_READS)
  const locator = parseKey(members.get('locator'))
  const claim = parseKey(members.get('claim'))
  const sender = parseKey(members.get('sender'))
  if (ttlSeconds === undefined || reads === undefined) return undefined
  if (locator === undefined || claim === undefined || sender === undefined) return undefined
  return { ttlSeconds, reads, locator, claim, sender }
}

/** The terms of a drop that goes into a box; `undefined` for any other field. */
export function parseBoxTerms(field: string): BoxTerms | undefined {
  const members = field.length > MAX_TERMS_CHARACTERS ? undefined : parsePlainDictionary(field, BOX_MEMBERS)
  const ttlSeconds = parseBounded(members?.get('ttl'), MIN_TTL_SECONDS, MAX_TTL_SECONDS)
  const box = parseHash(members?.get('box'))
  const sender = parseKey(members?.get('sender'))
  if (ttlSeconds === undefined || box === undefined || sender === undefined) return undefined
  return { ttlSeconds, box: formatBoxAddress(box), sender }
}

/** The extent in a `Drop-Extent` field; `undefined` if it is malformed, or if so many bytes do not fit so many parts. */
export function parseExtent(field: string): Extent | undefined {
  const members = parsePlainDictionary(field, 2)
  const size = members?.get('size')
  const parts = members?.get('parts')
  if (typeof size !== 'number' || typeof parts !== 'number') return undefined
  if (!Number.isInteger(size) || !Number.isInteger(parts) || parts < 2 || parts > MAX_PARTS) return undefined
  return isPossible({ size, parts }) ? { size, parts } : undefined
}

const LINK_MEMBERS = 5
const BOX_MEMBERS = 3

function parseBounded(value: unknown, least: number, most: number): number | undefined {
  return Number.isInteger(value) && typeof value === 'number' && value >= least && value <= most ? value : undefined
}

function parseKey(value: unknown): PublicKey | undefined {
  const bytes = parseHash(value)
  return bytes === undefined ? undefined : formatPublicKey(bytes)
}

/** 32 bytes. */
function parseHash(value: unknown): Uint8Array | undefined {
  return value instanceof ArrayBuffer && value.byteLength === 32 ? new Uint8Array(value) : undefined
}
