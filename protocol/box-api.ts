import { decodeBody } from './api.ts'
import { parseBase64url, utf8, type Bytes } from './bytes.ts'
import { parseDropId, type DropId } from './id.ts'
import { EPOCHS_AHEAD, MAX_DELETED, MAX_LISTED } from './limits.ts'

/** Inputs and answers of requests about boxes. docs/protocol.md §13.7. Their signers are in `api.ts`. */

/** Answer to `card`. */
export interface CardAnswer {
  /** Compact JWS: the card of the server's present epoch, or else the latest one. */
  readonly card: string
  /** Bytes of ciphertext of the largest drop that this server takes. */
  readonly largest: number
}

/** A drop in a box, as its readers see it. */
export interface Item {
  readonly drop: DropId
  /** Its place in the list: grows with every arrival, and is never used twice. */
  readonly seq: number
  /** Bytes of ciphertext. */
  readonly size: number
  readonly parts: number
  /** Days since 1970: the server keeps no more. */
  readonly arrived: number
  /** Seconds since 1970. */
  readonly expires: number
}

/** Answer to `items`, in the requested order. */
export interface Listing {
  readonly items: readonly Item[]
  /** Whether there are more beyond the last of these. */
  readonly more: boolean
  /** The whole box: drops, and bytes of ciphertext. */
  readonly count: number
  readonly bytes: number
}

/** Answer to `delete`. */
export interface Deleted {
  readonly deleted: number
}

/** Answer to `readers`: the keys that readers have announced for coming epochs, one compact JWS each. To `keys`: this reader's own. */
export interface ReaderKeys {
  readonly keys: readonly string[]
}

/** The rest of an invitation. */
export interface InvitationState {
  /** SHA-256 of its secret, base64url: the server knows no more of it. */
  readonly hash: string
  /** Drops and bytes that may still come by it. */
  readonly items: number
  readonly bytes: number
  /** Seconds since 1970. */
  readonly expires: number
}

/** Answer to `invitations` and `invite`. */
export interface InvitationList {
  readonly invitations: readonly InvitationState[]
}

/** The requested items: those after a place, oldest first, or those before it, newest first. */
export interface ItemsQuery {
  readonly order: 'after' | 'before'
  readonly seq: number
  /** At most MAX_LISTED. */
  readonly most: number
}

export function formatItemsQuery({ order, seq, most }: ItemsQuery): string {
  return `?${order}=${seq}&most=${most}`
}

/** The query of `items`; `undefined` for any other. */
export function parseItemsQuery(query: string): ItemsQuery | undefined {
  const match = /^\?(after|before)=(0|[1-9]\d{0,14})&most=([1-9]\d{0,2})$/.exec(query)
  const [, order, seq, most] = match ?? []
  if ((order !== 'after' && order !== 'before') || Number(most) > MAX_LISTED) return undefined
  return { order, seq: Number(seq), most: Number(most) }
}

/** Body of `delete`. */
export function formatDeleteBody(drops: readonly DropId[]): Bytes {
  return utf8(JSON.stringify({ drops }))
}

/** The drops in the body of `delete`: 1 to MAX_DELETED; `undefined` for any other byte string. */
export function parseDeleteBody(body: Uint8Array): readonly DropId[] | undefined {
  const text = decodeBody(body)
  if (!/^\{"drops":\["[\w-]{22}"(?:,"[\w-]{22}")*\]\}$/.test(text)) return undefined
  const drops = [...text.matchAll(/"([\w-]{22})"/g)].map(([, id = '']) => parseDropId(id))
  return drops.length <= MAX_DELETED && drops.every((id) => id !== undefined) ? drops : undefined
}

/** Body of `invite`: a new invitation, or with 0 items and 0 bytes the end of one. */
export function formatInviteBody({ hash, items, bytes, expires }: InvitationState): Bytes {
  return utf8(JSON.stringify({ hash, items, bytes, expires }))
}

/** The invitation in the body of `invite`; `undefined` for any other byte string. */
export function parseInviteBody(body: Uint8Array): InvitationState | undefined {
  const number = '(0|[1-9]\\d{0,14})'
  const shape = new RegExp(`^\\{"hash":"([\\w-]{43})","items":${number},"bytes":${number},"expires":${number}\\}$`)
  const [, hash = '', items, bytes, expires] = shape.exec(decodeBody(body)) ?? []
  if (parseBase64url(hash, 32) === undefined) return undefined
  return { hash, items: Number(items), bytes: Number(bytes), expires: Number(expires) }
}

/** Body of `publish`: compact JWS, one for each epoch. */
export function formatPublishBody(cards: readonly string[]): Bytes {
  return utf8(JSON.stringify({ cards }))
}

/** The cards in the body of `publish`, unread; `undefined` for any other byte string. */
export function parsePublishBody(body: Uint8Array): readonly string[] | undefined {
  const text = decodeBody(body)
  const jws = '"[\\w-]+\\.[\\w-]+\\.[\\w-]+"'
  if (!new RegExp(`^\\{"cards":\\[${jws}(?:,${jws})*\\]\\}$`).test(text)) return undefined
  const cards = [...text.matchAll(/"([\w-]+\.[\w-]+\.[\w-]+)"/g)].map(([, card = '']) => card)
  return cards.length <= EPOCHS_AHEAD + 1 ? cards : undefined
}
