import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { ItemNote } from '#client/box/reading.ts'
import type { Item } from '#protocol/box-api.ts'
import { day, daysAgo } from '../../../copy/days.ts'
import * as format from '../../../copy/format.ts'
import { inbox as words } from '../../../copy/inbox.ts'
import type { InboxActions } from './actions.ts'
import { isRead, threadName } from '#client/box/notes.ts'
import { Name, Said } from '../../../kit/verbatim.tsx'

/** The drawn facts of an item. */
export interface RowView {
  readonly item: Item
  readonly note: ItemNote | undefined
  readonly isGone: boolean
  readonly isRepeated: boolean
  /** An answer to it has been begun, and is not sent. */
  readonly isDrafted: boolean
  /** `undefined` where nothing can be deleted. */
  readonly isSelected: boolean | undefined
}

interface RowsProps {
  readonly act: InboxActions
  /** Days since 1970. */
  readonly today: number
  /** Only one thread is shown: that need not be said in each row. */
  readonly isFiltered: boolean
}

/** Some rows of the list. They are drawn again only when something about one of them changes: there may be thousands of others. */
export function Rows({ act, isFiltered, today, views }: RowsProps & { views: readonly RowView[] }): VNode {
  return useMemo(
    () => (
      <>
        {views.map((view) => (
          <Row key={view.item.drop} act={act} isFiltered={isFiltered} today={today} view={view} />
        ))}
      </>
    ),
    [act, isFiltered, today, views],
  )
}

/** One drop in the list. */
function Row({ act, isFiltered, today, view }: RowsProps & { view: RowView }): VNode {
  return useMemo(() => {
    const { isDrafted, isGone, isRepeated, isSelected, item, note } = view
    const { drop } = item
    const hasRead = isRead(note)
    const size = sizeText(item.size)
    const title = words.arrivedOn(day(item.arrived), daysAgo(item.arrived, today * DAY_MS))
    return (
      <li class={hasRead ? 'item' : 'item unread'}>
        {isSelected !== undefined && (
          <label class="check">
            <input
              type="checkbox"
              checked={isSelected}
              disabled={isGone}
              aria-label={words.select(`${title}, ${size}`)}
              onChange={({ currentTarget }) => act.select([drop], currentTarget.checked)}
            />
          </label>
        )}
        <div class="item-body">
          <button type="button" class="item-open" data-drop={drop} onClick={() => void act.open(item)}>
            <span class="item-title">{title}</span>
            <span class="item-marks small-text">
              <span class={hasRead ? 'quiet' : 'badge seal waiting'}>{hasRead ? words.read : words.unread}</span>
              {note?.answeredAtMs !== undefined && <span class="seal-text"> · ✓ {words.answered}</span>}
              {isDrafted && <span class="warn-text"> · {words.drafted}</span>}
              {isRepeated && <span class="warn-text"> · {words.repeatedMark}</span>}
              <span class="quiet">
                {' '}
                · {size} · {words.until(day(Math.floor(item.expires / DAY_SECONDS)))}
              </span>
            </span>
            {note !== undefined && note.preview !== '' && (
              <span class="item-preview">
                <Name>{note.preview}</Name>
              </span>
            )}
            {isGone && <span class="item-preview warn-text">{words.gone}</span>}
          </button>
          {note?.thread !== undefined && !isFiltered && (
            <button
              type="button"
              class="item-thread small-text"
              aria-label={words.onlyThread(threadName(note.thread))}
              translate={false}
              onClick={() => act.filter(note.thread)}
            >
              <span translate>
                <Said of={words.thread} name={threadName(note.thread)} />
              </span>
            </button>
          )}
        </div>
      </li>
    )
  }, [act, isFiltered, today, view])
}

/** Sizes are rounded up, so that there are few of them; and saying one takes a browser a while. */
function sizeText(bytes: number): string {
  const text = SIZES.get(bytes) ?? format.bytes(bytes)
  SIZES.set(bytes, text)
  return text
}

const SIZES = new Map<number, string>()
const DAY_SECONDS = 86_400
const DAY_MS = 1_000 * DAY_SECONDS
