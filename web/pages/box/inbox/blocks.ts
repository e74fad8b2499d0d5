import type { Item } from '#protocol/box-api.ts'
import type { RowView } from './row.tsx'

/** Rows that are compared as one. */
export interface Block {
  /** Stays the same as long as any of its rows is there. */
  readonly n: number
  readonly views: readonly RowView[]
}

/**
 * Divides a list into blocks by the places of its items, so that those that come in front change no other block. A block in which
 * nothing is new is the very same one as before.
 */
export function blocksOf(items: readonly Item[], viewOf: (item: Item) => RowView): readonly Block[] {
  const blocks: { n: number; views: RowView[] }[] = []
  for (const item of items) {
    const n = Math.floor(item.seq / BLOCK_ITEMS)
    const last = blocks.at(-1)
    const view = kept(VIEWS, item, viewOf(item))
    if (last?.n === n) last.views.push(view)
    else blocks.push({ n, views: [view] })
  }
  return blocks.map(({ n, views }) => ({ n, views: keptAll(views) }))
}

function kept(views: WeakMap<Item, RowView>, item: Item, view: RowView): RowView {
  const before = views.get(item)
  if (before !== undefined && isSame(before, view)) return before
  views.set(item, view)
  return view
}

function keptAll(views: readonly RowView[]): readonly RowView[] {
  const oldest = views.at(-1)
  const before = oldest && BLOCKS.get(oldest.item)
  if (before?.length === views.length && before.every((view, index) => view === views[index])) return before
  if (oldest !== undefined) BLOCKS.set(oldest.item, views)
  return views
}

function isSame(a: RowView, b: RowView): boolean {
  return (
    a.note === b.note &&
    a.isDrafted === b.isDrafted &&
    a.isGone === b.isGone &&
    a.isRepeated === b.isRepeated &&
    a.isSelected === b.isSelected
  )
}

const VIEWS = new WeakMap<Item, RowView>()
/** By the oldest item of each. */
const BLOCKS = new WeakMap<Item, readonly RowView[]>()

const BLOCK_ITEMS = 100
