import type { ComponentChildren, VNode } from 'preact'
import { Notice } from '../kit/notice.tsx'
import { Question } from '../kit/question.tsx'
import { Transfer } from '../kit/transfer.tsx'
import type { UploadActions } from './actions.ts'
import type { SendState } from './send-state.ts'

interface UploadTransferProps {
  readonly main: Extract<SendState['main'], { at: 'sending' }>
  readonly upload: UploadActions['upload']
  /** The sentence about a fault; `undefined` if there is none. */
  readonly fault: ComponentChildren
  readonly words: Readonly<Record<'cancelQuestion' | 'cancelWarning' | 'cancelSure' | 'keep', string>>
}

/** An upload under way, with its buttons: pause, go on, and cancel after a question. */
export function UploadTransfer({ fault, main, upload, words }: UploadTransferProps): VNode {
  const { carried, flow, isAsking } = main
  return (
    <>
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{fault}</p>
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
    </>
  )
}
