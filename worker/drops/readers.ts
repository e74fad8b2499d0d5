import type { SignatureRecord } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { Holder } from '../auth/notary.ts'
import type { Refusal, Result } from '../refusal.ts'
import * as life from './drop.ts'
import type { LinkDrop } from './drop.ts'
import { describe, type Keeper } from './keeper.ts'
import type { DropRequests, DropResult, StatusResult } from './rpc.ts'

// The requests of readers, and of strangers: each finds out first how much is proved.

/** What the holder of an id may know; more to who proves the link, and to who could open the drop. */
export async function showStatus(
  keeper: Keeper,
  id: DropId,
  request: SignedRequest | undefined,
): Promise<Result<StatusResult>> {
  const now = Date.now()
  const drop = keeper.findForLink(id, now)
  if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
  const met: Meeting = request === undefined ? { drop } : await meet(keeper, drop, request, request.authority, now)
  if ('outcome' in met) return met
  const { drop: present, holder } = met
  const state = life.stateOf(present)
  if (state !== 'ready' && state !== 'claimed' && state !== 'read') return { outcome: 'gone' }
  if (holder === undefined && state === 'read') return { outcome: 'gone' }
  const { authority } = present
  const known = holder === undefined ? {} : { state, ...(authority === undefined ? {} : { authority }) }
  const claims = holder?.kind === 'opener' && life.showsClaims(present) ? { claims: present.claims } : {}
  const nonce = await keeper.notary.issue(id, now)
  return { outcome: 'status', status: { ...describe(present), ...known, ...claims }, nonce }
}

/** Binds a read to the reader key of a request that proves link and passphrase. */
export async function claim(keeper: Keeper, request: SignedRequest, reader: PublicKey): Promise<DropResult<'claim'>> {
  const now = Date.now()
  const drop = keeper.findForLink(request.dropId, now)
  if (drop === undefined || drop.phase === 'uploading') return { outcome: 'gone' }
  const met = await meet(keeper, drop, request, keptAuthority(drop, request), now)
  if ('outcome' in met) return met
  const { drop: present, holder } = met
  if (holder?.kind !== 'opener') return keeper.refuse(present, now)
  const claimed = life.claim(present, reader, holder.record)
  if (claimed.outcome === 'dismissed') return { outcome: 'dismissed' }
  const { claims, authority } = present
  if (claimed.outcome === 'claimed') return { outcome: 'claimed', claims, authority }
  if (claimed.outcome === 'gone')
    return life.showsClaims(present) ? { outcome: 'gone', claims, authority } : { outcome: 'gone' }
  if (claimed.drop !== present) keeper.rows.update(claimed.drop)
  return keeper.grant(claimed.drop, 0)
}

/** Lets a reader read what it has claimed, until it acknowledges. */
export async function readPart(
  keeper: Keeper,
  request: SignedRequest,
  { reader, n }: DropRequests['part']['input'],
): Promise<DropResult<'part'>> {
  const now = Date.now()
  const drop = keeper.findForLink(request.dropId, now)
  if (drop === undefined || !life.mayRead(drop, reader)) return { outcome: 'gone' }
  const judged = await keeper.notary.judge(request, 'reader', reader, now)
  const present = keeper.findForLink(request.dropId, now)
  if (present === undefined || !life.mayRead(present, reader)) return { outcome: 'gone' }
  return judged?.isFresh === true ? keeper.grant(present, n) : keeper.refuse(present, now)
}

