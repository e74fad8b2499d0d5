import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { useKeptFocus } from '../parts/kept-focus.ts'
import { Notice } from '../parts/notice.tsx'
import { WorkNotice } from '../parts/progress.tsx'
import { SecretInput } from '../parts/secret-input.tsx'
import { Title } from '../parts/title.tsx'
import type { Main, OpenFault } from '../state.ts'
import * as format from '../words/format.ts'
import { page } from '../words/page.ts'
import { gone, open as words } from '../words/reading.ts'
import type { ViewProps } from './props.ts'

/** Says what waits before anything is used up. One press claims it. */
export function Open({ act, device, main, state }: ViewProps & { main: Extract<Main, { at: 'open' }> }): VNode {
  const { fault, note, waiting, work } = main
  const [passphrase, setPassphrase] = useState('')
  const [isShown, setShown] = useState(false)
  const [missed, setMissed] = useState(0)
  const { expiresAtMs, needsPassphrase, reads, sizeBytes } = waiting
  const isBusy = work !== undefined
  const form = useKeptFocus(isBusy)
  const isOver = fault?.at === 'passphrase' && fault.triesLeft === 0
  const submit = (event: Event): void => {
    event.preventDefault()
    if (isBusy || isOver) return
    if (needsPassphrase && passphrase === '') return setMissed(missed + 1)
    setMissed(0)
    void act.open(passphrase)
  }
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede(reads)}</p>
      {note !== undefined && (
        <Notice kind="warn">
          <p>{words[note]}</p>
        </Notice>
      )}
      {!state.isLasting && (
        <Notice kind="warn">
          <p>{words.notLasting}</p>
        </Notice>
      )}
      <dl class="facts">
        <div>
          <dt>{words.until}</dt>
          <dd>{format.until(expiresAtMs, device.clock())}</dd>
        </div>
        <div>
          <dt>{words.opens}</dt>
          <dd>{words.times(reads)}</dd>
        </div>
        <div>
          <dt>{words.size}</dt>
          <dd>{words.sizeHint(format.bytes(sizeBytes))}</dd>
        </div>
      </dl>
      <form class="stack" noValidate autoComplete="off" ref={form} onSubmit={submit}>
        {needsPassphrase && (
          <fieldset disabled={isBusy}>
            <Field
              id="passphrase"
              label={words.passphrase}
              hint={words.passphraseHint}
              error={missed > 0 ? words.passphraseMissing : wrongPassphrase(fault)}
              occasion={fault ?? missed}
            >
              {(ids) => (
                <SecretInput ids={ids} value={passphrase} isShown={isShown} onShow={setShown} onInput={setPassphrase} />
              )}
            </Field>
          </fieldset>
        )}
        {fault?.at === 'server' && (
          <Notice kind="burn" role="alert">
            <p>{words.faults[fault.code]}</p>
          </Notice>
        )}
        {work !== undefined && <WorkNotice work={work} />}
        {isOver ? (
          <p>
            <a href="/">{gone.leave}</a>
          </p>
        ) : (
          <>
            <div class="buttons">
              <Button kind="seal" isSubmit isBusy={isBusy}>
                {isBusy ? words.opening : fault?.at === 'server' ? page.again : words.button}
              </Button>
            </div>
            <p class="hint">{reads === 1 ? words.consequenceOnce : words.consequence}</p>
          </>
        )}
      </form>
    </>
  )
}

function wrongPassphrase(fault: OpenFault | undefined): string | undefined {
  return fault?.at === 'passphrase' ? words.wrong(fault.triesLeft) : undefined
}
