import type { Role } from '#protocol/api.ts'
import { CLOCK_WINDOW_SECONDS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import {
  signatureLabels,
  verifyRequest,
  type Proof,
  type SignedBoxRequest,
  type SignedRequest,
} from '#protocol/signature.ts'
import type { LinkDrop } from './drop.ts'
import { Nonces } from './nonce.ts'

/** What a request proves about whoever sent it. The nonce is that of the locator's signature. */
export type Holder =
  /** Holds the link. */
  | { readonly kind: 'locator' }
  /** Holds the link and tried a wrong passphrase. */
  | { readonly kind: 'wrong'; readonly nonce: string }
  /** Holds the link and the passphrase, or a link that needs none. */
  | { readonly kind: 'opener'; readonly nonce: string; readonly proof: Proof }

export interface Judged {
  readonly proof: Proof
  readonly isFresh: boolean
}

/** Judges signatures: whether they verify, and whether they are fresh. */
export class Notary {
  readonly #nonces = new Nonces()

  /** @param subject - the drop, or the box, that the nonce is good for. */
  issue(subject: string, now: number): Promise<string> {
    return this.#nonces.issue(subject, now)
  }

  /**
   * A fresh signature of this role by this key. Fresh: our own nonce, or the signer's clock agrees with ours.
   * What a replay could change is remembered where it would change it, on the drop's row; see `drop.ts`.
   */
  async prove(request: SignedRequest, role: Role, key: PublicKey, now: number): Promise<Proof | undefined> {
    const judged = await this.judge(request, role, key, now)
    return judged?.isFresh === true ? judged.proof : undefined
  }

  /** A signature of this role by this key, and whether it is fresh. */
  async judge(
    request: SignedRequest | SignedBoxRequest,
    role: Role,
    key: PublicKey,
    now: number,
  ): Promise<Judged | undefined> {
    const proof = await verifyRequest(request, role, key)
    const subject = 'box' in request ? request.box : request.dropId
    return proof && { proof, isFresh: await this.#isFresh(proof, subject, now) }
  }

  /**
   * Judges the signatures of locator and claim. A wrong claim counts only behind a right locator: without the link
   * nobody can use up the tries. `undefined` for who proves nothing.
   */
  async holder(drop: LinkDrop, request: SignedRequest, now: number): Promise<Holder | undefined> {
    const locator = await this.prove(request, 'locator', drop.locator, now)
    if (locator === undefined) return undefined
    if (signatureLabels(request.signatureInput)?.includes('claim') !== true) return { kind: 'locator' }
    const { nonce } = locator
    const proof = await verifyRequest(request, 'claim', drop.claim)
    if (proof === undefined) return { kind: 'wrong', nonce }
    return (await this.#isFresh(proof, drop.id, now)) ? { kind: 'opener', nonce, proof } : undefined
  }

  async #isFresh(proof: Proof, subject: string, now: number): Promise<boolean> {
    if (Math.abs(now / 1_000 - proof.created) <= CLOCK_WINDOW_SECONDS) return true
    return this.#nonces.knows(proof.nonce, subject, now)
  }
}
