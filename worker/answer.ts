import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState, Listing } from '#protocol/box-api.ts'
import type { Created, Receipt, Sent, Status, Uploaded } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'

/** What a shelf, or a rack, answers when it does not do what was asked: a code of docs/protocol.md §7 and what goes with it. */
export type Refusal =
  | { readonly outcome: 'gone'; readonly claims?: readonly Receipt[]; readonly authority?: string | undefined }
  | { readonly outcome: 'claimed'; readonly claims: readonly Receipt[]; readonly authority: string | undefined }
  | { readonly outcome: 'bad_request' | 'dismissed' | 'id_taken' | 'incomplete' | 'try_later' }
  | { readonly outcome: 'box_full' | 'invitation_needed' | 'outdated' }
  | { readonly outcome: 'too_large'; readonly largest: number }
  /** `authority`: which one it has to be signed for. */
  | { readonly outcome: 'not_proved'; readonly nonce: string; readonly authority?: string | undefined }
  | { readonly outcome: 'wrong_passphrase'; readonly triesLeft: number }

/** `expected`: the ciphertext may be stored now. `created`: there is nothing more to do. */
export type CreateAnswer =
  | { readonly outcome: 'expected'; readonly created: Created }
  | { readonly outcome: 'created'; readonly created: Created }
  | Refusal
export type KeepAnswer = { readonly outcome: 'kept' } | Refusal
export type BeginAnswer = { readonly outcome: 'begun'; readonly created: Created } | Refusal
/** `expected`: the part may be stored now, for so many seconds. `kept`: these bytes are here already. */
export type PartAnswer =
  | { readonly outcome: 'expected'; readonly ttlSeconds: number }
  | { readonly outcome: 'kept' }
  | Refusal
export type UploadedAnswer = { readonly outcome: 'uploaded'; readonly uploaded: Uploaded } | Refusal
/** `box`: the one whose rack has to be told. */
export type CommitAnswer =
  | { readonly outcome: 'committed'; readonly created: Created; readonly box: BoxAddress | undefined }
  | Refusal
/** What the worker adds is the same for every drop. */
export type StatusAnswer =
  | { readonly outcome: 'status'; readonly status: Omit<Status, 'largest'>; readonly nonce: string }
  | Refusal
export type AckAnswer = { readonly outcome: 'acknowledged'; readonly burned: boolean } | Refusal
/** `place`: of a drop that waits, where its ciphertext has to be; `undefined` for any other. */
export type SentAnswer = { readonly outcome: 'sent'; readonly sent: Sent; readonly place: Place | undefined } | Refusal

/** Store keys under which there has to be ciphertext. */
export interface Place {
  readonly blobs: readonly string[]
  /** When all of it had been written at the latest, milliseconds since 1970. */
  readonly writtenMs: number
}
/** The drop has ended; `isErased` if nothing of it is in the store. `box`: the one whose rack has to be told. */
export type RevokeAnswer =
  | {
      readonly outcome: 'revoked'
      readonly sent: Sent
      readonly isErased: boolean
      readonly box: BoxAddress | undefined
    }
  | Refusal

/** Where the ciphertext lies that a reader may have. */
export interface Grant {
  readonly outcome: 'granted'
  readonly blob: string
  readonly size: number
  readonly digest: string
  /** When it had been written at the latest, milliseconds since 1970. */
  readonly writtenMs: number
}

export type GrantAnswer = Grant | Refusal

/** What has become of a drop that was meant for a box. `gone`: it is not there, or not in that box, or has ended. */
export type Fate =
  | { readonly outcome: 'gone' }
  /** It was there, and the box had no room for it. */
  | { readonly outcome: 'turned_away' }
  /** It expires when its upload ends; one of one part when the drop would. */
  | { readonly outcome: 'uploading'; readonly expiresAtMs: number }
  | { readonly outcome: 'live'; readonly size: number; readonly parts: number; readonly expiresAtMs: number }

/** A drop that has ended, and whether nothing of it is in the store. */
export interface Burned {
  readonly id: DropId
  readonly isErased: boolean
}

export type AdmitAnswer = { readonly outcome: 'admitted' } | Refusal
export type CardOf = { readonly outcome: 'card'; readonly card: string } | Refusal
export type ListAnswer = { readonly outcome: 'listed'; readonly listing: Listing } | Refusal
export type AllowAnswer = { readonly outcome: 'allowed' } | Refusal
export type DoneAnswer = { readonly outcome: 'done' } | Refusal
export type DeleteAnswer = { readonly outcome: 'deleted'; readonly deleted: number } | Refusal
export type ReadersAnswer = { readonly outcome: 'readers'; readonly keys: readonly string[] } | Refusal
export type InvitationsAnswer =
  | { readonly outcome: 'invitations'; readonly invitations: readonly InvitationState[] }
  | Refusal
