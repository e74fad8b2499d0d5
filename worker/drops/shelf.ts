import { DurableObject } from 'cloudflare:workers'
import type { BoxAddress } from '#protocol/address.ts'
import type { Extent } from '#protocol/extent.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { SWEEP_RETRY_MS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import type * as answer from '../answer.ts'
import type { Attempt, LinkTerms } from './drop.ts'
import { onBeat } from '../auth/beat.ts'
import type { Env } from '../env.ts'
import { Collectors } from './collectors.ts'
import { Intake } from './intake.ts'
import { Keeper } from './keeper.ts'
import type { Part } from './parts.ts'
import { Readers } from './readers.ts'
import { Senders } from './senders.ts'
import type { StoredRows } from '../storage/table.ts'

/**
 * Holds the state of many drops, one row each, and serializes what happens to them. It never sees ciphertext: the
 * platform keeps 30 days of an object's history, so bytes put here could be brought back after they were burned.
 *
 * Every method follows one order: find the row, check signatures (other calls may run meanwhile), find the row again,
 * decide and write in one step; only then does it touch the store. Answers are unions, never errors: RPC loses an
 * error's type. Only what stands on this class can be called from the worker.
 */
export class Shelf extends DurableObject<Env> {
  readonly #keeper = new Keeper(this.ctx.storage, () => this.env)
  readonly #intake = new Intake(this.#keeper)
  readonly #readers = new Readers(this.#keeper)
  readonly #senders = new Senders(this.#keeper)
  readonly #collectors = new Collectors(this.#keeper)

  /** Records which blob is about to be written. */
  create(id: DropId, terms: LinkTerms | BoxTerms, attempt: Attempt): Promise<answer.CreateAnswer> {
    return this.#intake.create(id, terms, attempt)
  }

  /** The blob is written: from now on the drop can be claimed. */
  keep(id: DropId, blob: string): answer.KeepAnswer {
    return this.#intake.keep(id, blob)
  }

  /** The blob is not going to be read. */
  abandon(id: DropId, blob: string): Promise<void> {
    return this.#intake.abandon(id, blob)
  }

  /** Announces a drop in parts. */
  begin(id: DropId, terms: LinkTerms | BoxTerms, extent: Extent): Promise<answer.BeginAnswer> {
    return this.#intake.begin(id, terms, extent)
  }

  /** Records under which blob the sender's part is about to be written. */
  expect(request: SignedRequest, part: Part): Promise<answer.PartAnswer> {
    return onBeat(() => this.#intake.expect(request, part))
  }

  /** The part is written. */
  receive(id: DropId, n: number, blob: string): Promise<answer.KeepAnswer> {
    return this.#intake.receive(id, n, blob)
  }

  /** The part is not going to be read. */
  abandonPart(id: DropId, n: number, blob: string): Promise<void> {
    return this.#intake.abandonPart(id, n, blob)
  }

  /** Which parts are here, for the sender. */
  uploaded(request: SignedRequest): Promise<answer.UploadedAnswer> {
    return onBeat(() => this.#intake.uploaded(request))
  }

  /** All parts are written: from now on the drop can be claimed. */
  commit(request: SignedRequest, digest: string): Promise<answer.CommitAnswer> {
    return onBeat(() => this.#intake.commit(request, digest))
  }

  /** What the holder of an id may know; more to who proves the link, and to who could open the drop. */
  status(id: DropId, request: SignedRequest | undefined): Promise<answer.StatusAnswer> {
    return onBeat(() => this.#readers.status(id, request))
  }

  /** Binds a read to the reader key of a request that proves link and passphrase. */
  claim(request: SignedRequest, reader: PublicKey): Promise<answer.GrantAnswer> {
    return onBeat(() => this.#readers.claim(request, reader))
  }

  /** Lets a reader read what it has claimed, until it acknowledges. */
  part(request: SignedRequest, reader: PublicKey, n: number): Promise<answer.GrantAnswer> {
    return onBeat(() => this.#readers.part(request, reader, n))
  }

  /** Keeps the reader's word that it has opened everything, and burns the drop with the last one. */
  acknowledge(request: SignedRequest, reader: PublicKey, opened: string): Promise<answer.AckAnswer> {
    return onBeat(() => this.#readers.acknowledge(request, reader, opened))
  }

  /** The sender ends the drop. */
  revoke(request: SignedRequest): Promise<answer.RevokeAnswer> {
    return onBeat(() => this.#senders.revoke(request))
  }

  /** The sender takes a read back from a reader who vanished. */
  reopen(request: SignedRequest, reader: PublicKey): Promise<answer.SentAnswer> {
    return onBeat(() => this.#senders.reopen(request, reader))
  }

  /** All that the shelf holds, for the sender. */
  sent(request: SignedRequest): Promise<answer.SentAnswer> {
    return onBeat(() => this.#senders.sent(request))
  }

  /** Lets who reads a box have a drop in it. Whether they do, its rack has found out. */
  collect(id: DropId, box: BoxAddress, n: number): answer.GrantAnswer {
    return this.#collectors.collect(id, box, n)
  }

  /** The owner of a box ends drops in it. */
  burnFor(ids: readonly DropId[], box: BoxAddress): Promise<readonly answer.Burned[]> {
    return this.#collectors.burn(ids, box)
  }

  /** A box has no room for a drop that is there. */
  turnAway(id: DropId, box: BoxAddress): Promise<void> {
    return this.#collectors.turnAway(id, box)
  }

  /** What has become of a drop that was meant for a box, for its rack. */
  fate(id: DropId, box: BoxAddress): answer.Fate {
    return this.#collectors.fate(id, box)
  }

  /** Every row about a drop as it is stored, expired or not: for its operator, who has proved it to the worker. */
  stored(id: DropId): StoredRows {
    return this.#keeper.database.rowsWith({ 'drop id': dropIdBytes(id).buffer })
  }

  /** A nonce for the operator, whose questions are about no one shelf. Only who has signed rightly is given one. */
  offerNonce(subject: string): Promise<string> {
    return this.#keeper.notary.issue(subject, Date.now())
  }

  /** Whether it was offered here, for this subject, in the last ten minutes. */
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
}
