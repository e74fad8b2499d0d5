import type { VNode } from 'preact'
import { Notice } from '../parts/notice.tsx'
import { Question } from '../parts/question.tsx'
import { Title } from '../parts/title.tsx'
import { tabTitle, Transfer } from '../parts/transfer.tsx'
import type { Main, SendFault } from '../state.ts'
import { sending as words } from '../words/sending.ts'
import { cargoText } from '../words/cargo.ts'
import type { ViewProps } from './props.ts'

/** A drop in parts on its way to the server. The link comes when all of it is there. */
export function Sending({ act, main }: ViewProps & { main: Extract<Main, { at: 'sending' }> }): VNode {
  const { cargo, carried, fault, flow, isAsking, isKept } = main
  const { upload } = act
  return (
    <>
      <Title text={words.title} tab={tabTitle(carried, flow)} />
      <p class="lede">{words.lede(cargoText(cargo))}</p>
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{faultText(fault)}</p>
        </Notice>
      )}
      <Transfer
        carried={carried}
        flow={flow}
        onPause={upload.pause}
        onGoOn={upload.goOn}
        onCancel={() => upload.askCancel(true)}
      >
        {isAsking ? (
          <Question
            title={words.cancelQuestion}
            warning={words.cancelWarning}
            yes={words.cancelSure}
            no={words.keep}
            from="cancel"
            onYes={upload.cancel}
            onNo={() => upload.askCancel(false)}
          />
        ) : undefined}
      </Transfer>
      <section class="block">{isKept ? <p>{words.kept}</p> : <p class="warn-text">{words.notKept}</p>}</section>
    </>
  )
}

function faultText(fault: SendFault): string {
  return fault.at === 'file' ? words.file(fault.name) : words.faults[fault.code]
}
