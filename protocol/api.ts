import type { BoxAddress } from './address.ts'
import type { Bytes } from './bytes.ts'
import { parseBase64url, utf8 } from './bytes.ts'
import type { DropId } from './id.ts'
import { MAX_NONCE_CHARACTERS, MIN_NONCE_CHARACTERS } from './limits.ts'
import { parsePublicKey, type PublicKey } from './public-key.ts'

/** The key that signs. The label of a signature is its role. docs/protocol.md §5.1. */
export type Role = 'locator' | 'claim' | 'reader' | 'sender' | 'root' | 'member' | 'operator'

/** One request of the HTTP contract: fixed method and path, and the roles that sign it. docs/protocol.md §6. */
interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly signers: readonly Role[]
  /** The fields that name its subject, in the order in which they are signed. */
  readonly names: readonly string[]
}

export type RequestName =
  | 'limits'
  | 'create'
  | 'begin'
  | 'upload'
  | 'uploaded'
  | 'commit'
  | 'status'
  | 'claim'
  | 'part'
  | 'ack'
  | 'revoke'
  | 'reopen'
  | 'sent'
  | 'card'
  | 'publish'
  | 'items'
  | 'collect'
  | 'delete'
  | 'keys'
  | 'readers'
  | 'invite'
  | 'invitations'
  | 'operator'
  | 'disclose'

/** Header fields of the contract. */
export const DROP_ID_FIELD = 'Drop-Id'
export const DROP_TERMS_FIELD = 'Drop-Terms'
export const DROP_READER_FIELD = 'Drop-Reader'
export const DROP_EXTENT_FIELD = 'Drop-Extent'
export const BOX_ADDRESS_FIELD = 'Box-Address'
/** The key of a box's reader: one on its card, or its root key. */
export const BOX_READER_FIELD = 'Box-Reader'
export const BOX_INVITATION_FIELD = 'Box-Invitation'

const DROP = [DROP_ID_FIELD]
const BOX = [BOX_ADDRESS_FIELD, BOX_READER_FIELD]

export const REQUESTS: Readonly<Record<RequestName, Contract>> = {
  limits: { method: 'GET', path: '/v1/limits', signers: [], names: [] },
  create: { method: 'POST', path: '/v1/drops', signers: [], names: DROP },
  begin: { method: 'POST', path: '/v1/drops/begin', signers: [], names: DROP },
  upload: { method: 'PUT', path: '/v1/drops/upload', signers: ['sender'], names: DROP },
  uploaded: { method: 'GET', path: '/v1/drops/uploaded', signers: ['sender'], names: DROP },
  commit: { method: 'POST', path: '/v1/drops/commit', signers: ['sender'], names: DROP },
  status: { method: 'GET', path: '/v1/drops/status', signers: ['locator', 'claim'], names: DROP },
  claim: { method: 'POST', path: '/v1/drops/claim', signers: ['locator', 'claim'], names: DROP },
  part: { method: 'GET', path: '/v1/drops/part', signers: ['reader'], names: [DROP_ID_FIELD, DROP_READER_FIELD] },
  ack: {
    method: 'POST',
    path: '/v1/drops/ack',
    signers: ['claim', 'reader'],
    names: [DROP_ID_FIELD, DROP_READER_FIELD],
  },
  revoke: { method: 'POST', path: '/v1/drops/revoke', signers: ['sender'], names: DROP },
  reopen: { method: 'POST', path: '/v1/drops/reopen', signers: ['sender'], names: DROP },
  sent: { method: 'GET', path: '/v1/drops/sent', signers: ['sender'], names: DROP },
  card: { method: 'GET', path: '/v1/boxes/card', signers: [], names: [BOX_ADDRESS_FIELD] },
  publish: { method: 'POST', path: '/v1/boxes/publish', signers: ['root'], names: BOX },
  items: { method: 'GET', path: '/v1/boxes/items', signers: ['member'], names: BOX },
  collect: { method: 'GET', path: '/v1/boxes/part', signers: ['member'], names: [...DROP, ...BOX] },
  delete: { method: 'POST', path: '/v1/boxes/delete', signers: ['root'], names: BOX },
  keys: { method: 'POST', path: '/v1/boxes/keys', signers: ['member'], names: BOX },
  readers: { method: 'GET', path: '/v1/boxes/readers', signers: ['root'], names: BOX },
  invite: { method: 'POST', path: '/v1/boxes/invite', signers: ['root'], names: BOX },
  invitations: { method: 'GET', path: '/v1/boxes/invitations', signers: ['root'], names: BOX },
  operator: { method: 'GET', path: '/v1/operator', signers: [], names: [] },
  disclose: { method: 'POST', path: '/v1/operator/disclose', signers: ['operator'], names: [] },
}

/** The requests that name one part in their query, `?n=0`. */
export const PART_REQUESTS: ReadonlySet<RequestName> = new Set<RequestName>(['part', 'upload', 'collect'])

/** The requests that take a query at all: it is signed. */
export const QUERIED_REQUESTS: ReadonlySet<RequestName> = new Set<RequestName>([...PART_REQUESTS, 'items'])

/** The subject that an answer names first, where all drops or all boxes share one URL. docs/protocol.md §6. */
export type About = { readonly drop: DropId } | { readonly box: BoxAddress }

/** Answer to `limits`: the limits of this server. */
export interface ServerLimits {
  /** Bytes of ciphertext of the largest drop. */
  readonly largest: number
}

