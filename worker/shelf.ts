import { DurableObject } from 'cloudflare:workers'
import type { Created } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_ATTEMPTS, SWEEP_BATCH, SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { Terms } from '#protocol/terms.ts'
import type { AckAnswer, BeginAnswer, CommitAnswer, GrantAnswer, Refusal, SentAnswer, StatusAnswer } from './answer.ts'
import * as life from './drop.ts'
import type { Drop } from './drop.ts'
import type { Env } from './env.ts'
import { Notary, type Holder } from './notary.ts'
import { Rows } from './rows.ts'
import { kvStore, tryDelete } from './store.ts'

/**
 * Holds the state of many drops, one row each, and serializes what happens to them. It never sees ciphertext: the
 * platform keeps 30 days of an object's history, so bytes put here could be brought back after they were burned.
 *
 * Every method follows one order: find the row, check signatures (other calls may run meanwhile), find the row again,
 * decide and write in one step; only then does it touch the store. Answers are unions, never errors: RPC loses an
 * error's type.
 */
export class Shelf extends DurableObject<Env> {
  readonly #rows = new Rows(this.ctx.storage.sql)
  readonly #notary = new Notary()

  /** Records which blob is about to be written. */
  async begin(id: DropId, terms: Terms, upload: life.Upload): Promise<BeginAnswer> {
    // First the alarm, then the row: after a crash in between no row waits for an alarm that nobody has set.
    await this.#arm(Date.now() + terms.ttlSeconds * 1_000)
    const now = Date.now()
    const present = this.#find(id, now)
    // Expired, and the alarm is late: what there may be to delete is noted on the old row.
    if (present === undefined && this.#rows.find(id) !== undefined) return { outcome: 'try_later' }
    const begun = life.begin(present, id, terms, upload, now)
    if (begun.outcome === 'taken') return { outcome: 'id_taken' }
    if (begun.outcome === 'begun') {
      if (begun.drop.blobs.length > MAX_ATTEMPTS) return { outcome: 'try_later' }
      if (present === undefined) this.#rows.insert(begun.drop)
      else this.#rows.update(begun.drop)
    }
    return { outcome: begun.outcome, created: describe(begun.drop) }
  }

  /** The blob is written: from now on the drop can be claimed. */
  async commit(id: DropId, blob: string): Promise<CommitAnswer> {
    const drop = this.#find(id, Date.now())
    const committed = drop && life.commit(drop, blob)
    if (committed === undefined) return { outcome: 'try_later' }
    if (committed !== drop) this.#rows.update(committed)
    return { outcome: 'committed' }
  }

  /** The blob is not going to be read. The row goes with the last one; while another attempt may still write, it stays. */
  async abandon(id: DropId, blob: string): Promise<void> {
    const isErased = await this.#erase([blob])
    const drop = this.#find(id, Date.now())
    if (drop === undefined) return
    if (!isErased && life.hasEnded(drop)) await this.#retryLater(id)
    if (!isErased) return
    if (drop.phase !== 'uploading') return
    const rest = life.forget(drop, blob)
    if (rest.blobs.length === 0) this.#rows.remove(id)
    else this.#rows.update(rest)
  }

  /** What the holder of an id may know; more to who proves the link, and to who could open the drop. */
  async status(id: DropId, request: SignedRequest | undefined): Promise<StatusAnswer> {
    const now = Date.now()
    const drop = this.#find(id, now)
    if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
    const met: Meeting = request === undefined ? { drop } : await this.#meet(drop, request, now)
    if ('outcome' in met) return met
    const { drop: present, holder } = met
    const state = life.stateOf(present)
    if (state === 'uploading' || state === 'revoked' || state === 'locked') return { outcome: 'gone' }
    if (holder === undefined && state === 'read') return { outcome: 'gone' }
    const known = holder === undefined ? {} : { state }
    const claims = holder?.kind === 'opener' && life.showsClaims(present) ? { claims: present.claims } : {}
    const nonce = await this.#notary.issue(id, now)
    return { outcome: 'status', status: { ...describe(present), ...known, ...claims }, nonce }
  }

  /** Binds a read to the reader key of a request that proves link and passphrase. */
  async claim(request: SignedRequest, reader: PublicKey): Promise<GrantAnswer> {
    const now = Date.now()
    const drop = this.#find(request.dropId, now)
    if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
    const met = await this.#meet(drop, request, now)
    if ('outcome' in met) return met
    const { drop: present, holder } = met
    if (holder?.kind !== 'opener') return this.#refuse(present, now)
    const claimed = life.claim(present, reader, holder.proof.record)
    if (claimed.outcome === 'dismissed') return { outcome: 'dismissed' }
    if (claimed.outcome === 'claimed') return { outcome: 'claimed', claims: present.claims }
    if (claimed.outcome === 'gone')
      return life.showsClaims(present) ? { outcome: 'gone', claims: present.claims } : { outcome: 'gone' }
    if (claimed.drop !== present) this.#rows.update(claimed.drop)
    return grant(claimed.drop)
  }

  /** Lets a reader read again what it has claimed, until it acknowledges. */
  async part(request: SignedRequest, reader: PublicKey): Promise<GrantAnswer> {
    const now = Date.now()
    const drop = this.#find(request.dropId, now)
    if (drop === undefined || !life.mayRead(drop, reader)) return { outcome: 'gone' }
    const proof = await this.#notary.prove(request, 'reader', reader, now)
    const present = this.#find(request.dropId, now)
    if (present === undefined || !life.mayRead(present, reader)) return { outcome: 'gone' }
    return proof === undefined ? this.#refuse(present, now) : grant(present)
  }

  /** Keeps the reader's word that it has opened everything, and burns the drop with the last one. */
  async acknowledge(request: SignedRequest, reader: PublicKey, opened: string): Promise<AckAnswer> {
    const now = Date.now()
    const drop = this.#find(request.dropId, now)
    // Who has claimed has proved the passphrase. Nobody else is told whether this claim key is the right one: a guess at
    // it would not be counted here.
    if (drop === undefined || !life.hasClaimed(drop, reader)) return { outcome: 'gone' }
    const claim = await this.#notary.prove(request, 'claim', drop.claim, now)
    const read = await this.#notary.prove(request, 'reader', reader, now)
    const present = this.#find(request.dropId, now)
    if (present === undefined) return { outcome: 'gone' }
    if (claim === undefined || read === undefined) return this.#refuse(present, now)
    const noted = life.acknowledge(present, reader, { opened, claim: claim.record, reader: read.record })
    if (noted === undefined) return { outcome: 'gone' }
    if (noted !== present) this.#rows.update(noted)
    if (!life.hasEnded(noted)) return { outcome: 'acknowledged', burned: false }
    // Nobody is given it any more; but nobody is told that it is deleted before it is.
    return (await this.#burn(noted)) ? { outcome: 'acknowledged', burned: true } : { outcome: 'try_later' }
  }

  /** The sender ends the drop. */
  async revoke(request: SignedRequest): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#ofSender(request, now)
    if ('outcome' in drop) return drop
    const ended = life.end(drop, 'revoked')
    if (ended !== drop) this.#rows.update(ended)
    return (await this.#burn(ended)) ? this.#sent(drop.id, now) : { outcome: 'try_later' }
  }

  /** The sender takes a read back from a reader who vanished. */
  async reopen(request: SignedRequest, reader: PublicKey): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#ofSender(request, now)
    if ('outcome' in drop) return drop
    const reopened = life.reopen(drop, reader)
    if (reopened !== drop) this.#rows.update(reopened)
    return this.#sent(drop.id, now)
  }

  /** All that the shelf holds, for the sender. */
  async sent(request: SignedRequest): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#ofSender(request, now)
    return 'outcome' in drop ? drop : this.#sent(drop.id, now)
  }

