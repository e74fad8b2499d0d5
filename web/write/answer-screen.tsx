import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { WorkNotice } from '../parts/progress.tsx'
import { Title } from '../parts/title.tsx'
import { verbatim } from '../parts/verbatim.tsx'
import { OpenedFiles } from '../views/opened-files.tsx'
import { day } from '../words/days.ts'
import * as format from '../words/format.ts'
import { answer as words, answers, returnFaults } from '../words/return.ts'
import { Ending } from './ending.tsx'
import type { ReturnProps } from './return-screen.tsx'
import type { AnswerFault, AnswerPhase, ReturnMain } from './return-state.ts'

type Props = ReturnProps & { readonly main: Extract<ReturnMain, { at: 'answer' }> }

/** One answer: while it comes, why it did not, or what it says. Nothing of it is rendered as anything but text. */
export function AnswerScreen(props: Props): VNode {
  const { phase } = props.main
  switch (phase.at) {
    case 'opening':
      return (
        <>
          <Title text={words.opening} />
          <p class="lede">{words.openingLede}</p>
          <WorkNotice work={phase.work} />
          <Ends {...props} />
        </>
      )
    case 'failed':
      return (
        <>
          <Title text={words.title} screen="answer-failed" />
          <Notice kind="burn" role="alert">
            <p>{faultText(phase.fault)}</p>
          </Notice>
          {phase.fault.at === 'server' && (
            <div class="buttons">
              <Button kind="seal" onPress={() => props.act.open(props.main.item)}>
                {words.again}
              </Button>
            </div>
          )}
          <Ends {...props} />
        </>
      )
    case 'opened':
      return <Opened {...props} phase={phase} />
  }
}

function Opened(props: Props & { readonly phase: Extract<AnswerPhase, { at: 'opened' }> }): VNode {
  const { act, main, phase } = props
  const { files, from, text } = phase
  return (
    <>
      <Title text={words.title} screen="answer-opened" />
      <p class="lede">{words.lede(day(main.item.arrived))}</p>
      {text !== '' && (
        <section>
          <h2 id="answer-text">{words.text}</h2>
          <div
            {...verbatim('text')}
            role="region"
            aria-labelledby="answer-text"
            tabIndex={0}
            onCopy={() => void act.keep.noteCopied()}
          >
            {text}
          </div>
          <div class="buttons">
            <CopyButton text={words.copy} copy={act.keep.copyText} />
          </div>
        </section>
      )}
      {files.length > 0 && <OpenedFiles act={act} main={phase} />}
      {text === '' && files.length === 0 && <p>{words.empty}</p>}
      <section class="block">
        <h2>{words.from}</h2>
        {from === undefined ? <p>{words.fromNobody}</p> : <p {...verbatim('mono address')}>{from}</p>}
      </section>
      <Ends {...props} />
    </>
  )
}

/** Whoever leaves it has it no longer on this page; it opens again as long as the server has it. */
function Ends(props: Props): VNode {
  const { act, main } = props
  const [isLeaving, setLeaving] = useState(false)
  const { phase } = main
  const leave = async (): Promise<void> => {
    setLeaving(true)
    await act.list()
  }
  return (
    <Ending {...props}>
      <Button isBusy={isLeaving} onPress={leave}>
        {answers.back}
      </Button>
      {phase.at === 'opened' && (
        <Button kind="seal" onPress={() => act.writeAgain(phase.from)}>
          {answers.writeAgain}
        </Button>
      )}
    </Ending>
  )
}

function faultText(fault: AnswerFault): string {
  switch (fault.at) {
    case 'gone':
      return answers.gone
    case 'unreadable':
    case 'misplaced':
      return words[fault.at]
    case 'size':
      return words.tooLarge(format.beside(fault.size, fault.most), format.atMost(fault.most))
    case 'server':
      return returnFaults[fault.code]
  }
}
