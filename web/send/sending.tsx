import type { ComponentChildren, VNode } from 'preact'
import type { UploadActions } from './actions.ts'
import { Notice } from '../kit/notice.tsx'
import { Question } from '../kit/question.tsx'
import { Title } from '../kit/title.tsx'
import { tabTitle, Transfer } from '../kit/transfer.tsx'
import { Said } from '../kit/verbatim.tsx'
import type { SendFault, SendState } from './send-state.ts'
import { sending as words, sendingFaults } from '../copy/sending.ts'
import { summaryText } from '../copy/upload-summary.ts'
export interface SendingProps {
  readonly act: Pick<UploadActions, 'upload'>
  readonly main: Extract<SendState['main'], { at: 'sending' }>
  /** Sentences about a drop that is not for a link. */
  readonly own?: { readonly lede: (cargo: string) => string; readonly kept: string }
}

/** A drop in parts on its way to the server. The link, or the words of a return code, come when all of it is there. */
export function Sending({ act, main, own = words }: SendingProps): VNode {
  const { cargo, carried, fault, flow, isAsking, isKept } = main
  const { upload } = act
  return (
    <>
      <Title text={words.title} tab={tabTitle(carried, flow)} />
      <p class="lede">
        <Said of={own.lede} name={summaryText(cargo)} />
      </p>
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
      <section class="block">{isKept ? <p>{own.kept}</p> : <p class="warn-text">{words.notKept}</p>}</section>
    </>
  )
}

function faultText(fault: SendFault): ComponentChildren {
  return fault.at === 'file' ? <Said of={words.file} name={fault.name} /> : sendingFaults[fault.code]
}
