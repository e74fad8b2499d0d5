import { shownTime } from '#client/server-time.ts'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Question } from '../../kit/question.tsx'
import { Title } from '../../kit/title.tsx'
import { isLive } from './sent-list.ts'
import { page } from '../../copy/page.ts'
import { sent as words } from '../../copy/sent.ts'
import { SentItem } from './sent-item.tsx'
import type { ViewProps } from './props.ts'

/**
 * The drops that this browser has sent. The server is asked only when somebody presses: asking about all tells it that they
 * belong together.
 */
export function Sent({ act, device, state }: ViewProps): VNode {
  const { asking, busy, drops, failed, isMissed } = state.sent
  useEffect(() => void act.sent.list(), [act.sent])
  const now = shownTime(device, device.clock())
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{drops?.length === 0 ? words.empty : words.lede}</p>
      {!state.isLasting && <p class="warn-text">{words.notLasting}</p>}
      {isMissed && (
        <Notice kind="burn" role="alert">
          <p>{words.unread}</p>
          <div class="buttons">
            <Button onPress={act.sent.list}>{page.again}</Button>
          </div>
        </Notice>
      )}
      {drops === undefined && !isMissed && <p class="quiet">{page.loading}</p>}
      {drops !== undefined && drops.filter(isLive).length > 1 && (
        <div class="aside">
          <Button isBusy={busy.length > 0} onPress={act.sent.checkAll} describedBy="check-all-hint">
            {words.checkAll}
          </Button>
          <p class="hint" id="check-all-hint">
            {words.checkAllHint}
          </p>
        </div>
      )}
      <ul class="drops">
        {drops?.map((drop) => (
          <SentItem
            key={drop.ticket.dropId}
            act={act}
            drop={drop}
            now={now}
            asking={asking?.to !== 'forget-all' && asking?.dropId === drop.ticket.dropId ? asking : undefined}
            isBusy={busy.includes(drop.ticket.dropId)}
            hasFailed={failed.includes(drop.ticket.dropId)}
          />
        ))}
      </ul>
      {asking?.to === 'forget-all' ? (
        <Question
          title={words.forgetAllQuestion}
          warning={words.forgetAllWarning}
          yes={words.forgetAllSure}
          no={words.keep}
          from="forget-all"
          onYes={() => act.sent.forget(drops?.map(({ ticket }) => ticket.dropId) ?? [])}
          onNo={() => act.sent.ask(undefined)}
        />
      ) : (
        <div class="buttons">
          <Button onPress={act.back}>{page.back}</Button>
          {drops !== undefined && drops.length > 0 && (
            <Button asks="forget-all" onPress={() => act.sent.ask({ to: 'forget-all' })}>
              {words.forgetAll}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
