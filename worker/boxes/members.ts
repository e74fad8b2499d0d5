import type { BoxAddress } from '#protocol/address.ts'
import type { Item, ItemsQuery } from '#protocol/box-api.ts'
import { READER_KEYS_TYPE, readSigned } from '#protocol/card.ts'
import { MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { AllowAnswer, CardOf, DoneAnswer, ListAnswer } from '../answer.ts'
import { holding, type BoxItem } from './box.ts'
import type { RackKeeper } from './keeper.ts'

/** What those who read a box ask of its rack, and who writes to it. */
export class Members {
  readonly #keeper: RackKeeper

  constructor(keeper: RackKeeper) {
    this.#keeper = keeper
  }

  /** The card that a sender seals with: everybody may have it. */
  card(box: BoxAddress): CardOf {
    const card = this.#keeper.cards.presentJws(box, Date.now())
    return card === undefined ? { outcome: 'gone' } : { outcome: 'card', card }
  }

  /** One page of the list. */
  async list(request: SignedBoxRequest, query: ItemsQuery): Promise<ListAnswer> {
    const now = Date.now()
    const refused = await this.#keeper.refuse(request, 'member', now)
    if (refused !== undefined) return refused
    const { boxes, items } = this.#keeper
    const found = items.list(request.box, { ...query, most: query.most + 1 }, now)
    const held = holding(boxes.find(request.box), items.late(request.box, now))
    const listing = {
      items: found.slice(0, query.most).map(describe),
      more: found.length > query.most,
      count: held.items,
      bytes: held.bytes,
    }
    return { outcome: 'listed', listing }
  }

  /** Whether a reader may collect from a box: what lies there its shelf knows. */
  async allow(request: SignedBoxRequest): Promise<AllowAnswer> {
    return (await this.#keeper.refuse(request, 'member', Date.now())) ?? { outcome: 'allowed' }
  }

  /**
   * Keeps what a reader announces for coming epochs, until it announces something else.
   * @param jws - the reader's signed keys. What is in them is between readers and owner.
   */
  async announce(request: SignedBoxRequest, jws: string): Promise<DoneAnswer> {
    const now = Date.now()
    const refused = await this.#keeper.refuse(request, 'member', now)
    if (refused !== undefined) return refused
    if (!(await isSignedBy(jws, request.boxReader))) return { outcome: 'bad_request' }
    const { cards } = this.#keeper
    // Nobody can be on the list of a box that has none.
    if (cards.present(request.box, now) === undefined) return { outcome: 'gone' }
    if (cards.announced(request.box, request.boxReader) !== jws) cards.announce(request.box, request.boxReader, jws)
    return { outcome: 'done' }
  }
}

async function isSignedBy(jws: string, key: string): Promise<boolean> {
  try {
    return (await readSigned(jws, READER_KEYS_TYPE, MAX_READER_KEYS_CHARACTERS)).root === key
  } catch {
    return false
  }
}

function describe({ id, seq, size, parts, arrived, dueMs }: BoxItem): Item {
  return { drop: id, seq, size, parts, arrived, expires: Math.floor(dueMs / 1_000) }
}
