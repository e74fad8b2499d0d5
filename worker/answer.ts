import type { Created, Receipt, Sent, Status, Uploaded } from '#protocol/api.ts'

/** What a shelf answers when it does not do what was asked: a code of docs/protocol.md §7 and what goes with it. */
export type Refusal =
  | { readonly outcome: 'gone'; readonly claims?: readonly Receipt[] }
  | { readonly outcome: 'claimed'; readonly claims: readonly Receipt[] }
  | { readonly outcome: 'bad_request' | 'dismissed' | 'id_taken' | 'incomplete' | 'try_later' }
  | { readonly outcome: 'not_proved'; readonly nonce: string }
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
export type CommitAnswer = { readonly outcome: 'committed'; readonly created: Created } | Refusal
/** What the worker adds is the same for every drop. */
export type StatusAnswer =
  | { readonly outcome: 'status'; readonly status: Omit<Status, 'largest'>; readonly nonce: string }
  | Refusal
export type AckAnswer = { readonly outcome: 'acknowledged'; readonly burned: boolean } | Refusal
export type SentAnswer = { readonly outcome: 'sent'; readonly sent: Sent } | Refusal

/** Where the ciphertext lies that a reader may have. */
export interface Grant {
  readonly outcome: 'granted'
  readonly blob: string
  readonly size: number
  readonly digest: string
}

export type GrantAnswer = Grant | Refusal
