import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { WorkNotice } from '../../kit/progress.tsx'
import { Title } from '../../kit/title.tsx'
import { tabTitle } from '../../kit/transfer.tsx'
import { verbatim } from '../../kit/verbatim.tsx'
import { OpenedMessage } from '../../read/opened-message.tsx'
import { progressOf, ReceivingTransfer } from '../../read/receiving.tsx'
import { day } from '../../copy/days.ts'
import * as format from '../../copy/format.ts'
import { obstacles } from '../../copy/reading.ts'
import { answer as words, answers, returnFaults } from '../../copy/return.ts'
import { Ending } from './ending.tsx'
import type { ReturnProps } from './return-props.ts'
import type { AnswerPhase, ReturnMain } from './return-state.ts'

type Props = ReturnProps & { readonly main: Extract<ReturnMain, { at: 'answer' }> }

/** One answer: while it comes, why it did not, or its text. Nothing of it is rendered as anything but text. */
export function AnswerScreen(props: Props): VNode {
  const { act, main } = props
  const { item, phase } = main
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
    case 'receiving':
      return (
        <>
          <Title text={words.opening} tab={tabTitle(progressOf(phase, item.size), phase.flow)} />
          <p class="lede">{words.openingLede}</p>
          <ReceivingTransfer act={act} receiving={phase} total={item.size} onCancel={act.receiving.cancel} />
          <p class="hint">{words.receivingHint}</p>
          <Ends {...props} />
        </>
      )
    case 'closed':
      return <Closed {...props} phase={phase} />
    case 'gone':
      return <Failed {...props} text={answers.gone} />
    case 'unreadable':
      return <Failed {...props} text={phase.why === 'misplaced' ? words.misplaced : words.unreadable} />
    case 'opened':
      return (
        <>
          <Title text={words.title} screen="answer-opened" />
          <p class="lede">{words.lede(day(item.arrived))}</p>
          <OpenedMessage act={act} open={phase} empty={words.empty} />
          <section class="block">
            <h2>{words.from}</h2>
            {phase.from === undefined ? <p>{words.fromNobody}</p> : <p {...verbatim('mono address')}>{phase.from}</p>}
          </section>
          <Ends {...props} />
        </>
      )
  }
}

/** It was stopped, does not fit, or could not be fetched. */
function Closed({ phase, ...props }: Props & { readonly phase: Extract<AnswerPhase, { at: 'closed' }> }): VNode {
  const { fault, room } = phase
  const { obstacle } = room ?? {}
  const text =
    obstacle !== undefined
      ? obstacles[obstacle.at](
          format.bytesAgainst(room?.neededBytes ?? 0, obstacle.mostBytes),
          format.atMost(obstacle.mostBytes),
        )
      : fault === undefined || fault === 'stopped' || fault === 'elsewhere'
        ? words[fault ?? 'stopped']
        : returnFaults[fault]
  return (
    <Failed {...props} text={text}>
      <div class="buttons">
        <Button kind="seal" onPress={() => props.act.open(props.main.item)}>
          {fault === 'stopped' ? words.open : words.again}
        </Button>
      </div>
    </Failed>
  )
}

function Failed({
  children,
  text,
  ...props
}: Props & { readonly text: string; readonly children?: ComponentChildren }): VNode {
  const { phase } = props.main
  const isStopped = phase.at === 'closed' && phase.fault === 'stopped'
  return (
    <>
      <Title text={words.title} screen="answer-failed" />
      <Notice kind={isStopped ? 'warn' : 'burn'} role="alert">
        <p>{text}</p>
      </Notice>
      {children}
      <Ends {...props} />
    </>
  )
}

/** An answer that is left is on this page no longer; it opens again as long as the server has it. */
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
