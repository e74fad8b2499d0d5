import { isRootOf, type BoxAddress } from '#protocol/address.ts'
import { dayAt } from '#protocol/epoch.ts'
import type { DropId } from '#protocol/id.ts'
import { SWEEP_BATCH } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { Refusal } from '../refusal.ts'
import { padRefusals } from '../auth/pad-refusals.ts'
import type { BoxItem } from './box.ts'
import type { Env } from '../env.ts'
import { SignatureVerifier } from '../auth/signature-verifier.ts'
import { SCHEMA } from '../storage/schema.ts'
import { takeOff, type BoxChange } from './settlement.ts'
import { Database, type RackDatabase } from '../storage/database.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { BoxRows } from './box-rows.ts'
import { CardRows } from './card-rows.ts'
import { InvitationRows } from './invitation-rows.ts'
import { ItemRows } from './item-rows.ts'

/** State and tools that all requests to a rack share: its tables, signatures, its alarm. */
export class BoxShardContext {
  readonly database: RackDatabase
  readonly boxes: BoxRows
  readonly cards: CardRows
  readonly invitations: InvitationRows
  readonly items: ItemRows
  readonly #verifier: SignatureVerifier = new SignatureVerifier()
  readonly #turns = new KeyedMutex()
  readonly #storage: DurableObjectStorage
  readonly #env: () => Env

  /** @param env - asked each time. */
  constructor(storage: DurableObjectStorage, env: () => Env) {
    this.#storage = storage
    this.#env = env
    this.database = new Database(storage.sql, SCHEMA.rack)
    this.boxes = new BoxRows(this.database)
    this.cards = new CardRows(this.database)
    this.invitations = new InvitationRows(this.database)
    this.items = new ItemRows(this.database)
  }

  get env(): Env {
    return this.#env()
  }

  /**
   * Refuses a request that does not prove a key of the box: its root key, or, where a member may ask, that of a reader on its
   * present card. The work and the answer are the same for every box and every key, so that nobody learns which boxes there are.
   */
  refuse(request: SignedBoxRequest, role: 'root' | 'member', now: number): Promise<Refusal | undefined> {
    return padRefusals(() => this.#verify(request, role, now))
  }

  async #verify(request: SignedBoxRequest, role: 'root' | 'member', now: number): Promise<Refusal | undefined> {
    const { box, boxReader } = request
    const isRoot = await isRootOf(boxReader, box)
    const verified = await this.#verifier.verify(request, role, boxReader, now)
    const nonce = await this.#verifier.issue(box, now)
    // After the wait: the card may have been replaced meanwhile.
    const isReader = this.cards.present(box, now)?.readers.includes(boxReader) === true
    const isAllowed = isRoot || (role === 'member' && isReader)
    return verified?.isFresh === true && isAllowed ? undefined : { outcome: 'not_proved', nonce }
  }

  /** Changes several rows in one step: all of them or none. */
  transaction(change: () => void): void {
    this.#storage.transactionSync(change)
  }

  /** Runs a step about one drop of a box after all steps that were begun before it. */
  inTurn<T>(box: BoxAddress, id: DropId, act: () => Promise<T>): Promise<T> {
    return this.#turns.take(`${box} ${id}`, act)
  }

  /** Writes a change of a box, and returns to invitations the room of drops that did not come. */
  change(address: BoxAddress, { box, leaving, item, invitation }: BoxChange): void {
    this.transaction(() => {
      for (const each of leaving) this.items.remove(each)
      if (box !== undefined) this.boxes.save(box)
      if (item !== undefined) this.items.put(item)
      if (invitation !== undefined) this.invitations.save(address, invitation)
      for (const { state, invitation: hash, size } of leaving)
        if (state === 'pending' && hash !== undefined) this.invitations.giveBack(address, hash, size)
    })
  }

  /** Removes an item from its box. */
  removeItem(item: BoxItem): void {
    this.change(item.box, takeOff(this.boxes.find(item.box), item))
  }

  async arm(dueMs: number): Promise<void> {
    const armed = await this.#storage.getAlarm()
    if (armed === null || armed > dueMs) await this.#storage.setAlarm(dueMs)
  }

  /** A box that holds nothing is forgotten on time, even if no drop of another is due. */
  async armIfIdle(address: BoxAddress): Promise<void> {
    const { forgetDay, items, pending } = this.boxes.find(address)
    if (forgetDay > 0 && items === 0 && pending === 0) await this.arm(forgetDay * DAY_MS)
  }

  /** Forgets boxes that have held nothing for long enough. */
  forgetIdle(now: number): void {
    for (const address of this.boxes.idle(dayAt(now), SWEEP_BATCH)) this.transaction(() => this.boxes.remove(address))
  }

  /** Sets the alarm for what is due next. @param now - milliseconds since 1970. */
  async armNext(now: number): Promise<void> {
    const forgetDay = this.boxes.nextForgetDay()
    const dues = [
      this.items.nextDue(),
      this.invitations.nextExpiry(),
      forgetDay === undefined ? undefined : forgetDay * DAY_MS,
    ].filter((due) => due !== undefined)
    // An invitation may be good for longer than the platform can count.
    if (dues.length > 0) await this.#storage.setAlarm(Math.min(...dues, now + FARTHEST_MS))
  }
}

const DAY_MS = 86_400_000

/** The farthest alarm: 31 days ahead. */
const FARTHEST_MS = 31 * DAY_MS
