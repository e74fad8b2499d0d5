import { formatAckBody, formatReaderBody, type Receipt, type Status } from '#protocol/api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { isClaimProved } from '#protocol/receipt.ts'
import { unpackMessage, type Message } from './archive.ts'
import { openEnvelope } from './crypto/envelope.ts'
import type { SigningKey } from './crypto/keys.ts'
import type { Location, Opener } from './link.ts'
import { parseCreated, parseJson, parseReceipts, Refused } from './refused.ts'
import { ask, offeredNonce, type Progress, type Server } from './server.ts'

/** What waits for a link, before anything is consumed. */
export interface Waiting extends Required<Status> {
  /** To claim with, in one round trip whatever the clocks say. */
  readonly nonce: string | undefined
}

/** An opened message, and what the reader acknowledges with. */
export interface Opened extends Message {
  /** SHA-256 of the token, base64url. */
  readonly opened: string
}

/**
 * Asks what waits. Consumes nothing.
 * @param place - an Opener asks for the earlier claims as well. Only one that is known to be right: a wrong one counts.
 * @throws Refused `gone`, DropError `offline`
 */
export async function look(server: Server, place: Location | Opener): Promise<Waiting> {
  const { dropId, locator } = place
  const signers = 'claim' in place ? { locator, claim: place.claim } : { locator }
  const answer = await ask(server, { name: 'status', dropId, signers })
  const body = parseJson(answer) ?? {}
  const { state, claims } = body
  const created = parseCreated(body)
  if (created === undefined) throw new DropError('bad_answer')
  if (state !== 'ready' && state !== 'claimed' && state !== 'read') throw new DropError('bad_answer')
  return { ...created, state, claims: parseReceipts(claims) ?? [], nonce: offeredNonce(answer) }
}

/**
 * Claims a read for a reader key and fetches the ciphertext. The caller has stored the reader key before: the same key
 * may claim again after whatever went wrong, until it acknowledges.
 * @throws Refused `gone`, `claimed`, `dismissed`, `wrong_passphrase`; DropError `offline`
 */
export async function claim(
  server: Server,
  opener: Opener,
  reader: SigningKey,
  nonce?: string,
  onProgress?: (progress: Progress) => void,
): Promise<Bytes> {
  const { dropId, locator, claim: key } = opener
  const body = formatReaderBody(reader.publicKey)
  const answer = await ask(server, { name: 'claim', dropId, body, signers: { locator, claim: key }, nonce, onProgress })
  return answer.body
}

/** Opens ciphertext. @throws DropError `open_failed`, whatever the cause */
export async function open(ciphertext: Bytes, opener: Opener): Promise<Opened> {
  const archive = await openEnvelope(ciphertext, opener.identity)
  try {
    const { token, ...message } = await unpackMessage(archive)
    return { ...message, opened: toBase64url(await sha256(token)) }
  } catch (cause) {
    throw new DropError('open_failed', { cause })
  }
}

/** Tells the server, and through it the sender, that everything has been opened. @returns whether it was the last read */
export async function acknowledge(
  server: Server,
  opener: Opener,
  reader: SigningKey,
  opened: string,
): Promise<boolean> {
  const { dropId, claim: key } = opener
  const signers = { claim: key, reader }
  const call = { name: 'ack', dropId, reader: reader.publicKey, body: formatAckBody(opened), signers } as const
  const burned = parseJson(await ask(server, call))?.['burned']
  if (typeof burned !== 'boolean') throw new DropError('bad_answer')
  return burned
}

/** The earlier claims that prove themselves: what the operator cannot have made up. docs/protocol.md §8. */
export async function provedClaims(server: Server, opener: Opener, claims: readonly Receipt[]): Promise<Receipt[]> {
  const { host: authority } = new URL(server.origin)
  const context = { authority, dropId: opener.dropId, claim: opener.claim.publicKey }
  const proved = await Promise.all(claims.map((receipt) => isClaimProved(receipt, context)))
  return claims.filter((_, index) => proved[index])
}

/** The claims that came with a refusal. */
export function claimsOf(error: unknown): readonly Receipt[] {
  return error instanceof Refused ? error.claims : []
}
