import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { BoxAddress } from '#protocol/address.ts'
import { TextField } from '../../../kit/text-field.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { forgetWords as words } from '../../../copy/boxes-settings.ts'
import { JobForm } from './job-form.tsx'
import type { BoxViewProps } from './props.ts'

/** Removes a box from this device, after its consequences were read and a word was typed. */
export function ForgetBox(props: BoxViewProps & { box: BoxAddress; text: string }): VNode {
  const { act, box, state, text } = props
  const [typed, setTyped] = useState('')
  const [missed, setMissed] = useState(0)
  const submit = (): void => {
    if (typed.trim().toLowerCase() === words.word) void act.forget(box)
    else setMissed(missed + 1)
  }
  return (
    <>
      <p>{text}</p>
      <JobForm state={state} name="forget" kind="burn" button={words.button} busy={words.removing} onSubmit={submit}>
        <TextField
          id="forget-word"
          label={<Said of={words.confirm} name={words.word} />}
          error={missed > 0 ? <Said of={words.unlike} name={words.word} /> : undefined}
          occasion={missed}
          value={typed}
          onInput={(value) => {
            setTyped(value)
            setMissed(0)
          }}
        />
      </JobForm>
    </>
  )
}
