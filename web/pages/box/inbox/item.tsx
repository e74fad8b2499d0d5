import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { useDelayed } from '../../../kit/progress.tsx'
import { ReceivingTransfer } from '../../../read/receiving.tsx'
import { SavingNotice } from '../../../read/saving-notice.tsx'
import { day, daysAgo } from '../../../copy/days.ts'
import * as format from '../../../copy/format.ts'
import { closedFaults, inbox as listWords, item as words } from '../../../copy/inbox.ts'
import { obstacles } from '../../../copy/reading.ts'
import { DeleteQuestion } from './delete-question.tsx'
import { OpenedItemView } from './opened.tsx'
import type { ItemViewProps } from './props.ts'
import type { Phase } from './state.ts'

/** One drop: on its way here, open, or why it is not. */
export function ItemScreen(props: ItemViewProps): VNode {
  const { act, box, now, shown, state } = props
  const { item } = shown
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => heading.current?.focus(), [])
  return (
    <>
      <div class="buttons above">
        <Button kind="small" onPress={act.back}>
          {words.back}
        </Button>
      </div>
      <h2 ref={heading} tabIndex={-1}>
        {listWords.drop(day(item.arrived))}
      </h2>
      <dl class="facts">
        <div>
          <dt>{words.arrived}</dt>
          <dd>{listWords.arrivedOn(day(item.arrived), daysAgo(item.arrived, now))}</dd>
        </div>
        <div>
          <dt>{words.size}</dt>
          <dd>{words.sealed(format.bytes(item.size))}</dd>
        </div>
        <div>
          <dt>{words.until}</dt>
          <dd>{format.until(item.expires * 1_000, now)}</dd>
        </div>
      </dl>
      <PhaseView {...props} />
      {state.deletion !== undefined && <DeleteQuestion act={act} deletion={state.deletion} />}
      <div class="buttons apart">
        <Button onPress={act.back}>{words.back}</Button>
        {shown.phase.at === 'opened' && <Button onPress={() => act.markUnread(item.drop)}>{words.markUnread}</Button>}
        {box.phrase !== undefined && shown.phase.at !== 'gone' && state.deletion === undefined && (
          <Button kind="burn" asks="delete" onPress={() => act.askDelete([item.drop])}>
            {words.delete}
          </Button>
        )}
      </div>
    </>
  )
}

function PhaseView(props: ItemViewProps): VNode {
  const { phase } = props.shown
  switch (phase.at) {
    case 'closed':
      return <Closed {...props} phase={phase} />
    case 'opening':
      return <p class="quiet">{words.coming}</p>
    case 'receiving':
      return <Coming {...props} phase={phase} />
    case 'opened':
      return <OpenedItemView {...props} phase={phase} />
    case 'gone':
      return (
        <Notice kind="warn" role="alert">
          <p class="strong">{words.goneTitle}</p>
          <p>{words.gone}</p>
        </Notice>
      )
    case 'unreadable':
      return <Unreadable {...props} phase={phase} />
  }
}

function Closed({ act, phase, shown }: ItemViewProps & { phase: Extract<Phase, { at: 'closed' }> }): VNode {
  const { fault, room } = phase
  const obstacle = room?.obstacle
  return (
    <>
      {fault !== undefined && (
        <Notice kind={fault === 'stopped' ? 'warn' : 'burn'} role="alert">
          <p>{closedFaults[fault]}</p>
        </Notice>
      )}
      {obstacle !== undefined && (
        <Notice kind="warn" role="alert">
          <p>
            {obstacles[obstacle.at](
              format.bytesAgainst(room?.neededBytes ?? 0, obstacle.mostBytes),
              format.atMost(obstacle.mostBytes),
            )}
          </p>
        </Notice>
      )}
      <div class="buttons">
        <Button kind="seal" onPress={() => act.open(shown.item)}>
          {fault === undefined || fault === 'stopped' ? words.open : words.again}
        </Button>
      </div>
    </>
  )
}

function Coming({ act, phase, shown }: ItemViewProps & { phase: Extract<Phase, { at: 'receiving' }> }): VNode {
  const { flow } = phase
  const isSlow = useDelayed(SLOW_MS)
  if (!isSlow && flow === 'going') return <p class="quiet">{words.coming}</p>
  return (
    <>
      <ReceivingTransfer act={act} receiving={phase} total={shown.item.size} onCancel={act.receiving.cancel} />
      <p class="hint">{words.comingHint}</p>
    </>
  )
}

function Unreadable({ act, phase, shown }: ItemViewProps & { phase: Extract<Phase, { at: 'unreadable' }> }): VNode {
  const { saveFault, saving, why } = phase
  return (
    <>
      <Notice kind="burn" role="alert">
        <p class="strong">{words.unreadableTitle}</p>
        <p>{words.unreadable[why]}</p>
      </Notice>
      <SavingNotice saving={saving} fault={saveFault} onStop={act.keep.stopSaving} />
      {why !== 'no_keys' && (
        <div class="buttons">
          <Button isBusy={saving !== undefined} onPress={() => act.open(shown.item)}>
            {words.again}
          </Button>
          <Button isBusy={saving !== undefined} onPress={act.keep.saveSealed}>
            {words.saveSealed}
          </Button>
        </div>
      )}
    </>
  )
}

/** From when on waiting is worth a number, in milliseconds. */
const SLOW_MS = 400
