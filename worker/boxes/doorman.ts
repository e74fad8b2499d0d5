import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { PENDING_MS, SWEEP_BATCH, SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { AdmitAnswer } from '../answer.ts'
import { admit, remove, type BoxItem, type Lodging, type Order, type Quota } from './box.ts'
import { quotasOf } from './racks.ts'
import { leavingFor, settle, type Settlement } from './settlement.ts'
import { shelfOf } from '../drops/shelves.ts'
import type { RackKeeper } from './keeper.ts'

/** Somebody at the door of a box. */
export interface Visit extends Order {
  readonly box: BoxAddress
  /** Hash of the secret of the invitation that they bring, base64url. */
  readonly invitation: string | undefined
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
  readonly quotas: Quotas
}

/** What a box holds with a card, and without. */
export interface Quotas {
  readonly carded: Quota
  readonly bare: Quota
}

/** Lets drops into boxes, and out. What has become of a drop, its shelf alone knows: it is asked, and the list follows. */
export class Doorman {
  readonly #keeper: RackKeeper

  constructor(keeper: RackKeeper) {
    this.#keeper = keeper
  }

  /** Keeps room for a drop before any of it is read. A drop that is known already is let in again as it is. */
  async admit(visit: Visit): Promise<AdmitAnswer> {
    const { boxes, items } = this.#keeper
    // First the alarm, then the row: after a crash in between no row waits for an alarm that nobody has set.
    await this.#keeper.arm(Date.now() + PENDING_MS)
    const now = Date.now()
    const before = items.find(visit.box, visit.id)
    if (before !== undefined) {
      // Announced anew with another size it would give back room that the first announcement, on its shelf, still fills.
      const isSame = before.size === visit.size && before.parts === visit.parts
      return { outcome: before.state === 'listed' || isSame ? 'admitted' : 'id_taken' }
    }
    const { id, size, parts, largest } = visit
    const box = boxes.find(visit.box)
    const lodging = this.#lodging(visit.box, visit.quotas, visit.invitation, now)
    const leaving = leavingFor({ box, waiting: () => items.waiting(visit.box, now), lodging }, size)
    const admitted = admit(leaving.reduce(remove, box), { id, size, parts }, { ...lodging, largest }, now)
    if (admitted.outcome !== 'admitted') return admitted
    this.#keeper.change(visit.box, { ...admitted, leaving })
    return { outcome: 'admitted' }
  }

  /**
   * Asks the shelf what has become of a drop, once, and makes the list say so: any number of times, in any order. Whoever asks
   * about the same drop meanwhile waits for its turn. So an answer is never older than one that has been acted upon, and an end
   * that comes after it is acted upon after it. docs/decisions/0024-second-steps.md.
   * @param invitation - hash of the secret of the one that its sender brings; `undefined` for who brings none.
   * @returns `box_full` if it had lost its room and found none: then it is burned
   */
  settle(
    address: BoxAddress,
    id: DropId,
    quotas: Quotas,
    invitation: string | undefined,
  ): Promise<Settlement['outcome']> {
    return this.#keeper.inTurn(address, id, () => this.#settle(address, id, quotas, invitation))
  }

  /** Settles what is on its way for too long, removes what has expired, and forgets boxes that hold nothing. */
  async sweep(now: number): Promise<void> {
    const { invitations, items } = this.#keeper
    for (const due of items.due(now, SWEEP_BATCH)) {
      // As it is now: while a shelf was waited for, somebody may have taken it off, and it must not be counted out twice.
      const item = items.find(due.box, due.id)
      if (item?.state === 'listed' && item.dueMs <= now) this.#keeper.removeItem(item)
      else if (item?.state === 'pending') await this.#settleDue(item)
    }
    invitations.forgetExpired(now)
    this.#keeper.forgetIdle(now)
    await this.#keeper.armNext(now)
  }

  async #settle(
    address: BoxAddress,
    id: DropId,
    quotas: Quotas,
    invitation: string | undefined,
  ): Promise<Settlement['outcome']> {
    const { boxes, items, env } = this.#keeper
    const shelf = await shelfOf(env, id)
    const fate = await shelf.fate(id, address)
    // First the alarm, then the row, as above.
    if (fate.outcome === 'live') await this.#keeper.arm(fate.expiresAtMs)
    const now = Date.now()
    const { outcome, change } = settle(
      {
        box: boxes.find(address),
        id,
        item: items.find(address, id),
        waiting: () => items.waiting(address, now),
        lodging: this.#lodging(address, quotas, invitation, now),
      },
      fate,
      now,
    )
    if (change !== undefined) this.#keeper.change(address, change)
    if (outcome === 'box_full' && fate.outcome === 'live') {
      await shelf.turnAway(id, address)
      // Only now: should this object die before, the alarm asks about what has a row.
      const item = items.find(address, id)
      if (item !== undefined) this.#keeper.removeItem(item)
    }
    await this.#keeper.armIfIdle(address)
    return outcome
  }

  #lodging(address: BoxAddress, quotas: Quotas, invitation: string | undefined, now: number): Lodging {
    const { cards, invitations, items } = this.#keeper
    const terms = cards.present(address, now)?.terms
    return {
      quota: terms === undefined ? quotas.bare : quotas.carded,
      terms,
      invitation: invitation === undefined ? undefined : invitations.find(address, invitation, now),
      late: items.late(address, now),
    }
  }

  async #settleDue({ box, id }: BoxItem): Promise<void> {
    try {
      await this.settle(box, id, quotasOf(this.#keeper.env), undefined)
    } catch {
      // Its shelf did not answer: it must not keep the others waiting.
      const present = this.#keeper.items.find(box, id)
      const dueMs = Date.now() + SWEEP_RETRY_MS
      if (present?.state === 'pending') this.#keeper.change(box, { leaving: [], item: { ...present, dueMs } })
    }
  }
}
