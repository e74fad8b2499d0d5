import { equalBytes, joinBytes, sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import type { Extent } from '#protocol/extent.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_ATTEMPTS, STORE_MARGIN_SECONDS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import type { BeginAnswer, CommitAnswer, CreateAnswer, KeepAnswer, PartAnswer, UploadedAnswer } from '../answer.ts'
import * as life from './drop.ts'
import type { Drop, LinkTerms } from './drop.ts'
import { describe, type Keeper } from './keeper.ts'
import type { Part } from './parts.ts'
import * as upload from './upload.ts'

/** How drops come to a shelf: whole, or announced and then part by part. */
export class Intake {
  readonly #keeper: Keeper

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  async create(id: DropId, terms: LinkTerms | BoxTerms, attempt: life.Attempt): Promise<CreateAnswer> {
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

  keep(id: DropId, blob: string): KeepAnswer {
    const drop = this.#keeper.find(id, Date.now())
    const kept = drop && life.keep(drop, blob)
    if (kept === undefined) return { outcome: 'try_later' }
    if (kept !== drop) this.#keeper.rows.update(kept)
    return { outcome: 'kept' }
  }

  /** The row goes with its last blob; while another attempt may still write, it stays. */
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

  async begin(id: DropId, terms: LinkTerms | BoxTerms, extent: Extent): Promise<BeginAnswer> {
    // First the alarm, then the row, as above.
    await this.#keeper.arm(Date.now() + UPLOAD_LIFE_SECONDS * 1_000)
    const now = Date.now()
    if (this.#keeper.isHidden(id, now)) return { outcome: 'try_later' }
    const begun = upload.begin(this.#keeper.find(id, now), id, terms, extent, now)
    if (begun.outcome === 'taken') return { outcome: 'id_taken' }
    if (begun.outcome === 'begun') this.#keeper.rows.insert(begun.drop)
    return { outcome: 'begun', created: describe(begun.drop) }
  }

  async expect(request: SignedRequest, part: Part): Promise<PartAnswer> {
    const now = Date.now()
    const drop = await this.#keeper.ofSender(request, now)
    if ('outcome' in drop) return drop
    const { parts } = this.#keeper
    const outcome = upload.expect(drop, parts.list(drop.id), part)
    if (outcome !== 'expected') return { outcome }
    parts.insert(drop.id, part)
    // As long as the drop can live from here: the rest of the upload, and its life, if the commit comes last.
    const lifeMs = life.endOfLife(drop, drop.expiresAtMs) - now
    return { outcome, ttlSeconds: Math.ceil(lifeMs / 1_000) + STORE_MARGIN_SECONDS }
  }

  /** The part is stored. One with other bytes that was here before gives way to it. */
  async receive(id: DropId, n: number, blob: string): Promise<KeepAnswer> {
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

  /** The part is not going to be read. Its row goes with its bytes. */
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

  /** What comes after the end is deleted by the alarm if it is not deleted here: the machine may die before. */
  async #dueIfEnded(id: DropId): Promise<void> {
    const drop = this.#keeper.find(id, Date.now())
    if (drop !== undefined && life.hasEnded(drop)) await this.#keeper.retryLater(id)
  }

  async uploaded(request: SignedRequest): Promise<UploadedAnswer> {
    const drop = await this.#keeper.ofSender(request, Date.now())
    if ('outcome' in drop) return drop
    const uploaded = { ...describe(drop), state: life.stateOf(drop), received: this.#received(drop) }
    return { outcome: 'uploaded', uploaded }
  }

  /** @param digest - what the sender's own parts hash to, base64url: SHA-256 over the SHA-256 of each. */
  async commit(request: SignedRequest, digest: string): Promise<CommitAnswer> {
    const drop = await this.#keeper.ofSender(request, Date.now())
    if ('outcome' in drop) return drop
    if (drop.parts === 1) return { outcome: 'bad_request' }
    // Its answer was lost: as before, whatever has become of the drop since.
    if (life.isTurnedAway(drop)) return { outcome: 'box_full' }
    if (drop.digest === digest) return { outcome: 'committed', created: describe(drop), box: drop.box }
    if (drop.phase !== 'uploading') return { outcome: life.hasEnded(drop) ? 'gone' : 'incomplete' }
    const { parts, rows } = this.#keeper
    const hashed = parts.received(drop.id)
    if (!upload.isWhole(drop, hashed) || toBase64url(await sha256(digestsOf(hashed))) !== digest)
      return { outcome: 'incomplete' }
    // First the alarm, then the row, as above.
    await this.#keeper.arm(life.endOfLife(drop, Date.now()))
    const now = Date.now()
    const present = this.#keeper.find(drop.id, now)
    if (present === undefined) return { outcome: 'gone' }
    if (present.digest === digest) return { outcome: 'committed', created: describe(present), box: present.box }
    // A part has been replaced meanwhile, or the drop has ended.
    const isSame = equalBytes(digestsOf(parts.received(drop.id)), digestsOf(hashed))
    if (present.phase !== 'uploading' || !isSame) return { outcome: 'try_later' }
    const committed = upload.commit(present, digest, now)
    rows.commit(committed)
    return { outcome: 'committed', created: describe(committed), box: committed.box }
  }

  /** For each part the hash of its bytes. Of a drop that has ended, and of one that came whole, there are none to tell. */
  #received(drop: Drop): readonly (string | null)[] {
    if (drop.parts === 1 || life.hasEnded(drop)) return []
    const known = new Map(this.#keeper.parts.received(drop.id).map(({ n, digest }) => [n, toBase64url(digest)]))
    return Array.from({ length: drop.parts }, (_, n) => known.get(n) ?? null)
  }
}

function digestsOf(parts: readonly Part[]): Bytes {
  return joinBytes(parts.map(({ digest }) => digest))
}
