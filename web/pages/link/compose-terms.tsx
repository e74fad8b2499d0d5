import { LINK_LIVES } from '#client/lives.ts'
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LinkActions } from './actions.ts'
import { CUSTOM, isPassphrase, READS, UNITS, type Draft } from '../../send/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Field } from '../../kit/field.tsx'
import { lazy } from '../../kit/lazy.tsx'
import { SecretInput } from '../../kit/secret-input.tsx'
import type { ComposeFault } from '../../send/send-state.ts'
import { compose as words, composeFaults } from '../../copy/compose.ts'
import * as format from '../../copy/format.ts'

interface Props {
  readonly act: LinkActions
  readonly draft: Draft
  readonly fault: ComposeFault | undefined
}

/** How long, and how often. */
export function TermsFields(props: Props): VNode {
  return (
    <div class="pair">
      <div>
        <Expiry {...props} />
      </div>
      <div>
        <Reads {...props} />
      </div>
    </div>
  )
}

function Expiry({ act, draft, fault }: Props): VNode {
  const error = fault?.at === 'expiry' ? composeFaults.expiry : undefined
  return (
    <>
      <Field id="expiry" label={words.expiry}>
        {(ids) => (
          <select
            {...ids}
            value={draft.expiry}
            onChange={({ currentTarget }) => act.draft({ expiry: currentTarget.value })}
          >
            {LINK_LIVES.map((seconds) => (
              <option key={seconds} value={String(seconds)}>
                {format.span(seconds)}
              </option>
            ))}
            <option value={CUSTOM}>{words.custom}</option>
          </select>
        )}
      </Field>
      {draft.expiry === CUSTOM && (
        <div class="amount">
          <Field id="amount" label={words.amount} error={error} occasion={fault}>
            {(ids) => (
              <input
                {...ids}
                inputMode="numeric"
                autoComplete="off"
                value={draft.customExpiry}
                onInput={({ currentTarget }) => act.draft({ customExpiry: currentTarget.value })}
              />
            )}
          </Field>
          <Field id="unit" label={words.unit}>
            {(ids) => (
              <select
                {...ids}
                value={draft.customUnit}
                onChange={({ currentTarget }) => act.draft({ customUnit: currentTarget.value as Draft['customUnit'] })}
              >
                {Object.keys(UNITS).map((unit) => (
                  <option key={unit} value={unit}>
                    {words.units[unit as Draft['customUnit']]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
    </>
  )
}

function Reads({ act, draft, fault }: Props): VNode {
  const error = fault?.at === 'reads' ? composeFaults.reads : undefined
  return (
    <>
      <Field id="reads" label={words.reads}>
        {(ids) => (
          <select
            {...ids}
            value={draft.reads}
            onChange={({ currentTarget }) => act.draft({ reads: currentTarget.value })}
          >
            {READS.map((reads) => (
              <option key={reads} value={String(reads)}>
                {reads === 1 ? words.once : words.readsOption(reads)}
              </option>
            ))}
            <option value={CUSTOM}>{words.customReads}</option>
          </select>
        )}
      </Field>
      {draft.reads === CUSTOM && (
        <Field id="how-many" label={words.howMany} error={error} occasion={fault}>
          {(ids) => (
            <input
              {...ids}
              inputMode="numeric"
              autoComplete="off"
              value={draft.customReads}
              onInput={({ currentTarget }) => act.draft({ customReads: currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  )
}

/** Asked for only by those who want one. */
export function PassphraseField({ act, draft, fault }: Props): VNode {
  const [isShown, setShown] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const isAsked = draft.passphrase !== undefined
  const wasAskedRef = useRef(isAsked)
  useEffect(() => {
    // The button that was pressed is gone: the focus goes to the field in its place.
    if (wasAskedRef.current !== isAsked) box.current?.querySelector<HTMLElement>('input, button')?.focus()
    wasAskedRef.current = isAsked
  }, [isAsked])
  const suggest = async (): Promise<void> => {
    // Nobody can send on what they have not seen.
    setShown(true)
    await act.suggest()
  }
  if (draft.passphrase === undefined) {
    return (
      <div ref={box}>
        <Button isOpen={false} onPress={() => act.draft({ passphrase: '' })}>
          {words.addPassphrase}
        </Button>
      </div>
    )
  }
  return (
    <div ref={box}>
      <Field
        id="passphrase"
        label={words.passphrase}
        hint={words.passphraseHint}
        error={fault?.at === 'passphrase' ? passphraseFault(draft.passphrase) : undefined}
        occasion={fault}
      >
        {(ids) => (
          <SecretInput
            ids={ids}
            value={draft.passphrase ?? ''}
            isShown={isShown}
            onShow={setShown}
            onInput={(passphrase) => act.draft({ passphrase })}
          />
        )}
      </Field>
      {draft.passphrase !== '' && <StrengthHint passphrase={draft.passphrase} tries="ten" />}
      <div class="buttons">
        <Button kind="small" onPress={suggest}>
          {words.suggest}
        </Button>
        <Button kind="small" onPress={() => act.draft({ passphrase: undefined })}>
          {words.withoutPassphrase}
        </Button>
      </div>
    </div>
  )
}

function passphraseFault(passphrase: string): string {
  if (passphrase === '') return composeFaults.passphrase
  return isPassphrase(passphrase) ? composeFaults.passphraseHopeless : composeFaults.passphraseLong
}

const StrengthHint = lazy(async () => (await import('../../kit/strength.tsx')).StrengthHint)
