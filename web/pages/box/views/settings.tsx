import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { lifeOfCard } from '#protocol/epoch.ts'
import { Field } from '../../../kit/field.tsx'
import * as format from '../../../copy/format.ts'
import { forgetWords, settingsWords as words } from '../../../copy/boxes-settings.ts'
import { ForgetBox } from './forget-box.tsx'
import { JobFault, JobForm } from './job-form.tsx'
import { NewPassphrase, NOT_TYPED, PASSPHRASE_FAULTS } from './new-passphrase.tsx'
import { PasskeySettings } from './passkey-settings.tsx'
import type { HomeProps } from './props.ts'
import { BoxTermsFields } from './terms-fields.tsx'
import { useTyped } from './typed.ts'

/** How a box is kept: on the server, in a backup, on this device. */
export function Settings(props: HomeProps): VNode {
  const { home, session } = props
  const isOwner = session.state().phrase !== undefined
  return (
    <div class="settings">
      <BackupSettings {...props} />
      <KeySettings {...props} />
      {isOwner && <TermsSettings {...props} />}
      <PassphraseSettings {...props} />
      <PasskeySettings {...props} />
      <LockSettings {...props} />
      <section class="block">
        <h2>{words.forgetTitle}</h2>
        <ForgetBox {...props} box={home.box} text={isOwner ? forgetWords.owner : forgetWords.joined} />
      </section>
    </div>
  )
}

function BackupSettings({ act, session, state, tools }: HomeProps): VNode {
  const [typed, setTyped] = useState(NOT_TYPED)
  const { backedUpAtMs } = session.state()
  const save = async (): Promise<void> => {
    if (await act.home.backUp(typed.passphrase, typed.repeated)) setTyped(NOT_TYPED)
  }
  return (
    <section class="block">
      <h2>{words.backupTitle}</h2>
      <p>{words.backup}</p>
      <p>{words.backupOld}</p>
      <p class={backedUpAtMs === undefined ? 'warn-text' : 'quiet'}>
        {backedUpAtMs === undefined
          ? words.notBackedUp
          : words.backedUp(format.relative(backedUpAtMs, tools.device.clock()))}
      </p>
      <JobForm
        state={state}
        name="backup"
        button={words.backupButton}
        busy={words.backingUp}
        atField={PASSPHRASE_FAULTS}
        onSubmit={save}
      >
        <NewPassphrase
          state={state}
          name="backup"
          id="backup"
          label={words.backupPassphrase}
          repeatedLabel={words.backupRepeated}
          hint={words.backupHint}
          typed={typed}
          onInput={setTyped}
          suggest={act.suggest}
        />
      </JobForm>
    </section>
  )
}

function KeySettings({ act, session, state }: HomeProps): VNode {
  const { lastEpoch, phrase, serial } = session.state()
  return (
    <section class="block">
      <h2>{words.keysTitle}</h2>
      {phrase === undefined ? (
        <p>{words.keysJoined}</p>
      ) : (
        <>
          {serial > 0 && <p>{words.keys(format.moment(lifeOfCard(lastEpoch).notAfter * 1_000))}</p>}
          <p class="hint under">{words.keysHint}</p>
          <JobForm
            state={state}
            name="publish"
            kind="plain"
            button={words.renew}
            busy={words.renewing}
            onSubmit={act.home.publish}
          />
        </>
      )}
    </section>
  )
}

function TermsSettings({ act, session, state }: HomeProps): VNode {
  const [terms, setTerms] = useTyped(session, 'terms', session.state().terms)
  const save = async (): Promise<void> => {
    // From now on it shows the present terms, whichever device changes them.
    if (await act.home.terms(terms)) setTerms(undefined)
  }
  return (
    <section class="block">
      <h2>{words.termsTitle}</h2>
      <JobForm state={state} name="terms" kind="plain" button={words.save} busy={words.saving} onSubmit={save}>
        <BoxTermsFields terms={terms} onInput={setTerms} />
      </JobForm>
    </section>
  )
}

function PassphraseSettings({ act, state }: HomeProps): VNode {
  const [typed, setTyped] = useState(NOT_TYPED)
  const change = async (): Promise<void> => {
    if (await act.home.changePassphrase(typed.passphrase, typed.repeated)) setTyped(NOT_TYPED)
  }
  return (
    <section class="block">
      <h2>{words.passphraseTitle}</h2>
      <JobForm
        state={state}
        name="passphrase"
        kind="plain"
        button={words.change}
        busy={words.changing}
        atField={PASSPHRASE_FAULTS}
        onSubmit={change}
      >
        <NewPassphrase
          state={state}
          name="passphrase"
          id="passphrase"
          label={words.newPassphrase}
          repeatedLabel={words.newRepeated}
          hint={words.passphraseHint}
          typed={typed}
          onInput={setTyped}
          suggest={act.suggest}
        />
      </JobForm>
    </section>
  )
}

function LockSettings({ act, session, state }: HomeProps): VNode {
  const { autoLockMinutes } = session.state()
  const offered = MINUTES.includes(autoLockMinutes) ? MINUTES : [...MINUTES, autoLockMinutes].toSorted((a, b) => a - b)
  return (
    <section class="block">
      <h2>{words.lockTitle}</h2>
      <Field id="auto-lock" label={words.autoLock} hint={words.lockHint}>
        {(ids) => (
          <select
            {...ids}
            value={String(autoLockMinutes)}
            // One thing at a time: a choice made meanwhile would not be kept.
            disabled={state.job !== undefined && state.job.name !== 'auto-lock'}
            onChange={({ currentTarget }) => void act.home.autoLock(Number(currentTarget.value))}
          >
            {offered.map((minutes) => (
              <option key={minutes} value={String(minutes)}>
                {minutes === 0 ? words.never : format.span(minutes * 60)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <JobFault state={state} name="auto-lock" />
    </section>
  )
}

/** 0 for never. */
const MINUTES: readonly number[] = [1, 5, 10, 30, 60, 0]
