import type { Role, SignatureRecord } from '#protocol/api.ts'
import { CLOCK_WINDOW_SECONDS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { verifyRequest, type SignedBoxRequest, type SignedRequest } from '#protocol/signature.ts'
import type { LinkDrop } from '../drops/drop.ts'
import { Nonces } from './nonces.ts'

/** The proof that a request brings. `nonce` is that of the locator's signature. */
export type Holder =
  /**
   * Holds the link and has to sign again: a signature is stale, or was made for another name of the server. Whether the other
   * signature is right has not been checked.
   */
  | { readonly kind: 'stale' }
  /** Holds the link. */
  | { readonly kind: 'locator' }
  /** Holds the link and tried a wrong passphrase. */
  | { readonly kind: 'wrong'; readonly nonce: string }
  /** Holds the link and the passphrase, or a link that needs none. */
  | { readonly kind: 'opener'; readonly nonce: string; readonly record: SignatureRecord }

export interface VerifiedSignature {
  readonly record: SignatureRecord
  readonly isFresh: boolean
}

/** Verifies signatures, and decides whether they are fresh. */
export class SignatureVerifier {
  readonly #nonces = new Nonces()

  /** @param subject - the drop or box that the nonce is good for. */
  issue(subject: string, now: number): Promise<string> {
    return this.#nonces.issue(subject, now)
  }

  /** Whether a nonce was issued for this subject and is not too old. */
  knows(nonce: string, subject: string, now: number): Promise<boolean> {
    return this.#nonces.knows(nonce, subject, now)
  }

  /**
   * Verifies the signature of this role by this key. It is fresh if it has a nonce of ours, or if the signer's clock agrees with
   * ours. A replay that could change something is recognized where it would change it, by the drop's row: see `drop.ts`.
   */
  async verify(
    request: SignedRequest | SignedBoxRequest,
    role: Role,
    key: PublicKey,
    now: number,
  ): Promise<VerifiedSignature | undefined> {
    const record = await verifyRequest(request, role, key)
    const subject = 'box' in request ? request.box : request.dropId
    return record && { record, isFresh: await this.#isFresh(record, subject, now) }
  }

  /**
   * Verifies the signatures of locator and claim. A wrong claim counts only with a right locator: nobody can use up the tries
   * without the link.
   * @param authority - that has to be signed
   * @returns `undefined` if the request proves nothing
   */
  async holder(drop: LinkDrop, asked: SignedRequest, authority: string, now: number): Promise<Holder | undefined> {
    const request = { ...asked, authority }
    const locator = await this.verify(request, 'locator', drop.locator, now)
    if (locator === undefined) {
      const isElsewhere =
        authority !== asked.authority && (await verifyRequest(asked, 'locator', drop.locator)) !== undefined
      return isElsewhere ? { kind: 'stale' } : undefined
    }
    if (!locator.isFresh) return { kind: 'stale' }
    const { claim } = request.signatures
    if (claim === undefined) return { kind: 'locator' }
    // Before it is verified: nobody may learn from a guess that is not counted.
    if (!(await this.#isFresh(claim, drop.id, now))) return { kind: 'stale' }
    const { nonce } = locator.record
    const record = await verifyRequest(request, 'claim', drop.claim)
    return record === undefined ? { kind: 'wrong', nonce } : { kind: 'opener', nonce, record }
  }

  async #isFresh({ created, nonce }: SignatureRecord, subject: string, now: number): Promise<boolean> {
    if (Math.abs(now / 1_000 - created) <= CLOCK_WINDOW_SECONDS) return true
    return this.knows(nonce, subject, now)
  }
}
