import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Notice } from '../parts/notice.tsx'
import { Question } from '../parts/question.tsx'
import { Title } from '../parts/title.tsx'
import { tabTitle, Transfer, type Carried } from '../parts/transfer.tsx'
import type { Main } from '../state.ts'
import * as format from '../words/format.ts'
import { receiving as words } from '../words/reading.ts'
import type { ViewProps } from './props.ts'

/** A drop in parts comes in. Nothing of it is shown before all of it has been verified. */
export function Receiving({ act, main }: ViewProps & { main: Extract<Main, { at: 'receiving' }> }): VNode {
  const { fault, flow, waiting } = main
  const [isAsking, setAsking] = useState(false)
  const carried: Carried = main.carried ?? { stage: 'receiving', bytes: 0, total: waiting.sizeBytes }
  return (
    <>
      <Title text={words.title} tab={tabTitle(carried, flow)} />
      <p class="lede">{waiting.room?.isOnDisk === true ? words.lede : words.ledeMemory}</p>
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{words.faults[fault]}</p>
        </Notice>
      )}
      <Transfer
        carried={carried}
        flow={flow}
        cancel={words.cancel}
        onPause={act.receiving.pause}
        onGoOn={act.receiving.goOn}
        onCancel={() => setAsking(true)}
      >
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
      </Transfer>
    </>
  )
}
