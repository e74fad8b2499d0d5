import { DurableObject } from 'cloudflare:workers'
import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import type { InvitationState, ItemsQuery } from '#protocol/box-api.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type * as answer from '../answer.ts'
import type { Env } from '../env.ts'
import { Doorman, type Quotas, type Visit } from './doorman.ts'
import { RackKeeper } from './keeper.ts'
import { Members } from './members.ts'
import { Owners } from './owners.ts'
import type { StoredRows } from '../storage/table.ts'

/**
 * Holds the lists and the cards of many boxes, and says who may do what with them. It has no bytes to give: those the
 * shelves hand out, and what has become of a drop its shelf alone knows. docs/decisions/0011-racks.md.
 *
 * Every method follows the order of a shelf's: check signatures (other calls may run meanwhile), find the rows, decide
 * and write in one step. Answers are unions, never errors. Only what stands on this class can be called from the worker.
 */
export class Rack extends DurableObject<Env> {
  readonly #keeper = new RackKeeper(this.ctx.storage, () => this.env)
  readonly #doorman = new Doorman(this.#keeper)
  readonly #members = new Members(this.#keeper)
  readonly #owners = new Owners(this.#keeper)

  /** Keeps room for a drop, before any of it is read. */
  admit(visit: Visit): Promise<answer.AdmitAnswer> {
    return this.#doorman.admit(visit)
  }

  /** Makes the list say what has become of a drop. */
  settle(box: BoxAddress, id: DropId, quotas: Quotas, invitation?: string): Promise<'settled' | 'box_full'> {
    return this.#doorman.settle(box, id, quotas, invitation)
  }

  /** The card that a sender seals with. */
  card(box: BoxAddress): answer.CardOf {
    return this.#members.card(box)
  }

  /** One page of the list, for who reads the box. */
  list(request: SignedBoxRequest, query: ItemsQuery): Promise<answer.ListAnswer> {
    return this.#members.list(request, query)
  }

  /** Whether a reader may collect from the box. */
  allow(request: SignedBoxRequest): Promise<answer.AllowAnswer> {
    return this.#members.allow(request)
  }

  /** Keeps what a reader announces for coming epochs. */
  announce(request: SignedBoxRequest, jws: string): Promise<answer.DoneAnswer> {
    return this.#members.announce(request, jws)
  }

  /** Puts cards in place of all that the box had. */
  publish(request: SignedBoxRequest, cards: readonly string[]): Promise<answer.DoneAnswer> {
    return this.#owners.publish(request, cards)
  }

  /** Burns drops, and takes them off the list. */
  delete(request: SignedBoxRequest, ids: readonly DropId[]): Promise<answer.DeleteAnswer> {
    return this.#owners.delete(request, ids)
  }

  /** What the readers on the present card have announced. */
  readers(request: SignedBoxRequest): Promise<answer.ReadersAnswer> {
    return this.#owners.readers(request)
  }

  /** Makes an invitation, or ends one. */
  invite(request: SignedBoxRequest, invitation: InvitationState): Promise<answer.InvitationsAnswer> {
    return this.#owners.invite(request, invitation)
  }

  /** The invitations that are still good. */
  invitations(request: SignedBoxRequest): Promise<answer.InvitationsAnswer> {
    return this.#owners.invitations(request)
  }

  /** Every row about a box, as it is stored: for its operator, who has proved it to the worker. */
  stored(box: BoxAddress): StoredRows {
    return this.#keeper.database.rowsWith({ 'box address': boxAddressBytes(box).buffer })
  }

  /** Every row about a drop, in whichever box: for the operator as well. One pass over all items, as none is found by its id alone. */
  storedOf(id: DropId): StoredRows {
    return this.#keeper.database.rowsWith({ 'drop id': dropIdBytes(id).buffer })
  }

  /** Settles what is due. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    try {
      await this.#doorman.sweep(now)
    } catch {
      await this.ctx.storage.setAlarm(now + SWEEP_RETRY_MS)
    }
  }
}
