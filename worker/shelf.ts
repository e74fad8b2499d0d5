import { DurableObject } from 'cloudflare:workers'
import type { Cause, Created } from '#protocol/api.ts'
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
import { isThere, kvStore, tryDelete } from './store.ts'

/**
 * Holds the state of many drops, one row each, and serializes what happens to them. It never sees ciphertext: the
 * platform keeps 30 days of an object's history, so bytes put here could be brought back after they were burned.
 *
 * Every method follows one order: find the row, check signatures (other calls may run meanwhile), find the row again,
 * decide and write without another wait. Answers are unions, never errors: RPC loses an error's type.
 */
export class Shelf extends DurableObject<Env> {
  readonly #rows = new Rows(this.ctx.storage.sql)
  readonly #notary = new Notary()
  /** Drops whose ciphertext is being deleted now, for who decides meanwhile. */
  readonly #burning = new Set<DropId>()

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
    if (!(await this.#erase([blob]))) return
    const drop = this.#find(id, Date.now())
    if (drop?.phase !== 'uploading') return
    const rest = life.forget(drop, [blob])
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
    if (claim === undefined || read === undefined) return this.#refuse(drop, now)
    const note = (each: Drop): Drop | undefined =>
      life.acknowledge(each, reader, { opened, claim: claim.record, reader: read.record })
    const present = this.#find(request.dropId, now)
    const acknowledged = present && note(present)
    if (acknowledged === undefined) return { outcome: 'gone' }
    const hasEnded = life.hasEnded(acknowledged)
    if (!hasEnded && life.isSpent(acknowledged)) {
      await this.#burn(drop.id, 'read', (each) => note(each) ?? each)
      return { outcome: 'acknowledged', burned: true }
    }
    // After a revocation too: the sender has to learn that it came too late.
    if (acknowledged !== present) this.#rows.update(acknowledged)
    return { outcome: 'acknowledged', burned: hasEnded }
  }

  /** The sender ends the drop. */
  async revoke(request: SignedRequest): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#ofSender(request, now)
    if ('outcome' in drop) return drop
    if (!life.hasEnded(drop)) await this.#burn(drop.id, 'revoked')
    return this.#sent(drop.id, now)
  }

  /** The sender takes a read back from a reader who vanished. */
  async reopen(request: SignedRequest, reader: PublicKey): Promise<SentAnswer> {
    const now = Date.now()
    const drop = await this.#ofSender(request, now)
    if ('outcome' in drop) return drop
    // After a crash between deleting and noting it, the bytes are gone and the row does not know yet: then there is
    // nothing to open again. A store that has not caught up looks the same, so the answer is "later", never "gone".
    if (life.reopen(drop, reader) !== drop && !(await isThere(kvStore(this.env.KV), grant(drop).blob)))
      return { outcome: 'try_later' }
    // Others ran meanwhile: the reader's acknowledgement may be deleting what was just seen.
    if (this.#burning.has(drop.id)) return { outcome: 'try_later' }
    const present = this.#find(drop.id, now)
    if (present !== undefined) {
      const reopened = life.reopen(present, reader)
      if (reopened !== present) this.#rows.update(reopened)
    }
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
      for (const drop of this.#rows.due(now, SWEEP_BATCH)) await this.#sweep(drop, now)
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

  /** A drop that has ended is to a stranger what an unknown one is. */
  async #refuse(drop: Drop, now: number): Promise<Refusal> {
    if (life.hasEnded(drop)) return { outcome: 'gone' }
    return { outcome: 'not_proved', nonce: await this.#notary.issue(drop.id, now) }
  }

  /**
   * Who asks, and the row as it is after the wait. Refuses who holds nothing, and counts a wrong passphrase.
   * A nonce is good for one guess: once it is spent, a right passphrase under it is refused like a wrong one. Else a
   * guesser would reuse one nonce, which counts once.
   */
  async #meet(drop: Drop, request: SignedRequest, now: number): Promise<Meeting> {
    const holder = await this.#notary.holder(drop, request, now)
    const present = this.#find(drop.id, now)
    if (present === undefined) return { outcome: 'gone' }
    if (holder === undefined) return this.#refuse(present, now)
    // Ten wrong ones: from now on nobody learns here whether another one is right.
    if (life.triesLeft(present) <= 0) return { outcome: 'gone' }
    if (holder.kind === 'locator') return { drop: present, holder }
    if (present.tries.includes(holder.nonce)) return this.#refuse(present, now)
    return holder.kind === 'wrong' ? this.#countTry(present, holder.nonce, now) : { drop: present, holder }
  }

  async #countTry(drop: Drop, nonce: string, now: number): Promise<Refusal> {
    const counted = life.countTry(drop, nonce)
    this.#rows.update(counted)
    if (life.hasEnded(drop)) return { outcome: 'gone' }
    if (life.hasEnded(counted)) {
      // Noted before it is done, unlike other ends: nobody will ask again, so after a crash the alarm has to finish it.
      await this.#retryLater(drop.id)
      await this.#sweep(counted, now)
    }
    return { outcome: 'wrong_passphrase', triesLeft: life.triesLeft(counted) }
  }

  async #ofSender(request: SignedRequest, now: number): Promise<Drop | Refusal> {
    const drop = this.#find(request.dropId, now)
    if (drop === undefined) return { outcome: 'gone' }
    const proof = await this.#notary.prove(request, 'sender', drop.sender, now)
    if (proof === undefined) return this.#refuse(drop, now)
    return this.#find(request.dropId, now) ?? { outcome: 'gone' }
  }

  #sent(id: DropId, now: number): SentAnswer {
    const drop = this.#find(id, now)
    if (drop === undefined) return { outcome: 'gone' }
    const { claims } = drop
    const state = life.stateOf(drop)
    return { outcome: 'sent', sent: { ...describe(drop), state, triesLeft: life.triesLeft(drop), claims } }
  }

  /**
   * Deletes the ciphertext, then notes the end: if the machine dies in between, nothing readable is left over and the
   * caller, who got no answer, asks again. Whatever happened to the row meanwhile, the bytes are gone, so it ends.
   */
  async #burn(id: DropId, cause: Cause, change: (drop: Drop) => Drop = (drop) => drop): Promise<void> {
    const { blobs } = this.#rows.find(id) ?? { blobs: [] }
    this.#burning.add(id)
    const isErased = await this.#erase(blobs)
    this.#burning.delete(id)
    const drop = this.#rows.find(id)
    if (drop === undefined) return
    const ended = life.end(change(drop), cause, isErased ? blobs : [])
    this.#rows.update(ended)
    if (ended.blobs.length > 0) await this.#retryLater(id)
  }

  async #sweep(drop: Drop, now: number): Promise<void> {
    if (!(await this.#erase(drop.blobs))) return this.#retryLater(drop.id)
    if (life.isExpired(drop, now)) return this.#rows.remove(drop.id)
    const present = this.#rows.find(drop.id) ?? drop
    this.#rows.update(life.forget(present, drop.blobs))
    this.#rows.postpone(drop.id, drop.expiresAtMs)
  }

  async #retryLater(id: DropId): Promise<void> {
    const due = Date.now() + SWEEP_RETRY_MS
    this.#rows.postpone(id, due)
    await this.#arm(due)
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
