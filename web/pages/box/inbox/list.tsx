import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Item } from '#protocol/box-api.ts'
import { dayAt } from '#protocol/epoch.ts'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import * as format from '../../../copy/format.ts'
import { inbox as words, listFaults } from '../../../copy/inbox.ts'
import { page } from '../../../copy/page.ts'
import { threadName } from '#client/box/notes.ts'
import { isBegun } from './answer-state.ts'
import { blocksOf } from './blocks.ts'
import { DeleteQuestion } from './delete-question.tsx'
import { useNextRow, useRowFocus } from './place.ts'
import type { InboxViewProps } from './props.ts'
import { Rows, type RowView } from './row.tsx'

/** The drops of a box, newest first, as far as they have been asked for. */
export function ItemsScreen(props: InboxViewProps): VNode {
  const { act, box, now, state } = props
  const { deletion, fault, list, loading, stale, thread } = state
  const items = thread === undefined ? list.items : list.items.filter(({ drop }) => isOf(props, drop))
  const rows = useRef<HTMLUListElement>(null)
  useRowFocus(rows, state.left)
  const noteLast = useNextRow(rows, items)
  const showOlder = (): Promise<void> => {
    noteLast()
    return act.older()
  }
  return (
    <section aria-labelledby="inbox-title">
      <h2 id="inbox-title" tabIndex={-1}>
        {words.title}
      </h2>
      {list.totals !== undefined && list.totals.count > 0 && (
        <p class="hint under">
          {words.totals(list.totals.count, format.bytes(list.totals.bytes))} {words.sizes}
        </p>
      )}
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{sentence(listFaults[fault])}</p>
          <div class="buttons">
            <Button onPress={list.totals === undefined ? act.load : act.older}>{page.again}</Button>
          </div>
        </Notice>
      )}
      {stale !== undefined && <p class="warn-text under-rows">{words.stale(listFaults[stale])}</p>}
      {list.repeated.size > 0 && (
        <Notice kind="warn">
          <p>{words.repeated(list.repeated.size)}</p>
        </Notice>
      )}
      {thread !== undefined && (
        <div class="aside">
          <p class="hint">
            <Said of={words.showingThread} name={threadName(thread)} />
          </p>
          <Button kind="small" onPress={() => act.filter(undefined)}>
            {words.allThreads}
          </Button>
        </div>
      )}
      {list.totals === undefined && fault === undefined && <p class="quiet">{words.loading}</p>}
      {list.totals !== undefined && items.length === 0 && !list.hasOlder && (
        <p class="quiet">{thread === undefined ? words.empty : words.emptyThread}</p>
      )}
      {box.phrase !== undefined && items.length > 0 && <Selection {...props} items={items} />}
      {deletion !== undefined && <DeleteQuestion act={act} deletion={deletion} />}
      <ul class="items" ref={rows} aria-labelledby="inbox-title" onKeyDown={moveBetween}>
        {blocksOf(items, (item) => viewOf(props, item)).map(({ n, views }) => (
          <Rows key={n} act={act} isFiltered={thread !== undefined} today={dayAt(now)} views={views} />
        ))}
      </ul>
      {list.hasOlder && (
        <div class="buttons older">
          <Button isBusy={loading === 'older'} onPress={showOlder}>
            {loading === 'older' ? words.olderLoading : words.older}
          </Button>
          <p class="hint">{words.listed(list.items.length, list.totals?.count ?? 0)}</p>
        </div>
      )}
    </section>
  )
}

/** Selects all, and deletes what is selected. */
function Selection({ act, items, state }: InboxViewProps & { items: readonly Item[] }): VNode {
  const { deletion, list, selected } = state
  const live = items.filter(({ drop }) => !list.gone.has(drop)).map(({ drop }) => drop)
  const isAll = live.length > 0 && live.every((drop) => selected.has(drop))
  return (
    <div class="buttons selection">
      <label class="check">
        <input
          type="checkbox"
          checked={isAll}
          onChange={({ currentTarget }) => act.select(live, currentTarget.checked)}
        />
        {words.selectAll}
      </label>
      {selected.size > 0 && deletion === undefined && (
        <Button kind="small burn" asks="delete" onPress={() => act.askDelete([...selected])}>
          {words.deleteSome(selected.size)}
        </Button>
      )}
    </div>
  )
}

function viewOf({ box, state: { answers, list, selected } }: InboxViewProps, item: Item): RowView {
  const { drop } = item
  return {
    item,
    note: box.reading.items[drop],
    isGone: list.gone.has(drop),
    isRepeated: list.repeated.has(drop),
    isDrafted: isBegun(answers.get(drop)),
    isSelected: box.phrase === undefined ? undefined : selected.has(drop),
  }
}

function isOf({ box, state }: InboxViewProps, drop: Item['drop']): boolean {
  return box.reading.items[drop]?.thread === state.thread
}

/** The arrow keys lead from row to row, as Tab does. */
function moveBetween(event: KeyboardEvent): void {
  const row = event.target instanceof Element ? event.target.closest('li') : null
  const next =
    event.key === 'ArrowDown' ? row?.nextElementSibling : event.key === 'ArrowUp' ? row?.previousElementSibling : null
  const target = next?.querySelector<HTMLElement>('[data-drop]')
  if (target === null || target === undefined) return
  event.preventDefault()
  target.focus()
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
