import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { RevokeAnswer, SentAnswer } from '../answer.ts'
import * as life from './drop.ts'
import { describe, type Keeper } from './keeper.ts'

/** What senders ask of a shelf about drops that are there. */
export class Senders {
  readonly #keeper: Keeper

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  /** The sender ends the drop. */
  async revoke(request: SignedRequest): Promise<RevokeAnswer> {
    const now = Date.now()
    const drop = await this.#keeper.ofSender(request, now)
    if ('outcome' in drop) return drop
    if (!life.hasEnded(drop)) await this.#keeper.armEnd()
    const present = this.#keeper.find(drop.id, now)
    if (present === undefined) return { outcome: 'gone' }
    const ended = life.end(present, 'revoked')
    this.#keeper.note(present, ended)
    const isErased = await this.#keeper.burn(ended, present)
    const answer = this.#sent(drop.id, now)
    return answer.outcome === 'sent' ? { outcome: 'revoked', sent: answer.sent, isErased, box: drop.box } : answer
  }

  /** The sender takes a read back from a reader who vanished. */
  async reopen(request: SignedRequest, reader: PublicKey): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#keeper.ofSender(request, now)
    if ('outcome' in drop) return drop
    // Nobody claims what lies in a box.
    if (!life.isForLink(drop)) return { outcome: 'gone' }
    const reopened = life.reopen(drop, reader)
    if (reopened !== drop) this.#keeper.rows.update(reopened)
    return this.#sent(drop.id, now)
  }

  /** All that the shelf holds, for the sender. */
  async sent(request: SignedRequest): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#keeper.ofSender(request, now)
    return 'outcome' in drop ? drop : this.#sent(drop.id, now)
  }

  #sent(id: DropId, now: number): SentAnswer {
    const drop = this.#keeper.find(id, now)
    if (drop === undefined) return { outcome: 'gone' }
    const { claims } = drop
    const state = life.stateOf(drop)
    const sent = { ...describe(drop), state, triesLeft: life.triesLeft(drop), claims }
    return { outcome: 'sent', sent, place: this.#keeper.place(drop) }
  }
}
