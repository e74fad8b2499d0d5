import type { BoxAddress } from '#protocol/address.ts'
import type { Created, SentStatus, Status, Uploaded } from '#protocol/api.ts'
import type { Extent } from '#protocol/extent.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import type { RpcResult } from '../refusal.ts'
import type { StoredRows } from '../storage/database.ts'
import type { Attempt, LinkTerms } from './drop.ts'
import type { Part } from './part-rows.ts'

/** The signed requests about a drop: the input of each, as parsed, and its result where it is not refused. */
export interface DropRequests {
  /** The sender's part is about to be written. */
  readonly upload: { readonly input: Part; readonly result: PartExpected | KeepResult }
  /** Which parts are here. */
  readonly uploaded: { readonly input: null; readonly result: { outcome: 'uploaded'; uploaded: Uploaded } }
  /**
   * All parts are written: from now on the drop can be claimed. The input is the hash of the sender's own parts, base64url:
   * SHA-256 over the SHA-256 of each.
   */
  readonly commit: { readonly input: string; readonly result: Committed }
  /** Binds a read to the reader key. */
  readonly claim: { readonly input: PublicKey; readonly result: BlobGrant }
  /** A part of the ciphertext, for a reader who has claimed it, until the reader acknowledges. */
  readonly part: { readonly input: { reader: PublicKey; n: number }; readonly result: BlobGrant }
  /** The reader has opened everything: `opened` is the hash of its token. With the last one the drop is burned. */
  readonly ack: { readonly input: { reader: PublicKey; opened: string }; readonly result: AckResult }
  /** The sender ends the drop. */
  readonly revoke: { readonly input: null; readonly result: Revoked }
  /** The sender takes a read back from a reader who vanished. */
  readonly reopen: { readonly input: PublicKey; readonly result: SentResult }
  /** All that the shelf holds, for the sender. */
  readonly sent: { readonly input: null; readonly result: SentResult }
}

export type DropRequestName = keyof DropRequests
export type DropResult<N extends DropRequestName> = RpcResult<DropRequests[N]['result']>

/** The calls that a shelf takes from the worker and from racks. The caller has checked that they are allowed. */
export interface ShelfRpc extends Rpc.DurableObjectBranded {
  /** Answers a signed request about a drop. */
  answer<N extends DropRequestName>(request: SignedRequest<N>, input: DropRequests[N]['input']): Promise<DropResult<N>>
  /** Answers the holder of the id; tells more to those who prove the link, and to those who can open the drop. */
  status(id: DropId, request: SignedRequest | undefined): Promise<RpcResult<StatusResult>>

  /** Records which blob is about to be written. */
  create(id: DropId, terms: LinkTerms | BoxTerms, attempt: Attempt): Promise<RpcResult<CreateResult>>
  /** The blob is written: from now on the drop can be claimed. */
  keep(id: DropId, blob: string): Promise<RpcResult<KeepResult>>
  /** Nobody is going to read the blob. The row goes with its last blob; while another attempt may still write, it stays. */
  abandon(id: DropId, blob: string): Promise<void>
  /** Announces a drop in parts. */
  begin(
    id: DropId,
    terms: LinkTerms | BoxTerms,
    extent: Extent,
  ): Promise<RpcResult<{ outcome: 'begun'; created: Created }>>
  /** The part is written. It replaces an earlier one with other bytes. */
  receive(id: DropId, n: number, blob: string): Promise<RpcResult<KeepResult>>
  /** Nobody is going to read the part. Its row goes with its bytes. */
  abandonPart(id: DropId, n: number, blob: string): Promise<void>

  /** A part of a drop in a box, any number of times. */
  collect(id: DropId, box: BoxAddress, n: number): Promise<RpcResult<BlobGrant>>
  /** The owner of a box ends drops in it: all are noted before the first is deleted. Drops that were burned before are deleted again. */
  burnFor(ids: readonly DropId[], box: BoxAddress): Promise<readonly BurnResult[]>
  /** The box has no room for a drop that is there. It ends, and its sender is told so however often it asks. */
  turnAway(id: DropId, box: BoxAddress): Promise<void>
  /** The state of a drop that was meant for a box. */
  statusInBox(id: DropId, box: BoxAddress): Promise<StatusInBox>

  /** Every row about a drop as it is stored, expired or not, for the operator. */
  stored(id: DropId): Promise<StoredRows>
  /** A nonce for the operator, whose requests are about no single shelf. It is offered only for a valid signature. */
  offerNonce(subject: string): Promise<string>
  /** Whether it was offered here, for this subject, in the last ten minutes. */
  knowsNonce(nonce: string, subject: string): Promise<boolean>
}

/** `expected`: the ciphertext may be stored now. `created`: there is nothing more to do. */
export type CreateResult =
  | { readonly outcome: 'expected'; readonly created: Created }
  | { readonly outcome: 'created'; readonly created: Created }
/** These bytes are here. */
export interface KeepResult {
  readonly outcome: 'kept'
}
/** The part may be stored now, for so many seconds. */
export interface PartExpected {
  readonly outcome: 'expected'
  readonly ttlSeconds: number
}
export interface Committed {
  readonly outcome: 'committed'
  readonly created: Created
  /** The one whose rack has to be told. */
  readonly box: BoxAddress | undefined
}
export interface StatusResult {
  readonly outcome: 'status'
  /** The worker adds the rest, which is the same for every drop. */
  readonly status: Omit<Status, 'largest'>
  readonly nonce: string
}
export interface AckResult {
  readonly outcome: 'acknowledged'
  /** Whether this was the last reader. */
  readonly burned: boolean
}
export interface SentResult {
  readonly outcome: 'sent'
  readonly sent: SentStatus
  /** The ciphertext of a waiting drop; `undefined` for any other. */
  readonly blobs: ExpectedBlobs | undefined
}
/** The drop has ended. */
export interface Revoked {
  readonly outcome: 'revoked'
  readonly sent: SentStatus
  /** Nothing of it is in the store. */
  readonly isErased: boolean
  /** The one whose rack has to be told. */
  readonly box: BoxAddress | undefined
}

/** Store keys under which there has to be ciphertext. */
export interface ExpectedBlobs {
  readonly blobs: readonly string[]
  /** The time by which all of it had been written, in milliseconds since 1970. */
  readonly writtenMs: number
}

/** The store key of ciphertext that a reader may have. */
export interface BlobGrant {
  readonly outcome: 'granted'
  readonly blob: string
  readonly size: number
  readonly digest: string
  /** The time by which it had been written, in milliseconds since 1970. */
  readonly writtenMs: number
}

/** The state of a drop that was meant for a box. `gone`: it is not there, or not in that box, or has ended. */
export type StatusInBox =
  | { readonly outcome: 'gone' }
  /** It was there, and the box had no room for it. */
  | { readonly outcome: 'turned_away' }
  /** `expiresAtMs`: of a drop in parts, when its upload ends. */
  | { readonly outcome: 'uploading'; readonly expiresAtMs: number }
  | { readonly outcome: 'live'; readonly size: number; readonly parts: number; readonly expiresAtMs: number }

/** A drop that has ended, and whether nothing of it is in the store. */
export interface BurnResult {
  readonly id: DropId
  readonly isErased: boolean
}
