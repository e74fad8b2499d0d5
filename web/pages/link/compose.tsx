import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { draftTerms, type Draft } from '../../send/draft.ts'
import { Button } from '../../kit/button.tsx'
import { lazy } from '../../kit/lazy.tsx'
import { composeFaultText } from '../../send/compose-fault.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import type { ComposeFault } from '../../send/send-state.ts'
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
        message={{ id: 'message', label: words.message, rows: 7, error: errorAt(main.fault, 'message') }}
        fields={
          <>
            <TermsFields act={act} draft={draft} fault={main.fault} />
            <PassphraseField act={act} draft={draft} fault={main.fault} />
          </>
        }
        notices={main.fault !== undefined && <FaultNotice fault={main.fault} draft={draft} />}
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

/** A fault of one field is said at the field. */
function errorAt(fault: ComposeFault | undefined, at: 'message'): string | undefined {
  return fault?.at === at ? composeFaults[at] : undefined
}

function FaultNotice({ fault, draft }: { fault: ComposeFault; draft: Draft }): VNode | null {
  const text = composeFaultText(fault, draft)
  return text === undefined ? null : (
    <Notice kind="burn" role="alert">
      <p>{text}</p>
    </Notice>
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
