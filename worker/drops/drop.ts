import type { BoxAddress } from '#protocol/address.ts'
import type { Cause, Receipt, SignatureRecord } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_DISMISSALS, MAX_TRIES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { BoxTerms, DropTerms } from '#protocol/terms.ts'

/**
 * The life of a drop as a pure state machine: no I/O, no clock. docs/protocol.md §4 has the picture.
 *
 *   uploading → ready → claimed → gone (read | revoked | locked | deleted), and from anywhere → expired, which leaves no row
 *
 * The way of a drop in parts to `ready` is in `upload.ts`. A drop in a box is never claimed: its readers collect it, and its
 * owner deletes it.
 */
export interface Drop {
  readonly id: DropId
  /** While parts are being uploaded: when the upload ends. */
  readonly expiresAtMs: number
  /** Its life by its terms, in seconds. A drop in parts lives from its commit on. */
  readonly ttlSeconds: number
  /** 0 for a drop in a box. */
  readonly reads: number
  /** The two keys of a link; a drop in a box has none. */
  readonly locator: PublicKey | undefined
  readonly claim: PublicKey | undefined
  readonly sender: PublicKey
  /**
   * Host, and port unless it is the scheme's default, that its sender addressed. Claims and acknowledgements sign it, whatever
   * name of the server they come by. A drop in a box has none: nobody claims it.
   */
  readonly authority: string | undefined
  /** The box that it is in; `undefined` for a drop behind a link. */
  readonly box: BoxAddress | undefined
  /** `Content-Digest` of the ciphertext; of a drop in parts the hash that its commit named, and `''` before that. */
  readonly digest: string
  /** Bytes of ciphertext. */
  readonly size: number
  /** Parts of ciphertext. */
  readonly parts: number
  readonly phase: DropPhase
  /** Store keys under which there may be ciphertext of a drop of one part. The last one is the kept one. */
  readonly blobs: readonly string[]
  /** The readers that won a read, in order. */
  readonly claims: readonly Receipt[]
  /** Reader keys whose claim the sender dismissed: they never win again. */
  readonly dismissed: readonly PublicKey[]
  /** Nonces of the claims with a wrong passphrase, so that a replayed one is not counted twice. */
  readonly tries: readonly string[]
}

/** A drop behind a link. */
export interface LinkDrop extends Drop {
  readonly locator: PublicKey
  readonly claim: PublicKey
  readonly box: undefined
}

/** The terms of a drop for a link, and the authority that they were sent to. */
export interface LinkTerms extends DropTerms {
  readonly authority: string
}

export type DropPhase = 'uploading' | 'live' | Cause

/** Ready and claimed are not stored: they follow from the claims, so they cannot disagree with them. */
export type DropState = 'uploading' | 'ready' | 'claimed' | Cause

export function stateOf(drop: Drop): DropState {
  if (drop.phase !== 'live') return drop.phase
  return drop.box !== undefined || drop.claims.length < drop.reads ? 'ready' : 'claimed'
}

export function isExpired(drop: Drop, now: number): boolean {
  return now >= drop.expiresAtMs
}

export function isForLink(drop: Drop): drop is LinkDrop {
  return drop.box === undefined && drop.locator !== undefined && drop.claim !== undefined
}

/**
 * The end of a life that begins now, in milliseconds since 1970. In a box it is the end of a day, UTC: the second would tell when
 * a drop came in. docs/protocol.md §13.5.
 */
export function endOfLife({ ttlSeconds, box }: Pick<Drop, 'ttlSeconds' | 'box'>, now: number): number {
  const endMs = now + ttlSeconds * 1_000
  return box === undefined ? endMs : Math.ceil(endMs / DAY_MS) * DAY_MS
}

export function triesLeft(drop: Drop): number {
  return MAX_TRIES - drop.tries.length
}

export type Creation =
  /** Write the ciphertext under `blob`, then keep. */
  | { readonly outcome: 'expected'; readonly drop: Drop }
  /** The same drop is here already: the answer to the first request was lost. */
  | { readonly outcome: 'created'; readonly drop: Drop }
  | { readonly outcome: 'taken' }

/** Bytes that are about to be written, and their store key. */
export interface Attempt {
  readonly digest: string
  readonly size: number
  readonly blob: string
}

/** Records the intent to write `blob`, before it is written. */
export function create(
  present: Drop | undefined,
  id: DropId,
  terms: LinkTerms | BoxTerms,
  attempt: Attempt,
  now: number,
): Creation {
  if (present === undefined) {
    const { blob, ...bytes } = attempt
    const drop = newDrop(id, terms, now, { ...bytes, parts: 1, blobs: [blob] })
    return { outcome: 'expected', drop: { ...drop, expiresAtMs: endOfLife(drop, now) } }
  }
  const isSame = present.parts === 1 && present.digest === attempt.digest && isUnder(present, terms)
  if (!isSame) return { outcome: 'taken' }
  if (present.phase !== 'uploading') return { outcome: 'created', drop: present }
  // The earlier blob may still arrive. It stays on the list, so that everything that was written is deleted in the end.
  return { outcome: 'expected', drop: { ...present, blobs: [...present.blobs, attempt.blob] } }
}

/** A drop of which nothing has been stored yet. */
export function newDrop(
  id: DropId,
  terms: LinkTerms | BoxTerms,
  expiresAtMs: number,
  bytes: Pick<Drop, 'digest' | 'size' | 'parts' | 'blobs'>,
): Drop {
  return { id, expiresAtMs, ...keysOf(terms), ...bytes, phase: 'uploading', claims: [], dismissed: [], tries: [] }
}

/**
 * Whether a drop was made under these keys, for as many readers and at this authority: then it is the same request, sent again.
 */
