import type { VNode } from 'preact'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Said, verbatim } from '../../../kit/verbatim.tsx'
import { OpenedMessage } from '../../../read/opened-message.tsx'
import { inbox as listWords, readers as readersWords } from '../../../copy/inbox.ts'
import { AnswerSection } from './answer.tsx'
import { threadName } from '#client/box/notes.ts'
import type { OpenedViewProps } from './props.ts'
import type { ReadersCheck } from './state.ts'
import { ThreadSection } from './thread.tsx'

/** A message that is open, its readers, its thread, and the answer to it. */
export function OpenedItemView(props: OpenedViewProps): VNode {
  const { act, phase } = props
  const { thread } = phase
  return (
    <>
      <OpenedMessage act={act} open={phase} />
      <Readers check={phase.readers} />
      {thread !== undefined && (
        <>
          <div class="buttons">
            <Button
              kind="small"
              onPress={() => {
                act.filter(thread)
                act.back()
              }}
            >
              <Said of={listWords.onlyThread} name={threadName(thread)} />
            </Button>
          </div>
          <ThreadSection {...props} thread={thread} />
        </>
      )}
      <AnswerSection {...props} />
    </>
  )
}

/** By what the drop says, held against the readers of the box. */
function Readers({ check }: { check: ReadersCheck }): VNode {
  const { isChecked, known, left, strangers } = check
  return (
    <section class="block">
      <h2>{readersWords.title}</h2>
      {known.length > 0 && (
        <p>
          <Said of={readersWords.known} name={known.join(', ')} />
        </p>
      )}
      {left.length > 0 && (
        <p class="quiet">
          <Said of={readersWords.left} name={left.join(', ')} />
        </p>
      )}
      {strangers.length > 0 && (
        <Notice kind="warn">
          <p>{isChecked ? readersWords.strangers : readersWords.unchecked}</p>
          <ul class="keys">
            {strangers.map((key) => (
              <li key={key} {...verbatim('mono')}>
                {key}
              </li>
            ))}
          </ul>
          {isChecked && <p>{readersWords.strangersWhy}</p>}
        </Notice>
      )}
    </section>
  )
}
