import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { PENDING_MS, SWEEP_BATCH, SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { AdmitAnswer } from '../answer.ts'
import * as box from '../box.ts'
import type { BoxItem } from '../box.ts'
import { quotasOf } from '../racks.ts'
import { shelfOf } from '../shelves.ts'
import type { RackKeeper } from './keeper.ts'

/** Somebody at the door of a box. */
export interface Visit extends box.Order {
  readonly box: BoxAddress
  /** Hash of the secret of the invitation that they bring, base64url. */
  readonly invitation: string | undefined
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
  readonly quotas: Quotas
}

/** What a box holds with a card, and without. */
export interface Quotas {
  readonly carded: box.Quota
  readonly bare: box.Quota
}

/** Lets drops into boxes, and out. What has become of a drop, its shelf alone knows: it is asked, and the list follows. */
export class Doorman {
  readonly #keeper: RackKeeper

  constructor(keeper: RackKeeper) {
    this.#keeper = keeper
  }

  /** Keeps room for a drop before any of it is read. A drop that is known already is let in again as it is. */
  async admit(visit: Visit): Promise<AdmitAnswer> {
    const { boxes, cards, invitations, items } = this.#keeper
    // First the alarm, then the row: after a crash in between no row waits for an alarm that nobody has set.
    await this.#keeper.arm(Date.now() + PENDING_MS)
    const now = Date.now()
    const before = items.find(visit.box, visit.id)
    if (before !== undefined) {
      // Announced anew with another size it would give back room that the first announcement, on its shelf, still fills.
      const isSame = before.size === visit.size && before.parts === visit.parts
      return { outcome: before.state === 'listed' || isSame ? 'admitted' : 'id_taken' }
    }
    const terms = cards.present(visit.box, now)?.terms
    const quota = quotaOf(visit.quotas, terms)
    const house = {
      quota,
      terms,
      invitation: visit.invitation === undefined ? undefined : invitations.find(visit.box, visit.invitation, now),
      largest: visit.largest,
    }
    const { id, size, parts } = visit
    const present = boxes.find(visit.box)
    const leaving = house.invitation === undefined ? this.#leaving(present, size, quota, now) : []
    const admitted = box.admit(leaving.reduce(box.remove, present), { id, size, parts }, house, now)
    if (admitted.outcome !== 'admitted') return admitted
    this.#keeper.atOnce(() => {
      for (const item of leaving) items.remove(item)
      boxes.save(admitted.box)
      items.insert(admitted.item)
      if (admitted.invitation !== undefined) invitations.save(visit.box, admitted.invitation)
    })
    return { outcome: 'admitted' }
  }

  /**
   * Asks the shelf what has become of a drop, and makes the list say so: any number of times, in any order. Of two who ask at
   * once nobody knows who heard the older answer: who finds the row otherwise than it was asks again. So an answer that puts
   * a drop on the list is heard while there is a row.
   * @returns `box_full` if it is there, has lost its room and found none: then it is burned
   */
  async settle(address: BoxAddress, id: DropId, quotas: Quotas): Promise<'settled' | 'box_full'> {
    const { boxes, items, env } = this.#keeper
    const before = items.find(address, id)
    const fate = await (await shelfOf(env, id)).fate(id, address)
    const now = Date.now()
    const item = items.find(address, id)
    if (item?.state !== before?.state) return this.settle(address, id, quotas)
    if (item?.state === 'pending' && fate.outcome === 'live' && fate.size > item.size) {
      // Its own room had gone to another, and it was announced anew as a smaller one: what is kept for that is not enough.
      this.#keeper.removeItem(item)
      return this.settle(address, id, quotas)
    }
    if (item !== undefined) {
      this.#resolve(item, fate, now)
      await this.#keeper.armIfIdle(address)
      return 'settled'
    }
    if (fate.outcome !== 'live') return 'settled'
    await this.#keeper.arm(now + PENDING_MS)
    if (items.find(address, id) === undefined) {
      const terms = this.#keeper.cards.present(address, now)?.terms
      const order = { id, size: fate.size, parts: fate.parts }
      const quota = quotaOf(quotas, terms)
      const leaving = this.#leaving(boxes.find(address), order.size, quota, now)
      const present = leaving.reduce(box.remove, boxes.find(address))
      const recalled = box.recall(present, order, { quota, terms }, now)
      if (recalled === undefined) {
        await (await shelfOf(env, id)).turnAway(id, address)
        return 'box_full'
      }
      this.#keeper.atOnce(() => {
        for (const each of leaving) items.remove(each)
        boxes.save(recalled.box)
        items.insert(recalled.item)
      })
    }
    return this.settle(address, id, quotas)
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

  /** What makes room for a stranger. */
  #leaving(present: box.Box, size: number, quota: box.Quota, now: number): readonly BoxItem[] {
    if (!box.isCrowded(present, size, quota)) return []
    return box.makeRoom(this.#keeper.items.waiting(present.address, now), size, quota)
  }

  async #settleDue({ box: address, id }: BoxItem): Promise<void> {
    try {
      await this.settle(address, id, quotasOf(this.#keeper.env))
    } catch {
      // Its shelf did not answer: it must not keep the others waiting.
      const present = this.#keeper.items.find(address, id)
      if (present !== undefined) this.#keeper.items.update({ ...present, dueMs: Date.now() + SWEEP_RETRY_MS })
    }
  }

  #resolve(item: BoxItem, fate: Parameters<typeof box.resolve>[1], now: number): void {
    const { boxes, items } = this.#keeper
    const resolution = box.resolve(item, fate, now)
    if (resolution === 'remove') return this.#keeper.removeItem(item)
    if (typeof resolution === 'object') return items.update({ ...item, dueMs: resolution.askAgainMs })
    if (resolution === 'stay' || fate.outcome !== 'live') return
    const listed = box.list(boxes.find(item.box), item, fate, now)
    this.#keeper.atOnce(() => {
      boxes.save(listed.box)
      items.update(listed.item)
    })
  }
}

function quotaOf({ bare, carded }: Quotas, terms: box.House['terms']): box.Quota {
  return terms === undefined ? bare : carded
}