/** The rest of that answer: the server's clock, in seconds since 1970, for a client that is about to delete keys. */
export interface ServerClock {
  readonly time: number
}

/** Answer to `create`, `begin` and `commit`. Times on the wire are whole seconds since 1970. */
export interface Created {
  /** While parts are being uploaded: when the upload ends, unless it is committed before. */
  readonly expires: number
  readonly reads: number
  /** Bytes of ciphertext. */
  readonly size: number
  /** Parts of ciphertext. */
  readonly parts: number
}

/** Answer to `uploaded`: the parts that the server has. docs/protocol.md §6.8. */
export interface Uploaded extends Created {
  readonly state: SentStatus['state']
  /** For each part the SHA-256 of its bytes, base64url, or `null` where it is missing. */
  readonly received: readonly (string | null)[]
}

/**
 * Answer to `status`. The last three members only for a proof of the link, `claims` only for a proof of the passphrase as well.
 * docs/protocol.md §6.2.
 */
export interface Status extends Created {
  /** Bytes of ciphertext of the largest drop that this server takes. */
  readonly largest: number
  readonly state?: 'ready' | 'claimed' | 'read'
  /** With `state`: the `@authority` that claims and acknowledgements sign. */
  readonly authority?: string
  readonly claims?: readonly Receipt[]
}

/**
 * The cause of a drop's end. The sender learns it, and a holder of the link learns `read`. A drop that was taken out of its box
 * is `deleted`, read or not. Expiry needs no word: the row goes with it.
 */
export type Cause = 'read' | 'revoked' | 'locked' | 'deleted'

/** Answer to `sent`, `revoke` and `reopen`: all that the server holds for the sender. docs/protocol.md §6.5. */
export interface SentStatus extends Created {
  /** `lost`: it waits, and its ciphertext is no longer in the store. */
  readonly state: 'uploading' | 'ready' | 'claimed' | 'lost' | Cause
  readonly triesLeft: number
  readonly claims: readonly Receipt[]
}

/** Answer to `ack`. */
export interface Acknowledged {
  /** Whether this was the last reader, so that the ciphertext is deleted. */
  readonly burned: boolean
}

/** The stored part of a signature; everything else that it covers is known. docs/protocol.md §8. */
export interface SignatureRecord {
  /** Seconds since 1970, by the signer's clock. */
  readonly created: number
  readonly nonce: string
  /** 64 bytes, base64. */
  readonly signature: string
  /** Its member of `Signature-Input`, if it is not the one that §5.1 writes: in another order, or with a `keyid`. */
  readonly input?: string
}

/** Whether a text has the shape of a nonce: base64url, 22 to 64 characters. docs/protocol.md §5.1. */
export function isNonce(text: string): boolean {
  return NONCE.test(text)
}

/** The proof that a holder of the key claimed a drop, and that they opened all of it. docs/protocol.md §8. */
export interface Receipt {
  readonly reader: PublicKey
  readonly claim: SignatureRecord
  readonly ack?: {
    /** SHA-256 of the token, 32 bytes, base64url. */
    readonly opened: string
    readonly claim: SignatureRecord
    readonly reader: SignatureRecord
  }
}

/** Body of `claim` and of `reopen`: exactly these bytes, so that a receipt can be checked without keeping the body. */
export function formatReaderBody(reader: PublicKey): Bytes {
  return utf8(`{"reader":"${reader}"}`)
}

/** The reader key in the body of `claim` or `reopen`; `undefined` for any other byte string. */
export function parseReaderBody(body: Uint8Array): PublicKey | undefined {
  const match = /^\{"reader":"([\w-]{43})"\}$/.exec(decodeBody(body))
  return match?.[1] === undefined ? undefined : parsePublicKey(match[1])
}

/** Body of `commit`. @param parts - SHA-256 over the SHA-256 of every part, in order; base64url, 43 characters. */
export function formatCommitBody(parts: string): Bytes {
  return utf8(`{"parts":"${parts}"}`)
}

/** The hash in the body of `commit`; `undefined` for any other byte string. */
export function parseCommitBody(body: Uint8Array): string | undefined {
  const parts = /^\{"parts":"([\w-]{43})"\}$/.exec(decodeBody(body))?.[1]
  return parts === undefined || parseBase64url(parts, 32) === undefined ? undefined : parts
}

/** The query that names a part. @param n - from 0. */
export function formatPartQuery(n: number): string {
  return `?n=${n}`
}

/** The part that a query names; `undefined` for any other query. */
export function parsePartQuery(query: string): number | undefined {
  const digits = /^\?n=(0|[1-9]\d{0,5})$/.exec(query)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Body of `ack`. @param opened - SHA-256 of the token, base64url, 43 characters. */
export function formatAckBody(opened: string): Bytes {
  return utf8(`{"opened":"${opened}"}`)
}

/** The token's hash in the body of `ack`; `undefined` for any other byte string. */
export function parseAckBody(body: Uint8Array): string | undefined {
  const opened = /^\{"opened":"([\w-]{43})"\}$/.exec(decodeBody(body))?.[1]
  return opened === undefined || parseBase64url(opened, 32) === undefined ? undefined : opened
}

/** A decoder drops a byte order mark unless told not to; the digest that a receipt is checked against covers it. */
export function decodeBody(body: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
}

const NONCE = new RegExp(`^[\\w-]{${MIN_NONCE_CHARACTERS},${MAX_NONCE_CHARACTERS}}$`)
