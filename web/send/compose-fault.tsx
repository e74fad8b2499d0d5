import type { ComponentChildren } from 'preact'
import { MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { composeFaults, sealFaults } from '../copy/compose.ts'
import * as format from '../copy/format.ts'
import { Said } from '../kit/verbatim.tsx'
import { contentBytes, MAX_FILES, type Draft } from './draft.ts'
import type { ComposeFault } from './send-state.ts'

/** The sentence above the button; `undefined` where it stands at a field, or concerns only a drop for a box. */
export function composeFaultText(fault: ComposeFault, draft: Draft): ComponentChildren {
  switch (fault.at) {
    case 'message':
    case 'expiry':
    case 'reads':
    case 'passphrase':
    case 'box-full':
    case 'invitation':
      return undefined
    case 'size':
      return composeFaults.size(
        format.atMost(fault.room),
        format.bytesAgainst(contentBytes(draft), fault.room),
        draft.files.length > 0,
      )
    case 'count':
      return composeFaults.count(format.number(MAX_FILES))
    case 'text':
      return composeFaults.text(format.atMost(MAX_TEXT_BYTES))
    case 'dropped':
    case 'empty':
    case 'upload-over':
    case 'upload-left':
    case 'elsewhere':
      return composeFaults[fault.at]
    case 'file':
    case 'path':
    case 'changed':
      return <Said of={composeFaults[fault.at]} name={fault.name} />
    case 'server':
      return fault.isInDoubt === true ? `${sealFaults[fault.code]} ${composeFaults.inDoubt}` : sealFaults[fault.code]
  }
}
