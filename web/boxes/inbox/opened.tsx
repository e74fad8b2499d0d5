import type { VNode } from 'preact'
import { Button } from '../../parts/button.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Notice } from '../../parts/notice.tsx'
import { Said, verbatim } from '../../parts/verbatim.tsx'
import { OpenedFiles } from '../../views/opened-files.tsx'
import { inbox as listWords, item as words, readers as readersWords } from '../../words/inbox.ts'
import { opened } from '../../words/reading.ts'
import { AnswerSection } from './answer.tsx'
import type { ItemViewProps } from './item.tsx'
import type { Phase, ReadersCheck } from './item-state.ts'
import { threadName } from '#client/box/notes.ts'
import { ThreadSection } from './thread.tsx'

export interface OpenedViewProps extends ItemViewProps {
  readonly phase: Extract<Phase, { at: 'opened' }>
}

/** What was sealed: text to read and copy, files to save. Nothing of it is ever rendered as anything but text. */
export function OpenedItemView(props: OpenedViewProps): VNode {
  const { act, phase } = props
  const { files, text, thread } = phase
  return (
    <>
      {text !== '' && (
        <section>
          <h2 id="item-text">{words.textTitle}</h2>
          <div
            {...verbatim('text')}
            role="region"
            aria-labelledby="item-text"
            tabIndex={0}
            onCopy={() => void act.keep.noteCopied()}
          >
            {text}
          </div>
          <div class="buttons">
            <CopyButton text={opened.copy} copy={act.keep.copyText} />
          </div>
        </section>
      )}
      {files.length > 0 && <OpenedFiles act={act} main={phase} />}
      {text === '' && files.length === 0 && <p>{opened.empty}</p>}
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
