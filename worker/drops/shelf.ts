import { DurableObject } from 'cloudflare:workers'
import type { BoxAddress } from '#protocol/address.ts'
import type { Created } from '#protocol/api.ts'
import type { Extent } from '#protocol/extent.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { ERASE_BATCH, MAX_ATTEMPTS, SWEEP_RETRY_MS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { padRefusals } from '../auth/pad-refusals.ts'
import type { Env } from '../env.ts'
import type { RpcResult } from '../refusal.ts'
import type { StoredRows } from '../storage/database.ts'
import * as life from './drop.ts'
import type { Attempt, Drop, LinkTerms } from './drop.ts'
import { createdOf, DropShardContext } from './shard-context.ts'
import { answerAck, answerClaim, answerPart, answerStatus } from './reader-requests.ts'
import type * as rpc from './rpc.ts'
import { answerReopen, answerRevoke, answerSent } from './sender-requests.ts'
import * as upload from './upload.ts'
import { answerCommit, answerUpload, answerUploaded } from './upload-requests.ts'

/**
 * Holds the state of many drops, one row each, and serializes what happens to them. It never sees ciphertext: the
 * platform keeps 30 days of an object's history, so bytes put here could be brought back after they were burned.
 *
 * Every method follows one order: find the row, check signatures (other calls may run meanwhile), find the row again,
 * decide and write in one step; only then does it touch the store. Only the methods of `ShelfRpc` are called from outside.
 */
export class Shelf extends DurableObject<Env> implements rpc.ShelfRpc {
  readonly #context = new DropShardContext(this.ctx.storage, () => this.env)

