import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Title } from '../../../kit/title.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { boxWords } from '../../../copy/boxes.ts'
import { protectWords as words } from '../../../copy/boxes-making.ts'
import type { ScreenOf } from '../actions.ts'
import { Choice } from './choice.tsx'
import { JobForm } from './job-form.tsx'
import { NewPassphrase, NOT_TYPED, PASSPHRASE_FAULTS } from './new-passphrase.tsx'
import type { BoxViewProps } from './props.ts'

/** Before anything of a box is kept: the passphrase and the passkey under which it is sealed. */
export function Protect({ act, screen, state }: BoxViewProps & { screen: ScreenOf<'protect'> }): VNode {
  const [typed, setTyped] = useState(NOT_TYPED)
  const [wantsPasskey, setPasskey] = useState(false)
  return (
    <>
      <Title text={words.title(screen.name)} screen="protect">
        <Said of={words.title} name={screen.name} />
      </Title>
      <p class="lede">{words.lede}</p>
      <JobForm
        state={state}
        name="protect"
        button={words.next}
        busy={words.working}
        atField={PASSPHRASE_FAULTS}
        onSubmit={() => act.making.protect(typed.passphrase, typed.repeated, wantsPasskey)}
        beside={screen.isNew ? undefined : <Button onPress={() => act.go('list')}>{boxWords.back}</Button>}
      >
        <NewPassphrase
          state={state}
          name="protect"
          id="passphrase"
          label={words.passphrase}
          repeatedLabel={words.repeated}
          hint={words.hint}
          typed={typed}
          onInput={setTyped}
          suggest={act.suggest}
        />
        {screen.canPasskey && (
          <Choice
            id="passkey"
            label={words.passkey}
            hint={words.passkeyHint}
            isChosen={wantsPasskey}
            onChange={setPasskey}
          />
        )}
      </JobForm>
    </>
  )
}
