import type { VNode } from 'preact'
import type { Item } from '#protocol/box-api.ts'
import { dayAt } from '#protocol/epoch.ts'
import { Button } from '../../kit/button.tsx'
import { Title } from '../../kit/title.tsx'
import { day } from '../../copy/days.ts'
import * as format from '../../copy/format.ts'
import { answers as words } from '../../copy/return.ts'
import { Ending } from './ending.tsx'
import type { ReturnProps } from './return-props.ts'
import { lastBox } from './return-state.ts'

/** The answers for this return code, newest first. */
export function Answers(props: ReturnProps): VNode {
  const { act, state } = props
  const { isListing, list, listFault, opened } = state
  const { gone, hasOlder, items, repeated, totals } = list
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede(totals?.count ?? items.length)}</p>
      {listFault !== undefined && <p class="warn-text hint under">{words.failing}</p>}
      {repeated.size > 0 && <p class="warn-text hint under">{words.repeated}</p>}
      {items.length > 0 && (
        <ul class="rows answers" aria-label={words.list}>
          {items.map((item) => (
            <Row
              key={item.drop}
              item={item}
              isGone={gone.has(item.drop)}
              isOpened={opened.has(item.drop)}
              onOpen={() => act.open(item)}
            />
          ))}
        </ul>
      )}
      {items.length === 0 && <p>{words.none}</p>}
      {hasOlder && (
        <div class="buttons under-rows">
          <Button kind="small" isBusy={isListing} onPress={act.older}>
            {words.older}
          </Button>
        </div>
      )}
      <Ending {...props}>
        <Button onPress={() => act.writeAgain(lastBox(state))}>{words.writeAgain}</Button>
      </Ending>
      <p class="hint">{words.doneHint}</p>
    </>
  )
}

function Row(props: {
  readonly item: Item
  readonly isGone: boolean
  readonly isOpened: boolean
  readonly onOpen: () => unknown
}): VNode {
  const { isGone, isOpened, item, onOpen } = props
  const arrived = day(item.arrived)
  const size = format.bytes(item.size)
  return (
    <li>
      <span class="row-name">
        <span>{words.arrived(arrived)}</span>
        <span class="quiet small-text">
          {[
            words.size(size),
            words.expires(day(dayAt(item.expires * 1_000))),
            ...(isOpened ? [words.opened] : []),
          ].join(' · ')}
        </span>
        {isGone && <span class="warn-text small-text">{words.gone}</span>}
      </span>
      {!isGone && (
        <Button kind="small" label={words.openOf(arrived, size)} onPress={onOpen}>
          {words.open}
        </Button>
      )}
    </li>
  )
}
