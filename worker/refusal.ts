import type { Receipt } from '#protocol/api.ts'
import { isWireCode } from '#protocol/error.ts'

/** How a shelf or a rack refuses: a code of docs/protocol.md §7, and the members that its problem has. */
export type Refusal =
  | { readonly outcome: 'gone'; readonly claims?: readonly Receipt[]; readonly authority?: string | undefined }
  | { readonly outcome: 'claimed'; readonly claims: readonly Receipt[]; readonly authority: string | undefined }
  | { readonly outcome: 'bad_request' | 'dismissed' | 'id_taken' | 'incomplete' | 'try_later' }
  | { readonly outcome: 'box_full' | 'invitation_needed' | 'outdated' }
  | { readonly outcome: 'too_large'; readonly largest: number }
  /** `authority`: the one to sign for, where it is not the one that was signed. */
  | { readonly outcome: 'not_proved'; readonly nonce: string; readonly authority?: string | undefined }
  | { readonly outcome: 'wrong_passphrase'; readonly triesLeft: number }

/** A result or a refusal. Never an error: errors lose their type between a worker and a Durable Object. */
export type RpcResult<T> = T | Refusal

/** Tells the two apart: the outcome of a refusal is a code of the wire, and no other outcome is. */
export function isRefusal(result: { readonly outcome: string }): result is Refusal {
  return isWireCode(result.outcome)
}
