import { boxAddressBytes, formatBoxAddress, type BoxAddress } from './address.ts'
import { toBase64 } from './bytes.ts'
import { MAX_READS, MAX_TERMS_CHARACTERS, MAX_TTL_SECONDS, MIN_READS, MIN_TTL_SECONDS } from './limits.ts'
import { formatPublicKey, publicKeyBytes, type PublicKey } from './public-key.ts'
import { parsePlainDictionary } from './structured-field.ts'

/** What a sender lays down when a drop is created. docs/protocol.md §6.1. */
export interface Terms {
  /** Life of the drop from its creation, in seconds. */
  readonly ttlSeconds: number
  /** How many readers may open it. */
  readonly reads: number
  /** Proves possession of the link. */
  readonly locator: PublicKey
  /** Proves possession of the link and of the passphrase, if there is one. */
  readonly claim: PublicKey
  /** The sender key: with it the sender looks at, revokes or reopens the drop. */
  readonly sender: PublicKey
}

/** What a sender lays down for a drop that goes into a box. docs/protocol.md §13.5. */
export interface BoxTerms {
  /** Life of the drop, in seconds; the server rounds its end up to the end of that day, UTC. */
  readonly ttlSeconds: number
  readonly box: BoxAddress
  readonly sender: PublicKey
}

/** The `Drop-Terms` field of a drop that goes into a box. */
export function formatBoxTerms({ ttlSeconds, box, sender }: BoxTerms): string {
  return `ttl=${ttlSeconds}, box=:${toBase64(boxAddressBytes(box))}:, sender=:${toBase64(publicKeyBytes(sender))}:`
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

/** The `Drop-Terms` field: a structured-field dictionary (RFC 9651 §3.2). */
export function formatTerms(terms: Terms): string {
  const key = (value: PublicKey): string => `:${toBase64(publicKeyBytes(value))}:`
  const { ttlSeconds, reads, locator, claim, sender } = terms
  return `ttl=${ttlSeconds}, reads=${reads}, locator=${key(locator)}, claim=${key(claim)}, sender=${key(sender)}`
}

/** The terms in a `Drop-Terms` field, or `undefined` if any is missing, out of bounds, there twice, unknown or in another spelling. */
export function parseTerms(field: string): Terms | undefined {
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
