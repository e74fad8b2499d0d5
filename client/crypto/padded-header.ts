import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { ageIdentityFromSeed, ageRecipient, newHeader } from './envelope.ts'
import { randomBytes, type Random } from './random.ts'

/** How many stanzas a header for so many readers has: 1, 2, 4 or 8. docs/protocol.md §3.1. */
export function stanzasFor(recipients: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, recipients)))
}

/**
 * A header for the readers of a box, and the fresh file key that it wraps. An observer learns how many readers there are up
 * to the next power of two, and not which stanza is whose. docs/protocol.md §3.1.
 * @throws Error for a recipient that is none, or whose key is not sound
 */
export async function newPaddedHeader(
  recipients: readonly string[],
  random: Random = randomBytes,
): Promise<{ header: Bytes; fileKey: Bytes }> {
  const missing = recipients.length === 0 ? 0 : stanzasFor(recipients.length) - recipients.length
  const nobody = await Promise.all(Array.from({ length: missing }, () => newNobody(random)))
  return newHeader(shuffle([...recipients, ...nobody], random))
}

/** A recipient whose identity is forgotten at once. */
function newNobody(random: Random): Promise<string> {
  return ageRecipient(ageIdentityFromSeed(random(32)))
}

/** Sorted by lots that cannot be equal: each order is as likely as any other. */
function shuffle(recipients: readonly string[], random: Random): string[] {
  const drawn = recipients.map((recipient) => ({ recipient, lot: toBase64url(random(32)) }))
  return drawn.toSorted((a, b) => (a.lot < b.lot ? -1 : 1)).map(({ recipient }) => recipient)
}
