import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { ERASE_BATCH } from '#protocol/limits.ts'
import type { Burned, Fate, GrantAnswer } from '../answer.ts'
import * as life from './drop.ts'
import type { Drop } from './drop.ts'
import type { Keeper } from './keeper.ts'

/** What is asked of a shelf for a box. Who may ask, the rack of the box has found out; only the worker calls these. */
export class Collectors {
  readonly #keeper: Keeper

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  /** A part of a drop in a box, any number of times. */
  collect(id: DropId, box: BoxAddress, n: number): GrantAnswer {
    const drop = this.#find(id, box)
    return drop?.phase === 'live' ? this.#keeper.grant(drop, n) : { outcome: 'gone' }
  }

  /** The owner of a box ends drops in it: all are noted before the first is deleted. What was burned before is deleted again. */
  async burn(ids: readonly DropId[], box: BoxAddress): Promise<readonly Burned[]> {
    await this.#keeper.armEnd()
    const drops = ids.flatMap((id) => this.#find(id, box) ?? [])
    for (const drop of drops) this.#keeper.note(drop, life.end(drop, 'deleted'))
    const kept = new Set<DropId>()
    let left = ERASE_BATCH
    for (const drop of drops) {
      // The alarm comes at once for what is too much for one request.
      const burned = await this.#keeper.burnSome(life.end(drop, 'deleted'), drop, left)
      left -= burned.count
      if (!burned.isErased) kept.add(drop.id)
    }
    return ids.map((id) => ({ id, isErased: !kept.has(id) }))
  }

  /** The box has no room for a drop that is there: it ends, and whoever sent it is told so however often it asks. */
  async turnAway(id: DropId, box: BoxAddress): Promise<void> {
    await this.#keeper.armEnd()
    const drop = this.#find(id, box)
    if (drop !== undefined) this.#keeper.note(drop, life.turnAway(drop))
    await this.burn([id], box)
  }

  fate(id: DropId, box: BoxAddress): Fate {
    const drop = this.#find(id, box)
    if (drop === undefined) return { outcome: 'gone' }
    if (life.hasEnded(drop)) return { outcome: life.isTurnedAway(drop) ? 'turned_away' : 'gone' }
    const { size, parts, expiresAtMs } = drop
    if (drop.phase === 'uploading') return { outcome: 'uploading', expiresAtMs }
    return { outcome: 'live', size, parts, expiresAtMs }
  }

  #find(id: DropId, box: BoxAddress): Drop | undefined {
    const drop = this.#keeper.find(id, Date.now())
    return drop?.box === box ? drop : undefined
  }
}
