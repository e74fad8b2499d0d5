import type { Created } from '#protocol/api.ts'
import { formatDigest } from '#protocol/content-digest.ts'
import type { DropId } from '#protocol/id.ts'
import { ERASE_BATCH, LATE_PUT_MS, SWEEP_BATCH, SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import * as life from './drop.ts'
import type { Drop, LinkDrop } from './drop.ts'
import type { Env } from '../env.ts'
import type { Refusal, RpcResult } from '../refusal.ts'
import { SignatureVerifier } from '../auth/signature-verifier.ts'
import { PartRows } from './part-rows.ts'
import { DropRows } from './drop-rows.ts'
import type { BlobGrant, ExpectedBlobs } from './rpc.ts'
import { SCHEMA } from '../storage/schema.ts'
import { deleteBlobs } from '../storage/blob-store.ts'
import { Database, type ShelfDatabase } from '../storage/database.ts'

/** State and tools that all requests to a shelf share: its rows, signatures, its alarm, and the deletion of bytes. */
export class DropShardContext {
  readonly database: ShelfDatabase
  readonly rows: DropRows
  readonly parts: PartRows
  readonly verifier: SignatureVerifier = new SignatureVerifier()
  readonly #storage: DurableObjectStorage
  readonly #env: () => Env

  /** @param env - asked each time. */
  constructor(storage: DurableObjectStorage, env: () => Env) {
    this.#storage = storage
    this.#env = env
    this.database = new Database(storage.sql, SCHEMA.shelf)
    this.rows = new DropRows(this.database)
    this.parts = new PartRows(this.database)
  }

  find(id: DropId, now: number): Drop | undefined {
    const drop = this.rows.find(id)
    // The alarm may be late. An expired drop is gone all the same.
    return drop === undefined || life.isExpired(drop, now) ? undefined : drop
  }

  /** A drop behind a link. One in a box does not exist for a request with a link. */
  findForLink(id: DropId, now: number): LinkDrop | undefined {
    const drop = this.find(id, now)
    return drop !== undefined && life.isForLink(drop) ? drop : undefined
  }

  /** Whether it has expired and the alarm is late. Its row says what may have to be deleted, and no new row may hide it. */
  isHidden(id: DropId, now: number): boolean {
    return this.find(id, now) === undefined && this.rows.find(id) !== undefined
  }

  /** To a stranger a drop that cannot be claimed, not yet or no more, looks like an unknown one. */
  async refuse(drop: Drop, now: number): Promise<Refusal> {
    return drop.phase === 'live' ? this.offer(drop, now) : { outcome: 'gone' }
  }

  /** The sender's drop, as it is after the wait. */
  async ofSender(request: SignedRequest, now: number): Promise<Drop | Refusal> {
    const drop = this.find(request.dropId, now)
    if (drop === undefined) return { outcome: 'gone' }
    const verified = await this.verifier.verify(request, 'sender', drop.sender, now)
    const present = this.find(request.dropId, now)
    if (present === undefined) return { outcome: 'gone' }
    if (verified?.isFresh === true) return present
    // The holder of the sender key may know all of the drop, its end too, and must get on though its clock is wrong.
    return verified === undefined ? this.refuse(present, now) : this.offer(present, now)
  }

  /** @param authority - that has to be signed, if it is not the one that was */
  async offer(drop: Drop, now: number, authority?: string): Promise<Refusal> {
    return { outcome: 'not_proved', nonce: await this.verifier.issue(drop.id, now), authority }
  }

  /** The store key of a part of a live drop. */
  grant(drop: Drop, n: number): RpcResult<BlobGrant> {
    if (n >= drop.parts) return { outcome: 'bad_request' }
    if (drop.parts === 1) {
      const blob = drop.blobs.at(-1)
      if (blob === undefined) throw new TypeError('a live drop has a blob')
      return { outcome: 'granted', blob, size: drop.size, digest: drop.digest, writtenMs: writtenMs(drop) }
    }
    const part = this.parts.find(drop.id, n)
    if (part === undefined) throw new TypeError('a live drop has all its parts')
    const { blob, size } = part
    return { outcome: 'granted', blob, size, digest: formatDigest(part.digest), writtenMs: writtenMs(drop) }
  }

  /** The store keys of a live drop: of many parts some, from the first to the last. */
  blobsOf(drop: Drop): ExpectedBlobs | undefined {
    if (drop.phase !== 'live') return undefined
    const all = drop.parts === 1 ? drop.blobs.slice(-1) : this.parts.received(drop.id).map(({ blob }) => blob)
    const step = Math.max(1, (all.length - 1) / (PARTS_LOOKED_AT - 1))
    const blobs = new Set(Array.from({ length: PARTS_LOOKED_AT }, (_, n) => all[Math.round(n * step)] ?? ''))
    return { blobs: [...blobs].filter((blob) => blob !== ''), writtenMs: writtenMs(drop) }
  }

  async arm(dueMs: number): Promise<void> {
    const armed = await this.#storage.getAlarm()
    if (armed === null || armed > dueMs) await this.#storage.setAlarm(dueMs)
  }

  /** Makes a drop due, so that its ciphertext is deleted. First the alarm, then the row. */
  async retryLater(id: DropId, waitMs: number = SWEEP_RETRY_MS): Promise<void> {
    const dueMs = Date.now() + waitMs
    await this.arm(dueMs)
    this.rows.postpone(id, dueMs)
  }

  /** Sets the alarm that finishes an end if nothing else does. It has to be set before the end is noted. */
  armEnd(): Promise<void> {
    return this.arm(Date.now() + SWEEP_RETRY_MS)
  }

  /**
   * Writes a change of a drop. An end makes it due in the same step: if the machine dies before the ciphertext is deleted, the
   * alarm deletes it. docs/decisions/0024-second-steps.md.
   */
  note(before: Drop, after: Drop): void {
    if (after === before) return
    if (life.hasEnded(before) || !life.hasEnded(after)) this.rows.update(after)
    else this.rows.updateDue(after, beforeExpiry(after, Date.now() + SWEEP_RETRY_MS))
  }

  /**
   * Deletes the ciphertext of a drop whose end has been noted. Its blobs stay on the row: a client that got no answer asks again,
   * and they are deleted again. docs/decisions/0003-the-end-is-noted-first.md.
   * @param before - the drop as it was found: if some of it may still arrive, it is deleted once more later.
   * @returns whether the store has deleted it; if not, the alarm goes on trying.
   */
  async burn(ended: Drop, before: Drop): Promise<boolean> {
    return (await this.burnSome(ended, before, ERASE_BATCH)).isErased
  }

  /**
   * The same for at most so many blobs; the alarm deletes the others.
   * @returns also how many there were
   */
  async burnSome(
    ended: Drop,
    before: Drop,
    most: number,
  ): Promise<{ readonly isErased: boolean; readonly count: number }> {
    const erased = most > 0 ? await this.#eraseDrop(ended, 'now', most) : NOTHING_ERASED
    if (!erased.isErased) await this.retryLater(ended.id, erased.isFailed ? SWEEP_RETRY_MS : 0)
    else this.#putOff(ended, before)
    return erased
  }

  /** @returns whether the store has deleted the blob. */
  async erase(blob: string): Promise<boolean> {
    return (await deleteBlobs(this.#env(), [blob])).has(blob)
  }

  /** Ends what is due. */
  async sweep(now: number): Promise<void> {
    let left = ERASE_BATCH
    for (const [drop, dueMs] of this.rows.due(now, SWEEP_BATCH)) {
      // The next alarm comes at once for the rest.
      if (left <= 0) break
      left -= await this.sweepDrop(drop, dueMs, now, left)
    }
    const next = this.rows.nextDue()
    if (next !== undefined) await this.#storage.setAlarm(next)
  }

  /** @returns how many blobs the store was asked to delete. */
  async sweepDrop(drop: Drop, dueMs: number, now: number, most: number = ERASE_BATCH): Promise<number> {
    const isExpired = life.isExpired(drop, now)
    // A drop that has ended and was not put off has been burned: another deletion would cost and change nothing.
    const isBurned = life.hasEnded(drop) && dueMs === drop.expiresAtMs && drop.parts === 1
    const mustErase = isExpired || life.hasEnded(drop)
    const erased =
      mustErase && !isBurned ? await this.#eraseDrop(drop, isExpired ? 'last' : 'again', most) : NOTHING_TO_ERASE
    if (erased.isFailed) await this.retryLater(drop.id)
    else if (!erased.isErased) return erased.count
    else if (isExpired) this.rows.remove(drop.id)
    else this.rows.postpone(drop.id, drop.expiresAtMs)
    return erased.count
  }

  /** Everything that was there has been deleted. Late arrivals are deleted once more. */
  #putOff(ended: Drop, before: Drop): void {
    const { id, parts, expiresAtMs } = ended
    const dueMs = this.rows.dueOf(id)
    if (dueMs === undefined || dueMs === expiresAtMs) return
    const mayArrive = parts > 1 ? this.parts.list(id).length > 0 : life.mayStillArrive(before)
    this.rows.postpone(id, mayArrive ? beforeExpiry(ended, Date.now() + LATE_PUT_MS) : expiresAtMs)
  }

  async #eraseDrop(drop: Drop, round: Round, most: number): Promise<Erased> {
    if (drop.parts > 1) return this.#eraseParts(drop.id, round, most)
    const deleted = await deleteBlobs(this.#env(), drop.blobs)
    const isErased = drop.blobs.every((blob) => deleted.has(blob))
    return { isErased, isFailed: !isErased, count: drop.blobs.length }
  }

  async #eraseParts(id: DropId, round: Round, most: number): Promise<Erased> {
    const condemned = this.parts.condemned(id, round !== 'now', most)
    const deleted = await deleteBlobs(
      this.#env(),
      condemned.map(({ blob }) => blob),
    )
    for (const { n, blob } of condemned.filter((part) => deleted.has(part.blob))) {
      // As it is now: its writer may have finished meanwhile.
      const part = this.parts.attempt(id, n, blob)
      if (part === undefined) continue
      // Its writer deletes it, too. If that one dies before, it is deleted once more, and when the row goes.
      if (round === 'last' || (part.state !== 'writing' && part.state !== 'erased')) this.parts.remove(id, part)
      else if (part.state === 'writing') this.parts.move(id, part, 'erased')
    }
    const isFailed = deleted.size < condemned.length
    // Parts that stay because they may still arrive come last, once in a round.
    const going = round === 'last' ? condemned : condemned.filter(({ state }) => state !== 'erased')
    return { isErased: !isFailed && going.length < most, isFailed, count: condemned.length }
  }
}

/** The part of a drop's state that everybody who may know of it is told. */
export function createdOf({ expiresAtMs, reads, size, parts }: Drop): Created {
  return { expires: Math.floor(expiresAtMs / 1_000), reads, size, parts }
}

/** The beginning of a drop's life, in a box up to a day later than the real one: by then everything was written. */
function writtenMs({ expiresAtMs, ttlSeconds }: Drop): number {
  return expiresAtMs - ttlSeconds * 1_000
}

/** As many as a worker may ask for at once: see blob-store.ts. */
const PARTS_LOOKED_AT = 6

/** So that it is due on its own, and not because it expires. */
function beforeExpiry({ expiresAtMs }: Drop, dueMs: number): number {
  return Math.min(dueMs, expiresAtMs - 1)
}

/** `now`: when it ends. `again`: late arrivals are deleted, too. `last`: nothing that was written for it may stay. */
type Round = 'now' | 'again' | 'last'

/** The result of deleting a drop's ciphertext, or as much of it as one run allows. */
interface Erased {
  readonly isErased: boolean
  /** The store has refused. */
  readonly isFailed: boolean
  readonly count: number
}

const NOTHING_ERASED: Erased = { isErased: false, isFailed: false, count: 0 }
const NOTHING_TO_ERASE: Erased = { isErased: true, isFailed: false, count: 0 }
