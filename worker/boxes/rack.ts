import { DurableObject } from 'cloudflare:workers'
import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import { REQUESTS } from '#protocol/api.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { PENDING_MS, SWEEP_BATCH, SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import { shelfOf } from '../drops/shelves.ts'
import type { Env } from '../env.ts'
import type { RpcResult } from '../refusal.ts'
import type { StoredRows } from '../storage/database.ts'
import { admit, remove, type BoxItem, type Capacity, type Quotas, type DepositRequest } from './box.ts'
import { BoxShardContext } from './shard-context.ts'
import { answerKeys, answerItems } from './reader-requests.ts'
import { answerDelete, answerInvite, answerInvitations, answerReaders, answerPublish } from './owner-requests.ts'
import { quotasOf } from './racks.ts'
import type * as rpc from './rpc.ts'
import { leavingFor, settle, type Settlement } from './settlement.ts'

/**
 * Holds the lists and the cards of many boxes, and decides who may do what with them. It has no ciphertext: shelves serve that.
 * Only a drop's shelf knows its state: the rack asks, and its list follows. docs/decisions/0011-racks.md.
 *
 * Every method follows the order of a shelf's: check signatures (other calls may run meanwhile), find the rows, decide and write
 * in one step. Only the methods of `RackRpc` are called from outside.
 */
export class Rack extends DurableObject<Env> implements rpc.RackRpc {
  readonly #context = new BoxShardContext(this.ctx.storage, () => this.env)

  async answer<N extends rpc.BoxRequestName>(
    request: SignedBoxRequest<N>,
    input: rpc.BoxRequests[N]['input'],
  ): Promise<rpc.BoxResult<N>> {
    const now = Date.now()
    const role = REQUESTS[request.name].signers.includes('member') ? 'member' : 'root'
    const answer: Answer<N> = ANSWERS[request.name]
    return (await this.#context.refuse(request, role, now)) ?? answer(this.#context, request, input, now)
  }

  async card(box: BoxAddress): Promise<RpcResult<{ outcome: 'card'; card: string }>> {
    const card = this.#context.cards.presentJws(box, Date.now())
    return card === undefined ? { outcome: 'gone' } : { outcome: 'card', card }
  }

  async admit(request: DepositRequest): Promise<RpcResult<{ outcome: 'admitted' }>> {
    const { boxes, items } = this.#context
    // First the alarm, then the row: no row waits for an alarm that a crash has prevented.
    await this.#context.arm(Date.now() + PENDING_MS)
    const now = Date.now()
    const before = items.find(request.box, request.id)
    if (before !== undefined) {
      // With another size it would give back room that the first announcement still fills on its shelf.
      const isSame = before.size === request.size && before.parts === request.parts
      return { outcome: before.state === 'listed' || isSame ? 'admitted' : 'id_taken' }
    }
    const { id, size, parts, largest } = request
    const box = boxes.find(request.box)
    const capacity = this.#capacity(request.box, request.quotas, request.invitation, now)
    const leaving = leavingFor({ box, waiting: () => items.waiting(request.box, now), capacity }, size)
    const admitted = admit(leaving.reduce(remove, box), { id, size, parts }, { ...capacity, largest }, now)
    if (admitted.outcome !== 'admitted') return admitted
    this.#context.change(request.box, { ...admitted, leaving })
    return { outcome: 'admitted' }
  }

  settle(address: BoxAddress, id: DropId, quotas: Quotas, invitation?: string): Promise<Settlement['outcome']> {
    return this.#context.inTurn(address, id, () => this.#settle(address, id, quotas, invitation))
  }

  async stored(box: BoxAddress): Promise<StoredRows> {
    return this.#context.database.rowsWith({ 'box address': boxAddressBytes(box).buffer })
  }

  async storedOf(id: DropId): Promise<StoredRows> {
    return this.#context.database.rowsWith({ 'drop id': dropIdBytes(id).buffer })
  }

  /** Settles all due items. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    try {
      await this.#sweep(now)
    } catch {
      await this.ctx.storage.setAlarm(now + SWEEP_RETRY_MS)
    }
  }

  /** Settles items that have been pending too long, removes expired ones, and forgets boxes that hold nothing. */
  async #sweep(now: number): Promise<void> {
    const { invitations, items } = this.#context
    for (const due of items.due(now, SWEEP_BATCH)) {
      // As it is now: while the shelf was asked, it may have been removed, and must not be counted out twice.
      const item = items.find(due.box, due.id)
      if (item?.state === 'listed' && item.dueMs <= now) this.#context.removeItem(item)
      else if (item?.state === 'pending') await this.#settleDue(item)
    }
    invitations.forgetExpired(now)
    this.#context.forgetIdle(now)
    await this.#context.armNext(now)
  }

  async #settle(
    address: BoxAddress,
    id: DropId,
    quotas: Quotas,
    invitation: string | undefined,
  ): Promise<Settlement['outcome']> {
    const { boxes, items, env } = this.#context
    const shelf = await shelfOf(env, id)
    const status = await shelf.statusInBox(id, address)
    // First the alarm, then the row, as above.
    if (status.outcome === 'live') await this.#context.arm(status.expiresAtMs)
    const now = Date.now()
    const { outcome, change } = settle(
      {
        box: boxes.find(address),
        id,
        item: items.find(address, id),
        waiting: () => items.waiting(address, now),
        capacity: this.#capacity(address, quotas, invitation, now),
      },
      status,
      now,
    )
    if (change !== undefined) this.#context.change(address, change)
    if (outcome === 'box_full' && status.outcome === 'live') {
      await shelf.turnAway(id, address)
      // Only now: if this object dies before, the alarm asks about items that have a row.
      const item = items.find(address, id)
      if (item !== undefined) this.#context.removeItem(item)
    }
    await this.#context.armIfIdle(address)
    return outcome
  }

  #capacity(address: BoxAddress, quotas: Quotas, invitation: string | undefined, now: number): Capacity {
    const { cards, invitations, items } = this.#context
    const terms = cards.present(address, now)?.terms
    return {
      quota: terms === undefined ? quotas.bare : quotas.carded,
      terms,
      invitation: invitation === undefined ? undefined : invitations.find(address, invitation, now),
      expired: items.expired(address, now),
    }
  }

  async #settleDue({ box, id }: BoxItem): Promise<void> {
    try {
      await this.settle(box, id, quotasOf(this.#context.env), undefined)
    } catch {
      // Its shelf did not answer. Others must not wait for it.
      const present = this.#context.items.find(box, id)
      const dueMs = Date.now() + SWEEP_RETRY_MS
      if (present?.state === 'pending') this.#context.change(box, { leaving: [], item: { ...present, dueMs } })
    }
  }
}

type Answer<N extends rpc.BoxRequestName> = (
  context: BoxShardContext,
  request: SignedBoxRequest,
  input: rpc.BoxRequests[N]['input'],
  now: number,
) => rpc.BoxResult<N> | Promise<rpc.BoxResult<N>>

/** Called only after the proof of a key that is allowed to. */
const ANSWERS: { readonly [N in rpc.BoxRequestName]: Answer<N> } = {
  items: answerItems,
  collect: () => ({ outcome: 'allowed' }),
  keys: answerKeys,
  publish: answerPublish,
  delete: answerDelete,
  readers: answerReaders,
  invite: answerInvite,
  invitations: answerInvitations,
}
