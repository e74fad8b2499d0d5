import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Field } from '../../../kit/field.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { SecretInput } from '../../../kit/secret-input.tsx'
import { Title } from '../../../kit/title.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { boxWords, lockedWords as words } from '../../../copy/boxes.ts'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { forgetWords } from '../../../copy/boxes-settings.ts'
import type { FaultCode } from '../fault.ts'
import type { ScreenOf } from '../actions.ts'
import { ForgetBox } from './forget-box.tsx'
import { JobFault, JobForm } from './job-form.tsx'
import { faultAt, type BoxViewProps } from './props.ts'

/** Before a box that this device keeps sealed. */
export function Locked(props: BoxViewProps & { screen: ScreenOf<'locked'> }): VNode {
  const { act, screen, state } = props
  const { entry, why } = screen
  const [passphrase, setPassphrase] = useState('')
  const [isShown, setShown] = useState(false)
  const [isForgotten, setForgotten] = useState(false)
  const code = faultAt(state, 'unlock')
  const isAsked = state.job?.name === 'passkey-unlock'
  return (
    <>
      <Title text={words.title(entry.name)} screen={`locked ${entry.box}`}>
        <Said of={words.title} name={entry.name} />
      </Title>
      {why === 'idle' && (
        <Notice kind="warn">
          <p>{words.idle}</p>
        </Notice>
      )}
      <p class="lede">{words.lede}</p>
      {entry.hasPasskey && (
        <div class="stack after">
          <div class="buttons">
            <Button isBusy={state.job !== undefined} onPress={() => act.unlockWithPasskey(entry)}>
              {isAsked ? words.passkeyWaiting : words.passkey}
            </Button>
          </div>
          <JobFault state={state} name="passkey-unlock" />
        </div>
      )}
      <JobForm
        state={state}
        name="unlock"
        button={words.unlock}
        busy={words.unlocking}
        atField={AT_FIELD}
        onSubmit={() => act.unlock(entry, passphrase)}
        beside={<Button onPress={() => act.go('list')}>{boxWords.back}</Button>}
      >
        <Field
          id="passphrase"
          label={words.passphrase}
          error={code !== undefined && AT_FIELD.includes(code) ? boxFaults[code] : undefined}
          occasion={state.fault}
        >
          {(ids) => (
            <SecretInput ids={ids} value={passphrase} isShown={isShown} onShow={setShown} onInput={setPassphrase} />
          )}
        </Field>
      </JobForm>
      <section class="block">
        <div class="buttons">
          <Button kind="small" isOpen={isForgotten} onPress={() => setForgotten(!isForgotten)}>
            {words.forgotten}
          </Button>
        </div>
        {isForgotten && (
          <>
            <p>{words.forgottenText}</p>
            <ForgetBox {...props} box={entry.box} text={forgetWords.unknown} />
          </>
        )}
      </section>
    </>
  )
}

const AT_FIELD: readonly FaultCode[] = ['no_passphrase', 'open_failed']
