import type { Item, Listing } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'

/** The items of a box, as far as they have been asked for. */
export interface ItemList {
  /** Newest first, each drop once. */
  readonly items: readonly Item[]
  /** Drops that the server has listed more than once. */
  readonly repeated: ReadonlySet<DropId>
  /** Drops that were listed, and that the server does not have any more. */
  readonly gone: ReadonlySet<DropId>
  /** Number and bytes of all drops in the box, as far as is known; `undefined` until the server has said. */
  readonly totals: Totals | undefined
  /** Whether there are items before the oldest of these. */
  readonly hasOlder: boolean
  /** The places between which everything has been asked for, whatever became of it. */
  readonly newestSeq: number
  readonly oldestSeq: number
}

/** Drops, and bytes of ciphertext. */
export type Totals = Pick<Listing, 'count' | 'bytes'>

/** One answer of the server. `repeated`: the drops that it named twice. */
export interface ItemsPage extends Listing {
  readonly repeated: readonly Item[]
}

/** A place after every item: the newest are before it. */
export const LATEST_SEQ = 999_999_999_999_999

export const NO_ITEMS: ItemList = {
  items: [],
  repeated: new Set(),
  gone: new Set(),
  totals: undefined,
  hasOlder: false,
  newestSeq: 0,
  oldestSeq: LATEST_SEQ,
}

/** With a page of items before the oldest; the first page of all is one of these. */
export function withOlder(list: ItemList, page: ItemsPage): ItemList {
  return { ...merge(list, page), hasOlder: page.more }
}

/** With a page of items after the newest. */
export function withNewer(list: ItemList, page: ItemsPage): ItemList {
  return merge(list, page)
}

/** Without the items that its owner has deleted. The server is not asked for the totals again. */
export function withoutDeleted({ totals, ...list }: ItemList, drops: ReadonlySet<DropId>): ItemList {
  const deleted = list.items.filter(({ drop }) => drops.has(drop) && !list.gone.has(drop))
  return {
    ...list,
    items: list.items.filter(({ drop }) => !drops.has(drop)),
    totals: totals && {
      count: Math.max(0, totals.count - deleted.length),
      bytes: Math.max(0, totals.bytes - deleted.reduce((sum, { size }) => sum + size, 0)),
    },
  }
}

/** With the items that the server does not have any more marked as gone. */
export function withGone(list: ItemList, drops: Iterable<DropId>): ItemList {
  return { ...list, gone: new Set([...list.gone, ...drops]) }
}

function merge(list: ItemList, page: ItemsPage): ItemList {
  const { count, bytes } = page
  const seqs = new Map(list.items.map(({ drop, seq }) => [drop, seq]))
  const repeated = new Set([...list.repeated, ...page.repeated.map(({ drop }) => drop)])
  const added: Item[] = []
  for (const item of page.items) {
    const seq = seqs.get(item.drop)
    // The same place again is an answer that was asked for twice; another one is the server's doing.
    if (seq !== undefined && seq !== item.seq) repeated.add(item.drop)
    if (seq !== undefined) continue
    seqs.set(item.drop, item.seq)
    added.push(item)
  }
  const places = [...page.items, ...page.repeated].map(({ seq }) => seq)
  return {
    ...list,
    items: added.length === 0 ? list.items : [...list.items, ...added].toSorted((a, b) => b.seq - a.seq),
    repeated,
    totals: { count, bytes },
    newestSeq: Math.max(list.newestSeq, ...places),
    oldestSeq: Math.min(list.oldestSeq, ...places),
  }
}
