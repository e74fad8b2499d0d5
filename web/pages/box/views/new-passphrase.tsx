import type { VNode } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Field } from '../../../kit/field.tsx'
import { SecretInput } from '../../../kit/secret-input.tsx'
import { StrengthHint } from '../../../kit/strength.tsx'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import { protectWords } from '../../../copy/boxes-making.ts'
import type { FaultCode } from '../fault.ts'
import type { BoxesState, JobName } from '../state.ts'
import { faultAt } from './props.ts'

/** A passphrase, typed twice. */
export interface TypedTwice {
  readonly passphrase: string
  readonly repeated: string
}

export const NOT_TYPED: TypedTwice = { passphrase: '', repeated: '' }

/** Faults that are said at these fields, and not above the button. */
export const PASSPHRASE_FAULTS: readonly FaultCode[] = [
  'no_passphrase',
  'long_passphrase',
  'hopeless_passphrase',
  'unlike',
]

export interface NewPassphraseProps {
  readonly state: BoxesState
  readonly name: JobName
  /** The only one of its name on the screen. */
  readonly id: string
  readonly label: string
  readonly repeatedLabel: string
  readonly hint: string
  readonly typed: TypedTwice
  readonly onInput: (typed: TypedTwice) => void
  readonly suggest: () => Promise<string>
}

/** Two fields for a passphrase that nobody can recover, or one that is suggested and seen. */
export function NewPassphrase(props: NewPassphraseProps): VNode {
  const { hint, id, label, name, onInput, repeatedLabel, state, suggest, typed } = props
  const [isShown, setShown] = useState(false)
  const [hasMissed, setMissed] = useState(false)
  const code = faultAt(state, name)
  const isBusy = state.job?.name === name
  const nowRef = useRef({ isBusy, typed })
  useLayoutEffect(() => {
    nowRef.current = { isBusy, typed }
  }, [isBusy, typed])
  const take = async (): Promise<void> => {
    try {
      const passphrase = await suggest()
      // A person who has typed on, or submitted the form, does not wait for it any more.
      if (nowRef.current.isBusy || nowRef.current.typed !== typed) return
      // Nobody can learn a passphrase that they have not seen.
      setShown(true)
      setMissed(false)
      onInput({ passphrase, repeated: passphrase })
    } catch {
      setMissed(true)
    }
  }
  return (
    <>
      <Field
        id={id}
        label={label}
        hint={hint}
        error={
          code !== undefined && code !== 'unlike' && PASSPHRASE_FAULTS.includes(code) ? boxFaults[code] : undefined
        }
        occasion={state.fault}
      >
        {(ids) => (
          <SecretInput
            ids={ids}
            value={typed.passphrase}
            isShown={isShown}
            onShow={setShown}
            onInput={(passphrase) => onInput({ ...typed, passphrase })}
          />
        )}
      </Field>
      {code !== 'hopeless_passphrase' && <StrengthHint passphrase={typed.passphrase} tries="any" />}
      <Field
        id={`${id}-again`}
        label={repeatedLabel}
        error={code === 'unlike' ? boxFaults.unlike : undefined}
        occasion={state.fault}
      >
        {(ids) => (
          <SecretInput
            ids={ids}
            value={typed.repeated}
            isShown={isShown}
            onShow={setShown}
            onInput={(repeated) => onInput({ ...typed, repeated })}
          />
        )}
      </Field>
      <div class="buttons">
        <Button kind="small" onPress={take}>
          {protectWords.suggest}
        </Button>
        {hasMissed && (
          <p class="error beside" role="alert">
            {boxFaults.broken}
          </p>
        )}
      </div>
    </>
  )
}
