import type { Created, Receipt, Sent, Status } from '#protocol/api.ts'

/** What a shelf answers when it does not do what was asked: a code of docs/protocol.md §7 and what goes with it. */
export type Refusal =
  | { readonly outcome: 'gone'; readonly claims?: readonly Receipt[] }
  | { readonly outcome: 'claimed'; readonly claims: readonly Receipt[] }
  | { readonly outcome: 'dismissed' | 'id_taken' | 'try_later' }
  | { readonly outcome: 'not_proved'; readonly nonce: string }
  | { readonly outcome: 'wrong_passphrase'; readonly triesLeft: number }

export type BeginAnswer =
  | { readonly outcome: 'begun'; readonly created: Created }
  | { readonly outcome: 'created'; readonly created: Created }
  | Refusal
export type CommitAnswer = { readonly outcome: 'committed' } | Refusal
export type StatusAnswer = { readonly outcome: 'status'; readonly status: Status; readonly nonce: string } | Refusal
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
