import { DurableObject } from 'cloudflare:workers'
import type { BoxAddress } from '#protocol/address.ts'
import type { Created } from '#protocol/api.ts'
import type { Extent } from '#protocol/extent.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { ERASE_BATCH, MAX_ATTEMPTS, SWEEP_RETRY_MS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { onBeat } from '../auth/beat.ts'
import type { Env } from '../env.ts'
import type { Result } from '../refusal.ts'
import type { StoredRows } from '../storage/table.ts'
import * as life from './drop.ts'
import type { Attempt, Drop, LinkTerms } from './drop.ts'
import { describe, Keeper } from './keeper.ts'
import { acknowledge, claim, readPart, showStatus } from './readers.ts'
import type * as rpc from './rpc.ts'
import { reopen, revoke, showSent } from './senders.ts'
import * as upload from './upload.ts'
import { commit, expectPart, listParts } from './uploads.ts'

/**
 * Holds the state of many drops, one row each, and serializes what happens to them. It never sees ciphertext: the
 * platform keeps 30 days of an object's history, so bytes put here could be brought back after they were burned.
 *
 * Every method follows one order: find the row, check signatures (other calls may run meanwhile), find the row again,
 * decide and write in one step; only then does it touch the store. Only the methods of `ShelfRpc` are called from outside.
 */
export class Shelf extends DurableObject<Env> implements rpc.ShelfRpc {
  readonly #keeper = new Keeper(this.ctx.storage, () => this.env)