  answer<N extends rpc.DropRequestName>(
    request: SignedRequest<N>,
    input: rpc.DropRequests[N]['input'],
  ): Promise<rpc.DropResult<N>> {
    const answer: Answer<N> = ANSWERS[request.name]
    return padRefusals(async () => answer(this.#context, request, input))
  }

  status(id: DropId, request: SignedRequest | undefined): Promise<RpcResult<rpc.StatusResult>> {
    return padRefusals(() => answerStatus(this.#context, id, request))
  }

  async create(id: DropId, terms: LinkTerms | BoxTerms, attempt: Attempt): Promise<RpcResult<rpc.CreateResult>> {
    const { rows } = this.#context
    // First the alarm, then the row: no row waits for an alarm that a crash has prevented.
    await this.#context.arm(life.endOfLife(life.keysOf(terms), Date.now()))
    const now = Date.now()
    if (this.#context.isHidden(id, now)) return { outcome: 'try_later' }
    const present = this.#context.find(id, now)
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
    return { outcome: made.outcome, created: createdOf(made.drop) }
  }

  async keep(id: DropId, blob: string): Promise<RpcResult<rpc.KeepResult>> {
    const drop = this.#context.find(id, Date.now())
    const kept = drop && life.keep(drop, blob)
    if (kept === undefined) return { outcome: 'try_later' }
    if (kept !== drop) this.#context.rows.update(kept)
    return { outcome: 'kept' }
  }

  async abandon(id: DropId, blob: string): Promise<void> {
    await this.#dueIfEnded(id)
    const isErased = await this.#context.erase(blob)
    const drop = this.#context.find(id, Date.now())
    if (drop === undefined || !isErased) return
    // A later drop of this id is another.
    if (drop.phase !== 'uploading' || !drop.blobs.includes(blob)) return
    const rest = life.forget(drop, blob)
    if (rest.blobs.length === 0) this.#context.rows.remove(id)
    else this.#context.rows.update(rest)
  }

  async begin(
    id: DropId,
    terms: LinkTerms | BoxTerms,
    extent: Extent,
  ): Promise<RpcResult<{ outcome: 'begun'; created: Created }>> {
    // First the alarm, then the row, as above.
    await this.#context.arm(Date.now() + UPLOAD_LIFE_SECONDS * 1_000)
    const now = Date.now()
    if (this.#context.isHidden(id, now)) return { outcome: 'try_later' }
    const begun = upload.begin(this.#context.find(id, now), id, terms, extent, now)
    if (begun.outcome === 'taken') return { outcome: 'id_taken' }
    if (begun.outcome === 'begun') this.#context.rows.insert(begun.drop)
    return { outcome: 'begun', created: createdOf(begun.drop) }
  }

  async receive(id: DropId, n: number, blob: string): Promise<RpcResult<rpc.KeepResult>> {
    const { parts } = this.#context
    const drop = this.#context.find(id, Date.now())
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
    // If it is not deleted here, it is deleted with the drop.
    if (before !== undefined && (await this.#context.erase(before.blob))) parts.remove(id, before)
    return { outcome: 'kept' }
  }

  async abandonPart(id: DropId, n: number, blob: string): Promise<void> {
    const { parts } = this.#context
    if (parts.attempt(id, n, blob)?.state === 'received') return
    await this.#dueIfEnded(id)
    const isErased = await this.#context.erase(blob)
    const part = parts.attempt(id, n, blob)
    if (part === undefined) return
    if (isErased) return parts.remove(id, part)
    parts.move(id, part, 'replaced')
  }

  async collect(id: DropId, box: BoxAddress, n: number): Promise<RpcResult<rpc.BlobGrant>> {
    const drop = this.#inBox(id, box)
    return drop?.phase === 'live' ? this.#context.grant(drop, n) : { outcome: 'gone' }
  }

  async burnFor(ids: readonly DropId[], box: BoxAddress): Promise<readonly rpc.BurnResult[]> {
    await this.#context.armEnd()
    const drops = ids.flatMap((id) => this.#inBox(id, box) ?? [])
    for (const drop of drops) this.#context.note(drop, life.end(drop, 'deleted'))
    const kept = new Set<DropId>()
    let left = ERASE_BATCH
    for (const drop of drops) {
      // The alarm comes at once for the rest.
      const burned = await this.#context.burnSome(life.end(drop, 'deleted'), drop, left)
      left -= burned.count
      if (!burned.isErased) kept.add(drop.id)
    }
    return ids.map((id) => ({ id, isErased: !kept.has(id) }))
  }

  async turnAway(id: DropId, box: BoxAddress): Promise<void> {
    await this.#context.armEnd()
    const drop = this.#inBox(id, box)
    if (drop !== undefined) this.#context.note(drop, life.turnAway(drop))
    await this.burnFor([id], box)
  }

  async statusInBox(id: DropId, box: BoxAddress): Promise<rpc.StatusInBox> {
    const drop = this.#inBox(id, box)
    if (drop === undefined) return { outcome: 'gone' }
    if (life.hasEnded(drop)) return { outcome: life.isTurnedAway(drop) ? 'turned_away' : 'gone' }
    const { size, parts, expiresAtMs } = drop
    if (drop.phase === 'uploading') return { outcome: 'uploading', expiresAtMs }
    return { outcome: 'live', size, parts, expiresAtMs }
  }

  async stored(id: DropId): Promise<StoredRows> {
    return this.#context.database.rowsWith({ 'drop id': dropIdBytes(id).buffer })
  }

  offerNonce(subject: string): Promise<string> {
    return this.#context.verifier.issue(subject, Date.now())
  }

  knowsNonce(nonce: string, subject: string): Promise<boolean> {
    return this.#context.verifier.knows(nonce, subject, Date.now())
  }

  /** Ends all due drops. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    try {
      await this.#context.sweep(now)
    } catch {
      await this.ctx.storage.setAlarm(now + SWEEP_RETRY_MS)
    }
  }

  /** A drop of a box, for callers that ask on its behalf. */
  #inBox(id: DropId, box: BoxAddress): Drop | undefined {
    const drop = this.#context.find(id, Date.now())
    return drop?.box === box ? drop : undefined
  }

  /** Bytes that arrive after the end are deleted by the alarm if they are not deleted here: the machine may die before. */
  async #dueIfEnded(id: DropId): Promise<void> {
    const drop = this.#context.find(id, Date.now())
    if (drop !== undefined && life.hasEnded(drop)) await this.#context.retryLater(id)
  }
}

type Answer<N extends rpc.DropRequestName> = (
  context: DropShardContext,
  request: SignedRequest,
  input: rpc.DropRequests[N]['input'],
) => rpc.DropResult<N> | Promise<rpc.DropResult<N>>

const ANSWERS: { readonly [N in rpc.DropRequestName]: Answer<N> } = {
  upload: bySender(answerUpload),
  uploaded: bySender(answerUploaded),
  commit: bySender(answerCommit),
  claim: answerClaim,
  part: answerPart,
  ack: answerAck,
  revoke: bySender(answerRevoke),
  reopen: bySender(answerReopen),
  sent: bySender(answerSent),
}

/** Answers only a proof of the sender key, with the drop as it is then. */
function bySender<I, R>(
  answer: (context: DropShardContext, drop: Drop, input: I, now: number) => R | Promise<R>,
): (context: DropShardContext, request: SignedRequest, input: I) => Promise<RpcResult<R>> {
  return async (context, request, input) => {
    const now = Date.now()
    const drop = await context.ofSender(request, now)
    return 'outcome' in drop ? drop : answer(context, drop, input, now)
  }
}
