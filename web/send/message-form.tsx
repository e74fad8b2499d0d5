import type { ComponentChildren, VNode } from 'preact'
import { compose as words } from '../copy/compose.ts'
import { Field } from '../kit/field.tsx'
import { useKeptFocus } from '../kit/kept-focus.ts'
import { MessageInput } from '../kit/message-input.tsx'
import { WorkNotice } from '../kit/progress.tsx'
import type { FormActions } from './actions.ts'
import { FilePicker, useDroppedFiles } from './compose-files.tsx'
import type { Draft } from './draft.ts'
import type { Composing, Limits } from './send-state.ts'

export interface MessageFormProps {
  readonly act: FormActions
  readonly draft: Draft
  readonly limits: Limits | undefined
  readonly main: Composing
  /** The field of the text. `error`: of this field alone. */
  readonly message: {
    readonly id: string
    readonly label: string
    readonly rows: number
    readonly hint?: string | undefined
    readonly error: ComponentChildren
  }
  /** Fields before the text. */
  readonly before?: ComponentChildren
  /** Fields below the files, which only this destination has. */
  readonly fields: ComponentChildren
  /** Notices between the fields and the work that is waited for. */
  readonly notices: ComponentChildren
  /** The end of the form, with its button. */
  readonly children: ComponentChildren
  readonly kind?: 'stack' | 'stack block'
  /** The id of a heading that names the form. */
  readonly labelledBy?: string
}

/** The form of a message, wherever it goes: a text, files, and the fields of its destination. */
export function MessageForm(props: MessageFormProps): VNode {
  const { act, before, children, draft, fields, kind = 'stack', labelledBy, limits, main, message, notices } = props
  const { error, hint, id, label, rows } = message
  const isBusy = main.work !== undefined
  const form = useKeptFocus(isBusy)
  const isDragged = useDroppedFiles(isBusy ? undefined : act)
  return (
    <>
      <form
        class={kind}
        noValidate
        autoComplete="off"
        ref={form}
        aria-labelledby={labelledBy}
        onSubmit={(event) => {
          event.preventDefault()
          void act.seal()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          form.current?.requestSubmit()
        }}
        onInput={act.prepare}
      >
        <fieldset disabled={isBusy}>
          {before}
          <Field id={id} label={label} hint={hint} error={error} occasion={main.fault}>
            {(ids) => <MessageInput ids={ids} rows={rows} value={draft.text} onInput={(text) => act.draft({ text })} />}
          </Field>
          <FilePicker act={act} draft={draft} limits={limits} />
          {fields}
        </fieldset>
        {notices}
        {main.work !== undefined && <WorkNotice work={main.work} />}
        {children}
      </form>
      {isDragged && (
        <div class="drop-here" aria-hidden="true">
          <p>{words.dropHere}</p>
        </div>
      )}
    </>
  )
}
