import { LETTER_LIVES } from '#client/lives.ts'
import type { ComponentChildren, VNode } from 'preact'
import { contentBytes, draftTerms, type Draft } from '../../send/draft.ts'
import type { Device } from '../../platform/device.ts'
import { fitsOnePart } from '../../send/limits.ts'
import { Button } from '../../kit/button.tsx'
import { Field } from '../../kit/field.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import { Said } from '../../kit/verbatim.tsx'
import type { ComposeFault } from '../../send/send-state.ts'
import type { Composing } from '../../send/send-state.ts'
import { MessageForm } from '../../send/message-form.tsx'
import { composeFaultText } from '../../send/compose-fault.tsx'
import { Interrupted } from '../../send/interrupted.tsx'
import { composeFaults } from '../../copy/compose.ts'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { letterFaults, write as words } from '../../copy/write.ts'
import { BoxFacts } from './box-facts.tsx'
import { InvitationField } from './invitation-field.tsx'
import { Published } from './published.tsx'
import type { WriteActions } from './write-actions.ts'
import type { FoundBox } from '../../send/to-box.ts'
import type { WriteState } from './write-state.ts'

export interface LetterProps {
  readonly act: WriteActions
  readonly device: Device
  readonly state: WriteState
}

/** The form for a letter to a box, below what is known of the box. */
export function Letter(props: LetterProps & { readonly box: FoundBox; readonly main: Composing }): VNode {
  const { act, box, device, main, state } = props
  const { desk, target } = state
  const { draft, limits } = desk
  const isBusy = main.work !== undefined
  const { ttlSeconds } = draftTerms(draft)
  const isChanged = state.main.at === 'writing' && state.main.isChanged
  return (
    <>
      <Title text={words.title(box.card.name)} screen="letter">
        <Said of={words.title} name={box.card.name} />
      </Title>
      <p class="lede">{words.lede}</p>
      <Interrupted act={act} device={device} state={desk} />
      <BoxFacts target={target} box={box} limits={limits} />
      <Published address={target.address} />
      <MessageForm
        kind="stack block"
        act={act}
        draft={draft}
        limits={limits}
        main={main}
        before={<InvitationField act={act} state={state} />}
        message={{
          id: 'message',
          label: words.message,
          rows: 9,
          error: main.fault?.at === 'message' ? composeFaults.message : undefined,
        }}
        fields={
          <>
            <Life act={act} draft={draft} />
            <Wishes {...props} />
          </>
        }
        notices={
          <>
            {isChanged && (
              <Notice kind="warn" role="alert">
                <p>{words.changed}</p>
              </Notice>
            )}
            {main.fault !== undefined && <FaultNotice {...props} fault={main.fault} />}
            {!fitsOnePart(draft) && <p class="hint">{words.largeNote}</p>}
          </>
        }
      >
        <div class="end">
          <p class="summary">
            {words.summary(box.card.readers.length, ttlSeconds === undefined ? undefined : format.span(ttlSeconds))}
          </p>
          <div class="buttons">
            <Button kind="seal" isSubmit isBusy={isBusy}>
              {isBusy ? words.sealing : main.fault?.at === 'server' ? page.again : words.seal}
            </Button>
          </div>
        </div>
      </MessageForm>
      {!state.isAgain && (
        <p class="block">
          <a href="#return">{words.comeBack}</a>
        </p>
      )}
    </>
  )
}

function Life({ act, draft }: { act: WriteActions; draft: Draft }): VNode {
  return (
    <Field id="expiry" label={words.expiry} hint={words.expiryHint}>
      {(ids) => (
        <select
          {...ids}
          value={draft.expiry}
          onChange={({ currentTarget }) => act.draft({ expiry: currentTarget.value })}
        >
          {LETTER_LIVES.map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {format.span(seconds)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** The traces of the letter, with the sender and on this device: none, unless asked. */
function Wishes({ act, state }: LetterProps): VNode {
  const { isAgain, isRemembered, wantsCode } = state
  return (
    <div class="wishes">
      {isAgain ? (
        <p class="hint">{words.usesCode}</p>
      ) : (
        <Check
          id="wants-code"
          label={words.wantsCode}
          hint={words.wantsCodeHint}
          isOn={wantsCode}
          onChange={act.wantCode}
        />
      )}
      <Check
        id="remembers"
        label={words.remembers}
        hint={words.remembersHint}
        isOn={isRemembered}
        onChange={act.remember}
      />
    </div>
  )
}

function Check(props: {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => unknown
}): VNode {
  const { hint, id, isOn, label, onChange } = props
  return (
    <div class="choice">
      <input
        type="checkbox"
        id={id}
        aria-describedby={`${id}-hint`}
        checked={isOn}
        onChange={({ currentTarget }) => void onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  )
}

function FaultNotice({ fault, state }: LetterProps & { fault: ComposeFault }): VNode | null {
  const text = faultText(fault, state)
  return text === undefined ? null : (
    <Notice kind="burn" role="alert">
      <p>{text}</p>
    </Notice>
  )
}

/** The sentence about a letter that did not go out; `undefined` where its field says it. */
export function faultText(fault: ComposeFault, { desk, target }: WriteState): ComponentChildren {
  const isInvited = target.invitation !== undefined
  if (fault.at === 'box-full') return isInvited ? letterFaults.invitationFull : letterFaults['box-full']
  if (fault.at === 'invitation') return isInvited ? letterFaults.invitationSpent : letterFaults.invitationNeeded
  const { draft } = desk
  // Neither a link nor the server alone has to do with these.
  if (fault.at === 'changed') return <Said of={letterFaults.changed} name={fault.name} />
  if (fault.at === 'size')
    return letterFaults.size(
      format.atMost(fault.room),
      format.bytesAgainst(contentBytes(draft), fault.room),
      draft.files.length > 0,
    )
  return composeFaultText(fault, draft)
}
