import type { SignatureRecord } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { Holder } from '../auth/signature-verifier.ts'
import type { Refusal, RpcResult } from '../refusal.ts'
import * as life from './drop.ts'
import type { LinkDrop } from './drop.ts'
import { createdOf, type DropShardContext } from './shard-context.ts'
import type { DropRequests, DropResult, StatusResult } from './rpc.ts'

// The requests of readers and strangers. Each finds out first how much is proved.

/** Answers the holder of an id; tells more to the holder of the link, and to those who can open the drop. */
export async function answerStatus(
  context: DropShardContext,
  id: DropId,
  request: SignedRequest | undefined,
): Promise<RpcResult<StatusResult>> {
  const now = Date.now()
  const drop = context.findForLink(id, now)
  if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
  const identified: Identified =
    request === undefined ? { drop } : await identify(context, drop, request, request.authority, now)
  if ('outcome' in identified) return identified
  const { drop: present, holder } = identified
  const state = life.stateOf(present)
  if (state !== 'ready' && state !== 'claimed' && state !== 'read') return { outcome: 'gone' }
  if (holder === undefined && state === 'read') return { outcome: 'gone' }
  const { authority } = present
  const known = holder === undefined ? {} : { state, ...(authority === undefined ? {} : { authority }) }
  const claims = holder?.kind === 'opener' && life.showsClaims(present) ? { claims: present.claims } : {}
  const nonce = await context.verifier.issue(id, now)
  return { outcome: 'status', status: { ...createdOf(present), ...known, ...claims }, nonce }
}

/** Binds a read to the reader key of a request that proves link and passphrase. */
export async function answerClaim(
  context: DropShardContext,
  request: SignedRequest,
  reader: PublicKey,
): Promise<DropResult<'claim'>> {
  const now = Date.now()
  const drop = context.findForLink(request.dropId, now)
  if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
  const identified = await identify(context, drop, request, keptAuthority(drop, request), now)
  if ('outcome' in identified) return identified
  const { drop: present, holder } = identified
  if (holder?.kind !== 'opener') return context.refuse(present, now)
  const claimed = life.claim(present, reader, holder.record)
  if (claimed.outcome === 'dismissed') return { outcome: 'dismissed' }
  const { claims, authority } = present
  if (claimed.outcome === 'claimed') return { outcome: 'claimed', claims, authority }
  if (claimed.outcome === 'gone')
    return life.showsClaims(present) ? { outcome: 'gone', claims, authority } : { outcome: 'gone' }
  if (claimed.drop !== present) context.rows.update(claimed.drop)
  return context.grant(claimed.drop, 0)
}

/** Gives a reader a part of a drop that it has claimed, until it acknowledges. */
export async function answerPart(
  context: DropShardContext,
  request: SignedRequest,
  { reader, n }: DropRequests['part']['input'],
): Promise<DropResult<'part'>> {
  const now = Date.now()
  const drop = context.findForLink(request.dropId, now)
  if (drop === undefined || !life.mayRead(drop, reader)) return { outcome: 'gone' }
  const verified = await context.verifier.verify(request, 'reader', reader, now)
  const present = context.findForLink(request.dropId, now)
  if (present === undefined || !life.mayRead(present, reader)) return { outcome: 'gone' }
  return verified?.isFresh === true ? context.grant(present, n) : context.refuse(present, now)
}

