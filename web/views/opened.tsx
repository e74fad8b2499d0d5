import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Question } from '../parts/question.tsx'
import { Title } from '../parts/title.tsx'
import { verbatim } from '../parts/verbatim.tsx'
import { untaken, type Held } from '../reading-state.ts'
import type { Main } from '../state.ts'
import * as format from '../words/format.ts'
import { page } from '../words/page.ts'
import { opened as words } from '../words/reading.ts'
import { OpenedFiles } from './opened-files.tsx'
import type { ViewProps } from './props.ts'

type Props = ViewProps & { main: Extract<Main, { at: 'opened' }> }

/** What was sealed: text to read and copy, files to save. Nothing of it is ever rendered as anything but text. */
export function Opened(props: Props): VNode {
  const { act, main } = props
  const { ack, files, held, text } = main
  return (
    <>
      <Title text={words.title} />
      <p class={ack === 'late' ? 'lede warn-text' : 'lede'} role="status">
        {words.ack[ack]}
      </p>
      {text !== '' && (
        <section>
          <h2 id="opened-text">{words.text}</h2>
          <div
            {...verbatim('text')}
            role="region"
            aria-labelledby="opened-text"
            tabIndex={0}
            onCopy={() => void act.keep.noteCopied()}
          >
            {text}
          </div>
          <div class="buttons">
            <CopyButton kind="seal" text={words.copy} copy={act.keep.copyText} />
          </div>
        </section>
      )}
      {files.length > 0 && <OpenedFiles {...props} />}
      {text === '' && files.length === 0 && <p>{words.empty}</p>}
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

/** Whoever is done need not leave anything on this device, and not wait until it goes by itself. */
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