export function isUnder(drop: Drop, terms: LinkTerms | BoxTerms): boolean {
  const keys = keysOf(terms)
  return (
    drop.reads === keys.reads &&
    drop.locator === keys.locator &&
    drop.claim === keys.claim &&
    drop.sender === keys.sender &&
    // An older row has no authority.
    (drop.authority ?? keys.authority) === keys.authority &&
    drop.box === keys.box
  )
}

/** The ciphertext is written. `undefined` if another attempt has taken this one's place. */
export function keep(drop: Drop, blob: string): Drop | undefined {
  if (drop.blobs.at(-1) !== blob) return undefined
  if (drop.phase === 'uploading') return { ...drop, phase: 'live' }
  return drop.phase === 'live' ? drop : undefined
}

export type Claim =
  | { readonly outcome: 'yours'; readonly drop: Drop }
  | { readonly outcome: 'claimed' }
  | { readonly outcome: 'dismissed' }
  | { readonly outcome: 'gone' }

/** Binds a read to a reader key. The first one wins it for good; the same key may ask again. */
export function claim(drop: Drop, reader: PublicKey, record: SignatureRecord): Claim {
  if (drop.phase !== 'live') return { outcome: 'gone' }
  const mine = claimOf(drop, reader)
  if (mine !== undefined) return mine.ack === undefined ? { outcome: 'yours', drop } : { outcome: 'gone' }
  if (drop.dismissed.includes(reader)) return { outcome: 'dismissed' }
  if (drop.claims.length >= drop.reads) return { outcome: 'claimed' }
  return { outcome: 'yours', drop: { ...drop, claims: [...drop.claims, { reader, claim: record }] } }
}

/** Whether this reader has won a read that the sender has not taken back. */
export function hasClaimed(drop: Drop, reader: PublicKey): boolean {
  return claimOf(drop, reader) !== undefined
}

/** Whether this reader may be given the ciphertext. */
export function mayRead(drop: Drop, reader: PublicKey): boolean {
  const mine = claimOf(drop, reader)
  return drop.phase === 'live' && mine !== undefined && mine.ack === undefined
}

/** Whether earlier claims may be shown to those who can open the drop. A guesser who has used up the tries learns nothing. */
export function showsClaims(drop: Drop): boolean {
  return (drop.phase === 'live' || drop.phase === 'read') && triesLeft(drop) > 0
}

/**
 * The reader has opened everything; with the last reader the drop ends. Repeating it changes nothing. It counts after a
 * revocation, too: the sender has to learn that the revocation came too late.
 * @returns `undefined` if the reader holds no claim
 */
export function acknowledge(drop: Drop, reader: PublicKey, ack: NonNullable<Receipt['ack']>): Drop | undefined {
  const mine = claimOf(drop, reader)
  if (mine === undefined) return undefined
  if (mine.ack !== undefined) return drop
  const noted = { ...drop, claims: drop.claims.map((each) => (each === mine ? { ...each, ack } : each)) }
  return noted.claims.length === noted.reads && noted.claims.every((each) => each.ack !== undefined)
    ? end(noted, 'read')
    : noted
}

/** Counts a wrong passphrase, once per nonce. The last one ends the drop. */
export function countTry(drop: Drop, nonce: string): Drop {
  if (drop.tries.includes(nonce) || triesLeft(drop) <= 0) return drop
  const counted = { ...drop, tries: [...drop.tries, nonce] }
  return triesLeft(counted) > 0 ? counted : end(counted, 'locked')
}

/** The sender takes a read back from a reader who has not acknowledged it. Without such a claim nothing changes. */
export function reopen(drop: Drop, reader: PublicKey): Drop {
  const mine = claimOf(drop, reader)
  if (drop.phase !== 'live' || mine === undefined || mine.ack !== undefined) return drop
  if (drop.dismissed.length >= MAX_DISMISSALS) return drop
  return { ...drop, claims: drop.claims.filter((each) => each !== mine), dismissed: [...drop.dismissed, reader] }
}

/** Ends a drop. The first cause stays. Its blobs stay on the row: they are deleted next. */
export function end(drop: Drop, cause: Cause): Drop {
  return hasEnded(drop) ? drop : { ...drop, phase: cause }
}

/**
 * Ends a drop for which its box has no room: nobody may say later that it has arrived. If it has ended already, it stays as it
 * is.
 */
export function turnAway(drop: Drop): Drop {
  return hasEnded(drop) ? drop : { ...end(drop, 'deleted'), digest: '' }
}

export function isTurnedAway({ phase, digest }: Drop): boolean {
  return phase === 'deleted' && digest === ''
}

/** The drop without a blob that nobody is going to read. */
export function forget(drop: Drop, erased: string): Drop {
  return { ...drop, blobs: drop.blobs.filter((blob) => blob !== erased) }
}

/**
 * Whether bytes may arrive after the end that nobody expects: of an attempt that was under way, or of one that was overtaken.
 * @param before - the drop as it was when it ended.
 */
export function mayStillArrive(before: Drop): boolean {
  return before.phase === 'uploading' || before.blobs.length > 1
}

export function hasEnded(drop: Drop): boolean {
  return drop.phase !== 'uploading' && drop.phase !== 'live'
}

/** The fields that a drop takes from its terms. */
export function keysOf(
  terms: LinkTerms | BoxTerms,
): Pick<Drop, 'ttlSeconds' | 'reads' | 'locator' | 'claim' | 'sender' | 'authority' | 'box'> {
  return 'box' in terms
    ? { ...terms, reads: 0, locator: undefined, claim: undefined, authority: undefined }
    : { ...terms, box: undefined }
}

function claimOf(drop: Drop, reader: PublicKey): Receipt | undefined {
  return drop.claims.find((each) => each.reader === reader)
}

const DAY_MS = 86_400_000
