import type { VNode } from 'preact'
import { TextField } from '../../kit/text-field.tsx'
import { write as words } from '../../copy/write.ts'
import type { WriteActions } from './write-actions.ts'
import { asksInvitation, type InvitationFault, type WriteState } from './write-state.ts'

/** Takes the link of an invitation, where the box asks for one and there is none, or none that is good any more. */
export function InvitationField({ act, state }: { act: WriteActions; state: WriteState }): VNode | null {
  const { invitation, isAgain } = state
  if (invitation === undefined || !asksInvitation(state)) return null
  const { fault, text } = invitation
  return (
    <TextField
      id="invitation"
      label={words.invitation}
      hint={isAgain ? `${words.uninvited} ${words.uninvitedAgain}` : words.uninvited}
      error={fault === undefined ? undefined : faultText(fault)}
      occasion={fault}
      isCode
      value={text}
      onInput={act.typeInvitation}
    />
  )
}

function faultText(fault: InvitationFault): string {
  return fault.at === 'elsewhere' ? words.invitationFaults.elsewhere(fault.origin) : words.invitationFaults[fault.at]
}
