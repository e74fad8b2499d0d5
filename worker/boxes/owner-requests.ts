import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import { readCard } from '#protocol/card.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_CREATED_SECONDS, MAX_INVITATIONS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { BurnResult, ShelfRpc } from '../drops/rpc.ts'
import { shelfOf } from '../drops/shelves.ts'
import { withNewCards } from './box.ts'
import type { KeptCard } from './card-rows.ts'
import type { BoxShardContext } from './shard-context.ts'
import type { BoxResult } from './rpc.ts'

// The requests of the owner of a box. The root key has been proved.

export async function answerPublish(
  context: BoxShardContext,
  request: SignedBoxRequest,
  jwss: readonly string[],
): Promise<BoxResult<'publish'>> {
  const read = await readCards(jwss, request.box)
  if (read === undefined) return { outcome: 'bad_request' }
  const { boxes, cards } = context
  const box = boxes.find(request.box)
  const isRepeated = read.serial === box.serial && cards.all(request.box).join() === jwsOf(read.cards).join()
  if (isRepeated) return { outcome: 'done' }
  if (read.serial <= box.serial) return { outcome: 'outdated' }
  const lastEpoch = read.cards.at(-1)?.epoch ?? 0
  context.transaction(() => {
    cards.replace(request.box, read.cards)
    boxes.save(withNewCards(box, read.serial, lastEpoch, Date.now()))
  })
  await context.armIfIdle(request.box)
  return { outcome: 'done' }
}

export async function answerDelete(
  context: BoxShardContext,
  { box }: SignedBoxRequest,
  ids: readonly DropId[],
): Promise<BoxResult<'delete'>> {
  const named = [...new Set(ids)]
  const burned = await burn(context, box, named)
  // Their end has been noted, whether or not the store has deleted them. An older answer may still be on its way.
  await Promise.all(burned.map(({ id }) => context.inTurn(box, id, async () => takeOffList(context, box, id))))
  await context.armIfIdle(box)
  const isDone = burned.length === named.length && burned.every(({ isErased }) => isErased)
  return isDone ? { outcome: 'deleted', deleted: named.length } : { outcome: 'try_later' }
}

export function answerReaders(
  { cards }: BoxShardContext,
  { box }: SignedBoxRequest,
  _none: null,
  now: number,
): BoxResult<'readers'> {
  const readers = cards.present(box, now)?.readers ?? []
  const keys = readers.map((reader) => cards.announced(box, reader))
  return { outcome: 'readers', keys: keys.filter((jws) => jws !== undefined) }
}

export async function answerInvite(
  context: BoxShardContext,
  { box }: SignedBoxRequest,
  invitation: InvitationState,
  now: number,
): Promise<BoxResult<'invite'>> {
  const { boxes, invitations } = context
  const { hash, items, bytes, expires } = invitation
  if (items === 0 && bytes === 0) invitations.end(box, hash, now)
  else if (!invitations.isKnown(box, hash)) {
    if (boxes.find(box).serial === 0) return { outcome: 'gone' }
    if (items === 0 || bytes === 0 || expires <= now / 1_000 || expires > MAX_CREATED_SECONDS)
      return { outcome: 'bad_request' }
    if (invitations.list(box, now).length >= MAX_INVITATIONS) return { outcome: 'box_full' }
    invitations.insert(box, invitation)
  }
  await context.armNext(now)
  return { outcome: 'invitations', invitations: invitations.list(box, now) }
}

export function answerInvitations(
  { invitations }: BoxShardContext,
  { box }: SignedBoxRequest,
  _none: null,
  now: number,
): BoxResult<'invitations'> {
  return { outcome: 'invitations', invitations: invitations.list(box, now) }
}

function takeOffList(context: BoxShardContext, box: BoxAddress, id: DropId): void {
  const item = context.items.find(box, id)
  if (item !== undefined) context.removeItem(item)
}

/** Asks each shelf once. @returns those whose end has been noted */
async function burn({ env }: BoxShardContext, box: BoxAddress, ids: readonly DropId[]): Promise<readonly BurnResult[]> {
  const byShelf = new Map<string | undefined, { shelf: DurableObjectStub<ShelfRpc>; own: DropId[] }>()
  for (const id of ids) {
    const shelf = await shelfOf(env, id)
    const { own } = byShelf.get(shelf.name) ?? { own: [] }
    byShelf.set(shelf.name, { shelf, own: [...own, id] })
  }
  const ends = await Promise.allSettled([...byShelf.values()].map(async ({ shelf, own }) => shelf.burnFor(own, box)))
  return ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []))
}

/**
 * All cards of a publication, by epoch; `undefined` unless each is a card of this box, all have one serial, and each has its own
 * epoch.
 */
async function readCards(
  jwss: readonly string[],
  box: BoxAddress,
): Promise<{ serial: number; cards: readonly KeptCard[] } | undefined> {
  try {
    const read = await Promise.all(jwss.map(async (jws) => ({ jws, ...(await readCard(jws, box)).card })))
    const [first] = read
    const isWhole = new Set(read.map(({ epoch }) => epoch)).size === read.length
    if (first === undefined || !isWhole || first.serial === 0) return undefined
    if (!read.every(({ serial }) => serial === first.serial)) return undefined
    const cards = read.map(({ jws, epoch, readers, terms }) => ({
      jws,
      epoch,
      readers: readers.map(({ key }) => key),
      terms,
    }))
    return { serial: first.serial, cards: cards.toSorted((a, b) => a.epoch - b.epoch) }
  } catch {
    return undefined
  }
}

function jwsOf(cards: readonly KeptCard[]): readonly string[] {
  return cards.map(({ jws }) => jws)
}