  /** Ends what is due. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    try {
      for (const [drop, dueMs] of this.#rows.due(now, SWEEP_BATCH)) await this.#sweep(drop, dueMs, now)
      const next = this.#rows.nextDue()
      if (next !== undefined) await this.ctx.storage.setAlarm(next)
    } catch {
      await this.ctx.storage.setAlarm(now + SWEEP_RETRY_MS)
    }
  }

  #find(id: DropId, now: number): Drop | undefined {
    const drop = this.#rows.find(id)
    // The alarm may be late; what has expired is gone all the same.
    return drop === undefined || life.isExpired(drop, now) ? undefined : drop
  }

  /** A drop that nobody can claim, not yet or no more, is to a stranger what an unknown one is. */
  async #refuse(drop: Drop, now: number): Promise<Refusal> {
    if (drop.phase !== 'live') return { outcome: 'gone' }
    return { outcome: 'not_proved', nonce: await this.#notary.issue(drop.id, now) }
  }

  /**
   * Who asks, and the row as it is after the wait. Refuses who holds nothing, and counts a wrong passphrase.
   * A nonce is good for one guess: once it is spent, whatever comes under it gets the answer of that guess again. So a
   * guess whose answer was lost counts once, and a guesser who reuses a nonce learns nothing.
   */
  async #meet(drop: Drop, request: SignedRequest, now: number): Promise<Meeting> {
    const holder = await this.#notary.holder(drop, request, now)
    const present = this.#find(drop.id, now)
    if (present === undefined) return { outcome: 'gone' }
    if (holder === undefined) return this.#refuse(present, now)
    // Ten wrong ones: from now on nobody learns here whether another one is right.
    if (life.triesLeft(present) <= 0) return { outcome: 'gone' }
    if (holder.kind === 'locator') return { drop: present, holder }
    const isSpent = present.tries.includes(holder.nonce)
    return holder.kind === 'wrong' || isSpent ? this.#countTry(present, holder.nonce, now) : { drop: present, holder }
  }

  async #countTry(drop: Drop, nonce: string, now: number): Promise<Refusal> {
    const counted = life.countTry(drop, nonce)
    if (counted !== drop) this.#rows.update(counted)
    if (life.hasEnded(drop)) return { outcome: 'gone' }
    if (life.hasEnded(counted)) {
      // Nobody will ask again: should the machine die now, the alarm has to finish it.
      const due = await this.#retryLater(drop.id)
      await this.#sweep(counted, due, now)
    }
    return { outcome: 'wrong_passphrase', triesLeft: life.triesLeft(counted) }
  }

  async #ofSender(request: SignedRequest, now: number): Promise<Drop | Refusal> {
    const drop = this.#find(request.dropId, now)
    if (drop === undefined) return { outcome: 'gone' }
    const proof = await this.#notary.prove(request, 'sender', drop.sender, now)
    const present = this.#find(request.dropId, now)
    if (present === undefined) return { outcome: 'gone' }
    return proof === undefined ? this.#refuse(present, now) : present
  }

  #sent(id: DropId, now: number): SentAnswer {
    const drop = this.#find(id, now)
    if (drop === undefined) return { outcome: 'gone' }
    const { claims } = drop
    const state = life.stateOf(drop)
    return { outcome: 'sent', sent: { ...describe(drop), state, triesLeft: life.triesLeft(drop), claims } }
  }

  /**
   * Deletes the ciphertext of a drop whose end has been noted. Its blobs stay on the row: whoever got no answer asks
   * again, and it is deleted again. docs/decisions/0003-the-end-is-noted-first.md.
   * @returns whether the store has deleted it; if not, the alarm goes on trying.
   */
  async #burn(ended: Drop): Promise<boolean> {
    const isErased = await this.#erase(ended.blobs)
    if (!isErased) await this.#retryLater(ended.id)
    return isErased
  }

  async #sweep(drop: Drop, dueMs: number, now: number): Promise<void> {
    // A drop that has ended and was not put off has been burned: deleting once more would cost and change nothing.
    const isBurned = life.hasEnded(drop) && dueMs === drop.expiresAtMs
    if (!isBurned && !(await this.#erase(drop.blobs))) await this.#retryLater(drop.id)
    else if (life.isExpired(drop, now)) this.#rows.remove(drop.id)
    else this.#rows.postpone(drop.id, drop.expiresAtMs)
  }

  async #retryLater(id: DropId): Promise<number> {
    const due = Date.now() + SWEEP_RETRY_MS
    this.#rows.postpone(id, due)
    await this.#arm(due)
    return due
  }

  async #arm(due: number): Promise<void> {
    const armed = await this.ctx.storage.getAlarm()
    if (armed === null || armed > due) await this.ctx.storage.setAlarm(due)
  }

  #erase(blobs: readonly string[]): Promise<boolean> {
    return tryDelete(kvStore(this.env.KV), blobs)
  }
}

/** A drop, and what whoever asks holds of it: `undefined` for who has not said. */
type Meeting = { readonly drop: Drop; readonly holder?: Exclude<Holder, { kind: 'wrong' }> } | Refusal

function describe(drop: Drop): Created {
  return { expires: Math.floor(drop.expiresAtMs / 1_000), reads: drop.reads, size: drop.size }
}

function grant(drop: Drop): GrantAnswer & { outcome: 'granted' } {
  const blob = drop.blobs.at(-1)
  if (blob === undefined) throw new TypeError('a live drop has a blob')
  return { outcome: 'granted', blob, size: drop.size, digest: drop.digest }
}