/** Records that the reader has opened everything, and burns the drop with the last reader. */
export async function answerAck(
  context: DropShardContext,
  request: SignedRequest,
  { reader, opened }: DropRequests['ack']['input'],
): Promise<DropResult<'ack'>> {
  const now = Date.now()
  const drop = context.findForLink(request.dropId, now)
  // A claim is a proof of the passphrase. Nobody else is told whether this claim key is right: a guess at it would not be
  // counted here.
  if (drop === undefined || !life.hasClaimed(drop, reader)) return { outcome: 'gone' }
  const authority = keptAuthority(drop, request)
  const verified = await verifyBoth(context, drop, { ...request, authority }, reader, now)
  const isElsewhere =
    verified === undefined && authority !== request.authority && (await verifyBoth(context, drop, request, reader, now))
  if (verified?.isFresh === true && !life.hasEnded(drop)) await context.armEnd()
  const present = context.findForLink(request.dropId, now)
  if (present === undefined) return { outcome: 'gone' }
  if (verified === undefined && !isElsewhere) return context.refuse(present, now)
  // It counts after the end too: the sender has to learn that it came too late.
  if (verified?.isFresh !== true) return context.offer(present, now, elsewhere(request, authority))
  const noted = life.acknowledge(present, reader, { opened, claim: verified.claim, reader: verified.read })
  if (noted === undefined) return { outcome: 'gone' }
  context.note(present, noted)
  if (!life.hasEnded(noted)) return { outcome: 'acknowledged', burned: false }
  // Nobody gets it any more; but a deletion is not announced before it is done.
  return (await context.burn(noted, present)) ? { outcome: 'acknowledged', burned: true } : { outcome: 'try_later' }
}

/** The two signatures of an acknowledgement, if both are right. */
async function verifyBoth(
  context: DropShardContext,
  drop: LinkDrop,
  request: SignedRequest,
  reader: PublicKey,
  now: number,
): Promise<{ claim: SignatureRecord; read: SignatureRecord; isFresh: boolean } | undefined> {
  const byClaim = await context.verifier.verify(request, 'claim', drop.claim, now)
  const byReader = await context.verifier.verify(request, 'reader', reader, now)
  if (byClaim === undefined || byReader === undefined) return undefined
  return { claim: byClaim.record, read: byReader.record, isFresh: byClaim.isFresh && byReader.isFresh }
}

/**
 * Finds out what a request proves, and the row as it is after the wait. Refuses a request that proves nothing, and counts a wrong
 * passphrase. A nonce is good for one guess: once it is spent, every request with it gets the answer of that guess again. So a
 * guess whose answer was lost counts once, and a guesser who reuses a nonce learns nothing.
 */
async function identify(
  context: DropShardContext,
  drop: LinkDrop,
  request: SignedRequest,
  authority: string,
  now: number,
): Promise<Identified> {
  const holder = await context.verifier.holder(drop, request, authority, now)
  const present = context.findForLink(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  if (holder === undefined) return context.refuse(present, now)
  // No tries are left: from now on nobody learns here whether a passphrase is right.
  if (life.triesLeft(present) <= 0) return { outcome: 'gone' }
  // For the holder of a link a revoked drop looks like one that never was, whenever they sign.
  if (holder.kind === 'stale')
    return life.showsClaims(present) ? context.offer(present, now, elsewhere(request, authority)) : { outcome: 'gone' }
  if (holder.kind === 'locator') return { drop: present, holder }
  const isSpent = present.tries.includes(holder.nonce)
  return holder.kind === 'wrong' || isSpent ? countTry(context, present, holder.nonce, now) : { drop: present, holder }
}

async function countTry(context: DropShardContext, drop: LinkDrop, nonce: string, now: number): Promise<Refusal> {
  const isEnd = life.hasEnded(life.countTry(drop, nonce))
  if (isEnd && !life.hasEnded(drop)) await context.armEnd()
  const present = context.findForLink(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  const counted = life.countTry(present, nonce)
  context.note(present, counted)
  if (life.hasEnded(present)) return { outcome: 'gone' }
  if (life.hasEnded(counted)) await context.burn(counted, present)
  return { outcome: 'wrong_passphrase', triesLeft: life.triesLeft(counted) }
}

/**
 * The authority that has to be signed where the signature is kept: the server's name in the link, by which the sender checks it,
 * whatever name the request came by. docs/decisions/0028-receipts-name-the-server-of-the-link.md.
 */
function keptAuthority(drop: LinkDrop, request: SignedRequest): string {
  return drop.authority ?? request.authority
}

function elsewhere(request: SignedRequest, authority: string): string | undefined {
  return authority === request.authority ? undefined : authority
}

/** A drop, and the proof of the request; `undefined` for an unsigned one. */
type Identified = { readonly drop: LinkDrop; readonly holder?: Exclude<Holder, { kind: 'stale' | 'wrong' }> } | Refusal
