import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState, ItemsQuery, Listing } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { RpcResult } from '../refusal.ts'
import type { StoredRows } from '../storage/database.ts'
import type { Quotas, DepositRequest } from './box.ts'

/** The signed requests about a box: the input of each, as parsed, and its result where it is not refused. */
export interface BoxRequests {
  /** One page of the list. */
  readonly items: { readonly input: ItemsQuery; readonly result: { outcome: 'listed'; listing: Listing } }
  /** Whether a reader may collect from the box. Only the shelf knows whether the drop is there. */
  readonly collect: { readonly input: Collected; readonly result: { outcome: 'allowed' } }
  /** Keeps a reader's signed keys of coming epochs until it announces others. The server does not read them. */
  readonly keys: { readonly input: string; readonly result: Done }
  /** Replaces all cards of the box. There is no way back: the serial has to grow. */
  readonly publish: { readonly input: readonly string[]; readonly result: Done }
  /** Burns drops and removes them from the list. A drop that is not there counts as deleted. */
  readonly delete: { readonly input: readonly DropId[]; readonly result: { outcome: 'deleted'; deleted: number } }
  /** The keys that the readers on the present card have announced. */
  readonly readers: { readonly input: null; readonly result: { outcome: 'readers'; keys: readonly string[] } }
  /** Makes an invitation, or ends one. If it is there already, the request was sent twice, and it stays as it is. */
  readonly invite: { readonly input: InvitationState; readonly result: InvitationsResult }
  /** The invitations that are still good. */
  readonly invitations: { readonly input: null; readonly result: InvitationsResult }
}

export type BoxRequestName = keyof BoxRequests
export type BoxResult<N extends BoxRequestName> = RpcResult<BoxRequests[N]['result']>

/** The calls that a rack takes from the worker. */
export interface RackRpc extends Rpc.DurableObjectBranded {
  /** Answers a signed request about a box. */
  answer<N extends BoxRequestName>(request: SignedBoxRequest<N>, input: BoxRequests[N]['input']): Promise<BoxResult<N>>
  /** The card that a sender seals to. Everybody may have it. */
  card(box: BoxAddress): Promise<RpcResult<{ outcome: 'card'; card: string }>>

  /** Reserves room for a drop before any of it is read. A drop that is known already is admitted as it is. */
  admit(request: DepositRequest): Promise<RpcResult<{ outcome: 'admitted' }>>
  /**
   * Asks the shelf about a drop, once, and updates the list: any number of times, in any order. Calls about one drop take turns.
   * So an answer is never older than one that has been acted upon, and an end that comes after it is acted upon after it.
   * docs/decisions/0024-second-steps.md.
   * @param invitation - hash of the secret of the sender's invitation, if any.
   * @returns `box_full` if the drop had lost its room and found none: then it is burned
   */
  settle(box: BoxAddress, id: DropId, quotas: Quotas, invitation?: string): Promise<'settled' | 'box_full'>

  /** Every row about a box as it is stored, for the operator. */
  stored(box: BoxAddress): Promise<StoredRows>
  /** Every row about a drop, in any box, for the operator. One pass over all items: none is found by its id alone. */
  storedOf(id: DropId): Promise<StoredRows>
}

/** A part of a drop in a box. */
export interface Collected {
  readonly id: DropId
  readonly n: number
}

export interface Done {
  readonly outcome: 'done'
}

export interface InvitationsResult {
  readonly outcome: 'invitations'
  readonly invitations: readonly InvitationState[]
}
