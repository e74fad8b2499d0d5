import { formatAckBody, type Acknowledged, type Receipt, type Status } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import { isPossible } from '#protocol/extent.ts'
import { isClaimProved } from '#protocol/receipt.ts'
import type { SigningKey } from './crypto/keys.ts'
import { byClaim, makeDownload, type ReceiveOptions } from './download.ts'
import type { Location, Opener } from './link.ts'
import type { OpenDropOptions, Opened } from './open.ts'
import { aboutForm, jsonForm, type Form } from './answers.ts'
import { isCount, parseAuthority, parseCreated, parseReceipts, Refused } from './refused.ts'
import { ask, offeredNonce, type Server } from './server.ts'
import type { Parts, Staging } from './staging.ts'

/** A drop that waits for its link, before anything is consumed. */
export interface Waiting extends Required<Status> {
  /** To claim with, in one round trip whatever the clocks say. */
  readonly nonce: string | undefined
}

/**
 * Asks what waits. Consumes nothing.
 * @param place - an Opener asks for the earlier claims as well. Only one that is known to be right: a wrong one counts.
 * @throws Refused `gone`, DropError `offline`
 */
export async function look(server: Server, place: Location | Opener): Promise<Waiting> {
  const { dropId, locator } = place
  const signers = 'claim' in place ? { locator, claim: place.claim } : { locator }
  return ask(server, { name: 'status', dropId, signers }, waitingForm(server, dropId))
}

function waitingForm({ origin }: Server, dropId: DropId): Form<Waiting> {
  return aboutForm({ drop: dropId }, async (body, answer) => {
    const { state, largest } = body
    const authority = parseAuthority(body['authority']) ?? new URL(origin).host
    const created = parseCreated(body)
    // A reader whose passphrase is not known to be right is told of no claims.
    const claims = parseReceipts(body['claims'] ?? [])
    // Nobody is made to ask for millions of parts with nothing in them.
    if (created === undefined || !isPossible(created) || !isCount(largest) || claims === undefined) return undefined
    if (state !== 'ready' && state !== 'claimed' && state !== 'read') return undefined
    const nonce = await offeredNonce(answer.field('Accept-Signature') ?? '')
    return { ...created, largest, state, authority, claims, nonce }
  })
}

const ACKNOWLEDGED: Form<Acknowledged> = jsonForm(({ burned }) =>
  typeof burned === 'boolean' ? { burned } : undefined,
)

/**
 * The ciphertext of a drop, part by part, as it comes in. The first part claims a read for the reader key. The caller has
 * stored that key before: the same key may go on after whatever went wrong, with the same staging, until it acknowledges.
 *
 * Once the first part is staged nothing is claimed, and so no wrong passphrase is told: a caller with a newly
 * typed passphrase looks with the opener first.
 * @returns at once; each part rejects with Refused `gone`, `claimed`, `dismissed`, `wrong_passphrase`; DropError `offline`,
 * `try_later`, `bad_answer`, `stopped`; or what the staging throws
 */
export function receiveParts(
  server: Server,
  opener: Opener,
  reader: SigningKey,
  waiting: Pick<Waiting, 'size' | 'parts' | 'nonce'>,
  staging: Staging,
  options: ReceiveOptions = {},
): Parts {
  const { size, parts, nonce } = waiting
  return makeDownload(server, byClaim(opener, reader, nonce), { dropId: opener.dropId, size, parts }, staging, options)
}

/**
 * Opens a drop: verifies all of it in one pass, in which the sink gets the files, and then gives out what it holds.
 * @throws DropError `open_failed` for whatever is wrong with it, `stopped`; what the parts and the sink throw
 */
export async function openDrop(parts: Parts, opener: Opener, options: OpenDropOptions = {}): Promise<Opened> {
  // Loaded only here: a look at a link need not wait for the ciphers.
  return (await import('./open.ts')).openParts(parts, [opener.identity], options)
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
  return (await ask(server, call, ACKNOWLEDGED)).burned
}

/** Claims that a server has shown, and the name of the server that it says they are signed for. */
export interface ShownClaims {
  readonly claims: readonly Receipt[]
  readonly authority?: string | undefined
}

/** The earlier claims that prove themselves: what the operator cannot have made up. docs/protocol.md §8. */
export async function provedClaims(server: Server, opener: Opener, shown: ShownClaims): Promise<Receipt[]> {
  const { claims, authority = new URL(server.origin).host } = shown
  const context = { authority, dropId: opener.dropId, claim: opener.claim.publicKey }
  const proved = await Promise.all(claims.map((receipt) => isClaimProved(receipt, context)))
  return claims.filter((_, index) => proved[index])
}

/** The claims that came with a refusal. */
export function claimsOf(error: unknown): ShownClaims {
  return error instanceof Refused ? error : { claims: [] }
}
