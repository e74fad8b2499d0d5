import type { ComponentChildren, VNode } from 'preact'
import { Notice } from '../kit/notice.tsx'
import { Transfer, type TransferProgress } from '../kit/transfer.tsx'
import { receiving as words } from '../copy/reading.ts'
import type { ReceivingActions } from './actions.ts'
import type { Receiving } from './reading.ts'

/** A drop in parts on its way here: how far it is, and the buttons that pause it, go on and stop it. */
export function ReceivingTransfer(props: {
  readonly act: { readonly receiving: ReceivingActions }
  readonly receiving: Receiving
  /** Bytes of its ciphertext. */
  readonly total: number
  readonly onCancel: () => unknown
  /** Stands in place of the buttons, while something is asked. */
  readonly children?: ComponentChildren
}): VNode {
  const { act, children, onCancel, receiving, total } = props
  const { fault, flow } = receiving
  return (
    <>
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{words.faults[fault]}</p>
        </Notice>
      )}
      <Transfer
        carried={progressOf(receiving, total)}
        flow={flow}
        cancel={words.cancel}
        onPause={act.receiving.pause}
        onGoOn={act.receiving.goOn}
        onCancel={onCancel}
      >
        {children}
      </Transfer>
    </>
  )
}

/** How far it is, also before anything has come in. */
export function progressOf({ carried }: Receiving, total: number): TransferProgress {
  return carried ?? { stage: 'receiving', bytes: 0, total }
}
