import type { InvitationState } from '#protocol/box-api.ts'
import { readCard } from '#protocol/card.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_CREATED_SECONDS, MAX_INVITATIONS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { Burned, DeleteAnswer, DoneAnswer, InvitationsAnswer, ReadersAnswer } from '../answer.ts'
import type { Shelf } from '../drops/shelf.ts'
import { renew } from './box.ts'
import { shelfOf } from '../drops/shelves.ts'
import type { KeptCard } from './cards.ts'
import type { RackKeeper } from './keeper.ts'

/** What the owner of a box asks of its rack: who holds its root key. */
export class Owners {
  readonly #keeper: RackKeeper

  constructor(keeper: RackKeeper) {
    this.#keeper = keeper
  }

  /** Puts cards in place of all that the box had. A rack takes none back: the serial has to grow. */
  async publish(request: SignedBoxRequest, jwss: readonly string[]): Promise<DoneAnswer> {
    const refused = await this.#keeper.refuse(request, 'root', Date.now())
    if (refused !== undefined) return refused
    const read = await readCards(jwss, request.box)
    if (read === undefined) return { outcome: 'bad_request' }
    const { boxes, cards } = this.#keeper
    const box = boxes.find(request.box)
    const isRepeated = read.serial === box.serial && cards.all(request.box).join() === jwsOf(read.cards).join()
    if (isRepeated) return { outcome: 'done' }
    if (read.serial <= box.serial) return { outcome: 'outdated' }
    const lastEpoch = read.cards.at(-1)?.epoch ?? 0
    this.#keeper.atOnce(() => {
      cards.replace(request.box, read.cards)
      boxes.save(renew(box, read.serial, lastEpoch, Date.now()))
    })
    await this.#keeper.armIfIdle(request.box)
    return { outcome: 'done' }
  }

  /** Burns drops, and takes them off the list. One that is not there is deleted already. */
  async delete(request: SignedBoxRequest, ids: readonly DropId[]): Promise<DeleteAnswer> {
    const refused = await this.#keeper.refuse(request, 'root', Date.now())
    if (refused !== undefined) return refused
    const named = [...new Set(ids)]
    const burned = await this.#burn(request.box, named)
    // Their end has been noted, whether or not the store has deleted them. An answer of before that may still be on its way.
    await Promise.all(
      burned.map(({ id }) => this.#keeper.inTurn(request.box, id, async () => this.#takeOff(request.box, id))),
    )
    await this.#keeper.armIfIdle(request.box)
    const isDone = burned.length === named.length && burned.every(({ isErased }) => isErased)
    return isDone ? { outcome: 'deleted', deleted: named.length } : { outcome: 'try_later' }
  }

  /** What the readers on the present card have announced. */
  async readers(request: SignedBoxRequest): Promise<ReadersAnswer> {
    const now = Date.now()
    const refused = await this.#keeper.refuse(request, 'root', now)
    if (refused !== undefined) return refused
    const { cards } = this.#keeper
    const readers = cards.present(request.box, now)?.readers ?? []
    const keys = readers.map((reader) => cards.announced(request.box, reader))
    return { outcome: 'readers', keys: keys.filter((jws) => jws !== undefined) }
  }

  /** Makes an invitation, or ends one. One that is there stays as it is: the request was sent again. */
  async invite(request: SignedBoxRequest, invitation: InvitationState): Promise<InvitationsAnswer> {
    const now = Date.now()
    const refused = await this.#keeper.refuse(request, 'root', now)
    if (refused !== undefined) return refused
    const { boxes, invitations } = this.#keeper
    const { hash, items, bytes, expires } = invitation
    if (items === 0 && bytes === 0) invitations.end(request.box, hash, now)
    else if (!invitations.isKnown(request.box, hash)) {
      if (boxes.find(request.box).serial === 0) return { outcome: 'gone' }
      if (items === 0 || bytes === 0 || expires <= now / 1_000 || expires > MAX_CREATED_SECONDS)
        return { outcome: 'bad_request' }
      if (invitations.list(request.box, now).length >= MAX_INVITATIONS) return { outcome: 'box_full' }
      invitations.insert(request.box, invitation)
    }
    await this.#keeper.armNext(now)
    return { outcome: 'invitations', invitations: invitations.list(request.box, now) }
  }

  async invitations(request: SignedBoxRequest): Promise<InvitationsAnswer> {
    const now = Date.now()
    const refused = await this.#keeper.refuse(request, 'root', now)
    return refused ?? { outcome: 'invitations', invitations: this.#keeper.invitations.list(request.box, now) }
  }

  #takeOff(box: BoxAddress, id: DropId): void {
    const item = this.#keeper.items.find(box, id)
    if (item !== undefined) this.#keeper.removeItem(item)
  }

  /** Asks each shelf once. @returns those whose end has been noted */
  async #burn(box: BoxAddress, ids: readonly DropId[]): Promise<readonly Burned[]> {
    const byShelf = new Map<string | undefined, { shelf: DurableObjectStub<Shelf>; own: DropId[] }>()
    for (const id of ids) {
      const shelf = await shelfOf(this.#keeper.env, id)
      const { own } = byShelf.get(shelf.name) ?? { own: [] }
      byShelf.set(shelf.name, { shelf, own: [...own, id] })
    }
    const ends = await Promise.allSettled([...byShelf.values()].map(async ({ shelf, own }) => shelf.burnFor(own, box)))
    return ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : []))
  }
}

/** All of a publication, by epoch; `undefined` unless each is a card of this box, of one serial and its own epoch. */
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
