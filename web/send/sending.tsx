import type { ComponentChildren, VNode } from 'preact'
import type { UploadActions } from './actions.ts'
import { Title } from '../kit/title.tsx'
import { tabTitle } from '../kit/transfer.tsx'
import { Said } from '../kit/verbatim.tsx'
import type { SendFault, SendState } from './send-state.ts'
import { UploadTransfer } from './upload-transfer.tsx'
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
  const { cargo, carried, fault, flow, isKept } = main
  return (
    <>
      <Title text={words.title} tab={tabTitle(carried, flow)} />
      <p class="lede">
        <Said of={own.lede} name={summaryText(cargo)} />
      </p>
      <UploadTransfer fault={fault && faultText(fault)} main={main} upload={act.upload} words={words} />
      <section class="block">{isKept ? <p>{own.kept}</p> : <p class="warn-text">{words.notKept}</p>}</section>
    </>
  )
}

function faultText(fault: SendFault): ComponentChildren {
  return fault.at === 'file' ? <Said of={words.file} name={fault.name} /> : sendingFaults[fault.code]
}
