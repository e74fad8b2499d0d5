import type { VNode } from 'preact'
import { Button } from '../../../kit/button.tsx'
import { Question } from '../../../kit/question.tsx'
import { passkeyWords as words } from '../../../copy/boxes-settings.ts'
import { JobForm } from './job-form.tsx'
import type { HomeProps } from './props.ts'

/** The passkeys that, like the passphrase, open the box on this device. */
export function PasskeySettings(props: HomeProps): VNode {
  const { act, canPasskey, passkeys, state } = props
  return (
    <section class="block">
      <h2>{words.title}</h2>
      <p class="hint under">{canPasskey ? words.lede : words.none}</p>
      {passkeys.length > 0 && (
        <ul class="rows" aria-label={words.title}>
          {passkeys.map((credential, index) => (
            <PasskeyRow key={credential} credential={credential} count={index + 1} {...props} />
          ))}
        </ul>
      )}
      {canPasskey && (
        <JobForm
          state={state}
          name="passkey"
          kind="plain"
          button={words.add}
          busy={words.adding}
          onSubmit={act.home.addPasskey}
        />
      )}
    </section>
  )
}

function PasskeyRow({ act, count, credential, state }: HomeProps & { count: number; credential: string }): VNode {
  const { asking, job } = state
  if (asking?.to === 'remove-passkey' && asking.credential === credential) {
    return (
      <li class="asks">
        <Question
          title={words.question}
          warning={words.warning}
          yes={words.sure}
          no={words.keep}
          from={credential}
          onYes={() => act.home.removePasskey(credential)}
          onNo={() => act.ask(undefined)}
        />
      </li>
    )
  }
  return (
    <li>
      <span>{words.name(count)}</span>
      <Button
        kind="small burn"
        asks={credential}
        label={words.removeOne(count)}
        isBusy={job !== undefined}
        onPress={() => act.ask({ to: 'remove-passkey', credential })}
      >
        {words.remove}
      </Button>
    </li>
  )
}