/** Keeps the reader's word that it has opened everything, and burns the drop with the last one. */
export async function acknowledge(
  keeper: Keeper,
  request: SignedRequest,
  { reader, opened }: DropRequests['ack']['input'],
): Promise<DropResult<'ack'>> {
  const now = Date.now()
  const drop = keeper.findForLink(request.dropId, now)
  // Who has claimed has proved the passphrase. Nobody else is told whether this claim key is the right one: a guess at
  // it would not be counted here.
  if (drop === undefined || !life.hasClaimed(drop, reader)) return { outcome: 'gone' }
  const authority = keptAuthority(drop, request)
  const judged = await judgeBoth(keeper, drop, { ...request, authority }, reader, now)
  const isElsewhere =
    judged === undefined && authority !== request.authority && (await judgeBoth(keeper, drop, request, reader, now))
  if (judged?.isFresh === true && !life.hasEnded(drop)) await keeper.armEnd()
  const present = keeper.findForLink(request.dropId, now)
  if (present === undefined) return { outcome: 'gone' }
  if (judged === undefined && !isElsewhere) return keeper.refuse(present, now)
  // It counts after the end too: the sender has to learn that it came too late.
  if (judged?.isFresh !== true) return keeper.offer(present, now, elsewhere(request, authority))
  const noted = life.acknowledge(present, reader, { opened, claim: judged.claim, reader: judged.read })
  if (noted === undefined) return { outcome: 'gone' }
  keeper.note(present, noted)
  if (!life.hasEnded(noted)) return { outcome: 'acknowledged', burned: false }
  // Nobody is given it any more; but nobody is told that it is deleted before it is.
  return (await keeper.burn(noted, present)) ? { outcome: 'acknowledged', burned: true } : { outcome: 'try_later' }
}

/** The two signatures of an acknowledgement, if both are right. */
async function judgeBoth(
  keeper: Keeper,
  drop: LinkDrop,
  request: SignedRequest,
  reader: PublicKey,
  now: number,
): Promise<{ claim: SignatureRecord; read: SignatureRecord; isFresh: boolean } | undefined> {
  const byClaim = await keeper.notary.judge(request, 'claim', drop.claim, now)
  const byReader = await keeper.notary.judge(request, 'reader', reader, now)
  if (byClaim === undefined || byReader === undefined) return undefined
  return { claim: byClaim.record, read: byReader.record, isFresh: byClaim.isFresh && byReader.isFresh }
}

/**
 * Who asks, and the row as it is after the wait. Refuses who holds nothing, and counts a wrong passphrase.
 * A nonce is good for one guess: once it is spent, whatever comes under it gets the answer of that guess again. So a
 * guess whose answer was lost counts once, and a guesser who reuses a nonce learns nothing.
 */
async function meet(
  keeper: Keeper,
  drop: LinkDrop,
  request: SignedRequest,
  authority: string,
  now: number,
): Promise<Meeting> {
  const holder = await keeper.notary.holder(drop, request, authority, now)
  const present = keeper.findForLink(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  if (holder === undefined) return keeper.refuse(present, now)
  // Ten wrong ones: from now on nobody learns here whether another one is right.
  if (life.triesLeft(present) <= 0) return { outcome: 'gone' }
  // To who holds a link a drop that was revoked is like one that never was, whenever they sign.
  if (holder.kind === 'late')
    return life.showsClaims(present) ? keeper.offer(present, now, elsewhere(request, authority)) : { outcome: 'gone' }
  if (holder.kind === 'locator') return { drop: present, holder }
  const isSpent = present.tries.includes(holder.nonce)
  return holder.kind === 'wrong' || isSpent ? countTry(keeper, present, holder.nonce, now) : { drop: present, holder }
}

async function countTry(keeper: Keeper, drop: LinkDrop, nonce: string, now: number): Promise<Refusal> {
  const isEnd = life.hasEnded(life.countTry(drop, nonce))
  if (isEnd && !life.hasEnded(drop)) await keeper.armEnd()
  const present = keeper.findForLink(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  const counted = life.countTry(present, nonce)
  keeper.note(present, counted)
  if (life.hasEnded(present)) return { outcome: 'gone' }
  if (life.hasEnded(counted)) await keeper.burn(counted, present)
  return { outcome: 'wrong_passphrase', triesLeft: life.triesLeft(counted) }
}

/**
 * What has to be signed as `@authority` where the signature is kept: the name of the server in the link, which the sender checks it
 * by, whatever name the request came by. docs/decisions/0028-receipts-name-the-server-of-the-link.md.
 */
function keptAuthority(drop: LinkDrop, request: SignedRequest): string {
  return drop.authority ?? request.authority
}

function elsewhere(request: SignedRequest, authority: string): string | undefined {
  return authority === request.authority ? undefined : authority
}

/** A drop, and what whoever asks holds of it: `undefined` for who has not said. */
type Meeting = { readonly drop: LinkDrop; readonly holder?: Exclude<Holder, { kind: 'late' | 'wrong' }> } | Refusal
