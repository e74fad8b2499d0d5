import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { draftTerms } from '../../send/draft.ts'
import { Button } from '../../kit/button.tsx'
import { lazy } from '../../kit/lazy.tsx'
import { composeFaultText } from '../../send/compose-fault.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import type { Main } from './state.ts'
import { compose as words, composeFaults } from '../../copy/compose.ts'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { MessageForm } from '../../send/message-form.tsx'
import { PassphraseField, TermsFields } from './compose-terms.tsx'
import type { ViewProps } from './props.ts'

/** The first screen: type, add, choose, seal. */
export function Compose(props: ViewProps & { main: Extract<Main, { at: 'compose' }> }): VNode {
  const { act, main, state } = props
  const { draft } = state
  const isBusy = main.work !== undefined
  const { ttlSeconds, reads } = draftTerms(draft)
  const said = main.fault && composeFaultText(main.fault, draft)
  return (
    <>
      <Title text={words.title(reads)} screen="compose" />
      <p class="lede">{words.lede}</p>
      {state.uploads.interrupted.length > 0 && <Interrupted {...props} />}
      <MessageForm
        act={act}
        draft={draft}
        limits={state.limits}
        main={main}
        message={{
          id: 'message',
          label: words.message,
          rows: 7,
          error: main.fault?.at === 'message' ? composeFaults.message : undefined,
        }}
        fields={
          <>
            <TermsFields act={act} draft={draft} fault={main.fault} />
            <PassphraseField act={act} draft={draft} fault={main.fault} />
          </>
        }
        notices={
          said !== undefined && (
            <Notice kind="burn" role="alert">
              <p>{said}</p>
            </Notice>
          )
        }
      >
        <div class="end">
          <p class="summary">
            {words.summary(
              ttlSeconds === undefined ? undefined : format.span(ttlSeconds),
              reads,
              draft.passphrase !== undefined,
            )}
          </p>
          <div class="buttons">
            <Button kind="seal" isSubmit isBusy={isBusy}>
              {isBusy ? words.sealing : main.fault?.at === 'server' ? page.again : words.seal}
            </Button>
            <Shortcut />
          </div>
        </div>
      </MessageForm>
    </>
  )
}

// Only for whom it concerns.
const Interrupted = lazy(async () => (await import('../../send/interrupted.tsx')).Interrupted)

/** Shown where there is a keyboard to press. */
function Shortcut(): VNode {
  const [key, setKey] = useState('Ctrl')
  useEffect(() => {
    if (/mac|iphone|ipad/i.test(navigator.platform)) setKey('⌘')
  }, [])
  return (
    <p class="shortcut hint">
      <kbd>{key}</kbd> + <kbd>Enter</kbd> {words.shortcut}
    </p>
  )
}
