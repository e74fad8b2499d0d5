import { boxAddressBytes, type BoxAddress } from './address.ts'
import { toBase64 } from './bytes.ts'
import { publicKeyBytes, type PublicKey } from './public-key.ts'

/** The terms of a drop for a link, set by its sender. docs/protocol.md §6.1. */
export interface DropTerms {
  /** Life of the drop from its creation, in seconds. */
  readonly ttlSeconds: number
  /** Number of readers that may open it. */
  readonly reads: number
  /** Proves possession of the link. */
  readonly locator: PublicKey
  /** Proves possession of the link and of the passphrase, if there is one. */
  readonly claim: PublicKey
  /** The sender key, which looks at, revokes or reopens the drop. */
  readonly sender: PublicKey
}

/** The terms of a drop for a box, set by its sender. docs/protocol.md §13.5. */
export interface BoxTerms {
  /** Life of the drop, in seconds; the server rounds its end up to the end of that day, UTC. */
  readonly ttlSeconds: number
  readonly box: BoxAddress
  readonly sender: PublicKey
}

/** The `Drop-Terms` field of a drop that goes into a box. */
export function formatBoxTerms({ ttlSeconds, box, sender }: BoxTerms): string {
  return `ttl=${ttlSeconds}, box=:${toBase64(boxAddressBytes(box))}:, sender=:${toBase64(publicKeyBytes(sender))}:`
}

/** The `Drop-Terms` field: a structured-field dictionary (RFC 9651 §3.2). */
export function formatTerms(terms: DropTerms): string {
  const key = (value: PublicKey): string => `:${toBase64(publicKeyBytes(value))}:`
  const { ttlSeconds, reads, locator, claim, sender } = terms
  return `ttl=${ttlSeconds}, reads=${reads}, locator=${key(locator)}, claim=${key(claim)}, sender=${key(sender)}`
}
