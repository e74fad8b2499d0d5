import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Question } from '../../kit/question.tsx'
import { Title } from '../../kit/title.tsx'
import { tabTitle } from '../../kit/transfer.tsx'
import { progressOf, ReceivingTransfer } from '../../read/receiving.tsx'
import type { Main } from './state.ts'
import * as format from '../../copy/format.ts'
import { receiving as words } from '../../copy/reading.ts'
import type { ViewProps } from './props.ts'

/** A drop in parts comes in. Nothing of it is shown before all of it has been verified. */
export function Receiving({ act, main }: ViewProps & { main: Extract<Main, { at: 'receiving' }> }): VNode {
  const { flow, waiting } = main
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Title text={words.title} tab={tabTitle(progressOf(main, waiting.sizeBytes), flow)} />
      <p class="lede">{waiting.room?.isOnDisk === true ? words.lede : words.ledeMemory}</p>
      <ReceivingTransfer act={act} receiving={main} total={waiting.sizeBytes} onCancel={() => setAsking(true)}>
        {isAsking ? (
          <Question
            title={words.question}
            warning={words.warning(format.moment(waiting.expiresAtMs))}
            yes={words.sure}
            no={words.keep}
            from="cancel"
            onYes={act.receiving.cancel}
            onNo={() => setAsking(false)}
          />
        ) : undefined}
      </ReceivingTransfer>
    </>
  )
}