  answer<N extends rpc.DropRequestName>(
    request: SignedRequest<N>,
    input: rpc.DropRequests[N]['input'],
  ): Promise<rpc.DropResult<N>> {
    const answer: Answer<N> = ANSWERS[request.name]
    return onBeat(async () => answer(this.#keeper, request, input))
  }

  status(id: DropId, request: SignedRequest | undefined): Promise<Result<rpc.StatusResult>> {
    return onBeat(() => showStatus(this.#keeper, id, request))
  }

  async create(id: DropId, terms: LinkTerms | BoxTerms, attempt: Attempt): Promise<Result<rpc.CreateResult>> {
    const { rows } = this.#keeper
    // First the alarm, then the row: after a crash in between no row waits for an alarm that nobody has set.
    await this.#keeper.arm(life.endOfLife(life.keysOf(terms), Date.now()))
    const now = Date.now()
    if (this.#keeper.isHidden(id, now)) return { outcome: 'try_later' }
    const present = this.#keeper.find(id, now)
    const made = life.create(present, id, terms, attempt, now)
    if (made.outcome === 'taken') {
      const isTold = present !== undefined && life.isTurnedAway(present) && life.isUnder(present, terms)
      return { outcome: isTold ? 'box_full' : 'id_taken' }
    }
    if (made.outcome === 'expected') {
      if (made.drop.blobs.length > MAX_ATTEMPTS) return { outcome: 'try_later' }
      if (present === undefined) rows.insert(made.drop)
      else rows.update(made.drop)
    }
    return { outcome: made.outcome, created: describe(made.drop) }
  }

  async keep(id: DropId, blob: string): Promise<Result<rpc.Kept>> {
    const drop = this.#keeper.find(id, Date.now())
    const kept = drop && life.keep(drop, blob)
    if (kept === undefined) return { outcome: 'try_later' }
    if (kept !== drop) this.#keeper.rows.update(kept)
    return { outcome: 'kept' }
  }

  async abandon(id: DropId, blob: string): Promise<void> {
    await this.#dueIfEnded(id)
    const isErased = await this.#keeper.erase(blob)
    const drop = this.#keeper.find(id, Date.now())
    if (drop === undefined || !isErased) return
    // What has come under this id since is not its drop any more.
    if (drop.phase !== 'uploading' || !drop.blobs.includes(blob)) return
    const rest = life.forget(drop, blob)
    if (rest.blobs.length === 0) this.#keeper.rows.remove(id)
    else this.#keeper.rows.update(rest)
  }

  async begin(
    id: DropId,
    terms: LinkTerms | BoxTerms,
    extent: Extent,
  ): Promise<Result<{ outcome: 'begun'; created: Created }>> {
    // First the alarm, then the row, as above.
    await this.#keeper.arm(Date.now() + UPLOAD_LIFE_SECONDS * 1_000)
    const now = Date.now()
    if (this.#keeper.isHidden(id, now)) return { outcome: 'try_later' }
    const begun = upload.begin(this.#keeper.find(id, now), id, terms, extent, now)
    if (begun.outcome === 'taken') return { outcome: 'id_taken' }
    if (begun.outcome === 'begun') this.#keeper.rows.insert(begun.drop)
    return { outcome: 'begun', created: describe(begun.drop) }
  }

  async receive(id: DropId, n: number, blob: string): Promise<Result<rpc.Kept>> {
    const { parts } = this.#keeper
    const drop = this.#keeper.find(id, Date.now())
    if (drop === undefined || life.hasEnded(drop)) return { outcome: 'gone' }
    const part = parts.attempt(id, n, blob)
    if (part?.state === 'received') return { outcome: 'kept' }
    if (part?.state !== 'writing') return { outcome: 'try_later' }
    const before = parts.find(id, n)
    if (before !== undefined && equalBytes(before.digest, part.digest)) {
      // Another attempt was faster.
      await this.abandonPart(id, n, blob)
      return { outcome: 'kept' }
    }
    if (drop.phase !== 'uploading' || !upload.fits(drop, parts.received(id), part)) return { outcome: 'bad_request' }
    if (before !== undefined) parts.move(id, before, 'replaced')
    parts.move(id, part, 'received')
    // What is not deleted here is deleted with the drop.
    if (before !== undefined && (await this.#keeper.erase(before.blob))) parts.remove(id, before)
    return { outcome: 'kept' }
  }

  async abandonPart(id: DropId, n: number, blob: string): Promise<void> {
    const { parts } = this.#keeper
    if (parts.attempt(id, n, blob)?.state === 'received') return
    await this.#dueIfEnded(id)
    const isErased = await this.#keeper.erase(blob)
    const part = parts.attempt(id, n, blob)
    if (part === undefined) return
    if (isErased) return parts.remove(id, part)
    parts.move(id, part, 'replaced')
  }

  async collect(id: DropId, box: BoxAddress, n: number): Promise<Result<rpc.Grant>> {
    const drop = this.#inBox(id, box)
    return drop?.phase === 'live' ? this.#keeper.grant(drop, n) : { outcome: 'gone' }
  }

  async burnFor(ids: readonly DropId[], box: BoxAddress): Promise<readonly rpc.Burned[]> {
    await this.#keeper.armEnd()
    const drops = ids.flatMap((id) => this.#inBox(id, box) ?? [])
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

  async turnAway(id: DropId, box: BoxAddress): Promise<void> {
    await this.#keeper.armEnd()
    const drop = this.#inBox(id, box)
    if (drop !== undefined) this.#keeper.note(drop, life.turnAway(drop))
    await this.burnFor([id], box)
  }

  async fate(id: DropId, box: BoxAddress): Promise<rpc.Fate> {
    const drop = this.#inBox(id, box)
    if (drop === undefined) return { outcome: 'gone' }
    if (life.hasEnded(drop)) return { outcome: life.isTurnedAway(drop) ? 'turned_away' : 'gone' }
    const { size, parts, expiresAtMs } = drop
    if (drop.phase === 'uploading') return { outcome: 'uploading', expiresAtMs }
    return { outcome: 'live', size, parts, expiresAtMs }
  }

  async stored(id: DropId): Promise<StoredRows> {
    return this.#keeper.database.rowsWith({ 'drop id': dropIdBytes(id).buffer })
  }

  offerNonce(subject: string): Promise<string> {
    return this.#keeper.notary.issue(subject, Date.now())
  }

  knowsNonce(nonce: string, subject: string): Promise<boolean> {
    return this.#keeper.notary.knows(nonce, subject, Date.now())
  }

  /** Ends what is due. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    try {
      await this.#keeper.sweep(now)
    } catch {
      await this.ctx.storage.setAlarm(now + SWEEP_RETRY_MS)
    }
  }

  /** A drop of a box, for those who ask on its behalf. */
  #inBox(id: DropId, box: BoxAddress): Drop | undefined {
    const drop = this.#keeper.find(id, Date.now())
    return drop?.box === box ? drop : undefined
  }

  /** What comes after the end is deleted by the alarm if it is not deleted here: the machine may die before. */
  async #dueIfEnded(id: DropId): Promise<void> {
    const drop = this.#keeper.find(id, Date.now())
    if (drop !== undefined && life.hasEnded(drop)) await this.#keeper.retryLater(id)
  }
}

type Answer<N extends rpc.DropRequestName> = (
  keeper: Keeper,
  request: SignedRequest,
  input: rpc.DropRequests[N]['input'],
) => rpc.DropResult<N> | Promise<rpc.DropResult<N>>

const ANSWERS: { readonly [N in rpc.DropRequestName]: Answer<N> } = {
  upload: bySender(expectPart),
  uploaded: bySender(listParts),
  commit: bySender(commit),
  claim,
  part: readPart,
  ack: acknowledge,
  revoke: bySender(revoke),
  reopen: bySender(reopen),
  sent: bySender(showSent),
}

/** Answers only whoever proves the sender key, with the drop as it is then. */
function bySender<I, R>(
  answer: (keeper: Keeper, drop: Drop, input: I, now: number) => R | Promise<R>,
): (keeper: Keeper, request: SignedRequest, input: I) => Promise<Result<R>> {
  return async (keeper, request, input) => {
    const now = Date.now()
    const drop = await keeper.ofSender(request, now)
    return 'outcome' in drop ? drop : answer(keeper, drop, input, now)
  }
}
