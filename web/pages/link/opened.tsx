import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Question } from '../../kit/question.tsx'
import { Title } from '../../kit/title.tsx'
import { OpenedMessage } from '../../read/opened-message.tsx'
import { untaken, type Held } from '../../read/reading.ts'
import type { Main } from './state.ts'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { opened as words } from '../../copy/reading.ts'
import type { ViewProps } from './props.ts'

type Props = ViewProps & { main: Extract<Main, { at: 'opened' }> }

/** A message that a link has led to, and what the server knows of that. */
export function Opened(props: Props): VNode {
  const { act, main } = props
  const { ack, held } = main
  return (
    <>
      <Title text={words.title} />
      <p class={ack === 'late' ? 'lede warn-text' : 'lede'} role="status">
        {words.ack[ack]}
      </p>
      <OpenedMessage act={act} open={main} kind="seal" />
      <section class="block">
        <p>{lastWord(main)}</p>
        {held !== undefined && <Removal {...props} held={held} />}
        <p>
          <a href="/">{words.reply}</a>
        </p>
      </section>
    </>
  )
}

/** A reader who is done need not leave anything on this device, and not wait until it goes by itself. */
function Removal({ act, held, main }: Props & { held: Held }): VNode | null {
  const [isAsking, setAsking] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  if (!held.isOnDisk) return null
  const removeNow = async (): Promise<void> => {
    setAsking(false)
    setFailed(!(await act.keep.remove()))
  }
  if (isAsking)
    return (
      <Question
        title={words.removeQuestion}
        warning={words.removeWarning}
        yes={words.removeSure}
        no={words.removeKeep}
        from="remove"
        onYes={removeNow}
        onNo={() => setAsking(false)}
      />
    )
  const remove = (): unknown => (untaken(main).length === 0 ? removeNow() : setAsking(true))
  return (
    <div class="buttons">
      <Button asks="remove" isBusy={main.saving !== undefined} onPress={remove}>
        {words.remove}
      </Button>
      {hasFailed && <p class="error beside">{page.notRemoved}</p>}
    </div>
  )
}

function lastWord(main: Props['main']): string {
  const { held } = main
  if (untaken(main).length === 0) return held?.isOnDisk === true ? words.allTakenHeld : words.allTaken
  return held?.isOnDisk === true ? words.keepHeld(format.moment(held.untilMs)) : words.keep
}
