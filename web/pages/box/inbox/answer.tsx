import { ANSWER_LIVES } from '#client/lives.ts'
import type { ComponentChildren, VNode } from 'preact'
import { useMemo, useRef, useState } from 'preact/hooks'
import { MAX_TEXT_BYTES } from '#protocol/limits.ts'
import type { Missed, UploadActions } from '../../../send/actions.ts'
import { Button } from '../../../kit/button.tsx'
import { Field } from '../../../kit/field.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Question } from '../../../kit/question.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { MAX_FILES, type ChosenFile, type Draft } from '../../../send/draft.ts'
import { matchFiles } from '../../../send/uploads.ts'
import type { ComposeFault, Composing, SendState } from '../../../send/send-state.ts'
import { MessageForm } from '../../../send/message-form.tsx'
import { Interrupted } from '../../../send/interrupted.tsx'
import { UploadTransfer } from '../../../send/upload-transfer.tsx'
import { listText } from '../../../copy/upload-summary.ts'
import * as format from '../../../copy/format.ts'
import { answer as words, answerFault } from '../../../copy/inbox.ts'
import { page } from '../../../copy/page.ts'
import { isEmptyAnswer, isInterrupted, type AnswerState } from './answer-state.ts'
import type { OpenedViewProps } from './props.ts'
import { answerTo } from './state.ts'

/** Answers a drop whose sender took a return code, or says why that cannot be. */
export function AnswerSection(props: OpenedViewProps): VNode {
  const { phase, shown, state } = props
  return (
    <section class="block answer">
      <h2 id="answer-title" tabIndex={-1}>
        {words.title}
      </h2>
      {phase.answering === 'none' && <p>{words.none}</p>}
      {phase.answering === 'forged' && (
        <Notice kind="warn">
          <p>{words.forged}</p>
        </Notice>
      )}
      {phase.answering === 'open' && <Stage {...props} answer={answerTo(state, shown.item.drop)} />}
    </section>
  )
}

type StageProps = OpenedViewProps & { readonly answer: AnswerState }

function Stage({ answer, ...props }: StageProps): VNode {
  const { act, device, shown } = props
  const { drop } = shown.item
  const { desk, sentUntilMs } = answer
  if (sentUntilMs !== undefined) {
    return (
      <>
        <Notice kind="seal">
          <p>{words.sentUntil(format.moment(sentUntilMs))}</p>
        </Notice>
        <div class="buttons">
          <Button kind="small" onPress={() => act.answer.anew(drop)}>
            {words.another}
          </Button>
        </div>
      </>
    )
  }
  if (isInterrupted(answer)) {
    const interrupted = act.answer.interrupted(drop)
    return <Interrupted act={{ interrupted, prepare: () => {} }} device={device} state={desk} />
  }
  if (desk.main.at === 'sending') return <Upload upload={act.answer.upload(drop)} main={desk.main} />
  return <Form {...props} answer={answer} />
}

function Form({ act, answer, shown }: StageProps): VNode {
  const { drop } = shown.item
  const { desk, isRestored, wanted } = answer
  const { draft, main } = desk
  const composing: Composing = main.at === 'compose' ? main : { at: 'compose' }
  const { fault, work } = composing
  const missing = matchFiles(wanted, draft.files).missing
  const isBusy = work !== undefined
  const form = useMemo(
    () => ({
      draft: (change: Partial<Draft>) => act.answer.draft(drop, change),
      addFiles: (chosen: readonly ChosenFile[]) => act.answer.addFiles(drop, chosen),
      missFiles: (why: Missed) => act.answer.missFiles(drop, why),
      prepare: () => {},
      seal: () => act.answer.send(drop),
    }),
    [act, drop],
  )
  const error = fault === undefined ? undefined : sentence(fault)
  const isAtField = fault?.at === 'message' || fault?.at === 'text'
  return (
    <MessageForm
      labelledBy="answer-title"
      act={form}
      draft={draft}
      limits={undefined}
      main={composing}
      message={{
        id: 'answer-text',
        label: words.message,
        rows: 6,
        hint: isRestored ? `${words.restored} ${words.lede}` : words.lede,
        error: isAtField ? error : undefined,
      }}
      fields={
        <>
          {missing.length > 0 && (
            <p class="warn-text">
              <Said of={(names) => words.wanted(names, missing.length)} name={listText(missing)} />
            </p>
          )}
          <Life draft={draft} onChange={(expiry) => form.draft({ expiry })} />
        </>
      }
      notices={
        fault !== undefined &&
        !isAtField && (
          <Notice kind="burn" role="alert">
            <p>{error}</p>
          </Notice>
        )
      }
    >
      <Ending
        isBusy={isBusy}
        isAgain={fault?.at === 'server'}
        canDiscard={!isEmptyAnswer(answer)}
        onDiscard={() => act.answer.discard(drop)}
      />
    </MessageForm>
  )
}

function Life({ draft, onChange }: { readonly draft: Draft; readonly onChange: (expiry: string) => void }): VNode {
  return (
    <Field id="answer-life" label={words.life}>
      {(ids) => (
        <select {...ids} value={draft.expiry} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {ANSWER_LIVES.map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {format.span(seconds)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** The buttons that send and discard. It asks before anything is discarded. */
function Ending(props: {
  readonly isBusy: boolean
  readonly isAgain: boolean
  readonly canDiscard: boolean
  readonly onDiscard: () => void
}): VNode {
  const { canDiscard, isAgain, isBusy, onDiscard } = props
  const [isDiscarding, setDiscarding] = useState(false)
  const end = useRef<HTMLDivElement>(null)
  const discard = (): void => {
    setDiscarding(false)
    onDiscard()
    end.current?.closest('form')?.querySelector('textarea')?.focus()
  }
  return (
    <>
      <div class="buttons" ref={end}>
        <Button kind="seal" isSubmit isBusy={isBusy}>
          {isBusy ? words.sending : isAgain ? page.again : words.send}
        </Button>
        {!isBusy && !isDiscarding && canDiscard && (
          <Button asks="discard" onPress={() => setDiscarding(true)}>
            {words.discard}
          </Button>
        )}
      </div>
      {isDiscarding && (
        <Question
          title={words.discardQuestion}
          warning={words.discardWarning}
          yes={words.discardSure}
          no={words.keep}
          from="discard"
          onYes={discard}
          onNo={() => setDiscarding(false)}
        />
      )}
    </>
  )
}

function Upload({
  main,
  upload,
}: {
  upload: UploadActions['upload']
  main: Extract<SendState['main'], { at: 'sending' }>
}): VNode {
  const { fault, isKept } = main
  return (
    <>
      <UploadTransfer fault={fault && sentence(fault)} main={main} upload={upload} words={words} />
      <p class="hint">{isKept ? words.uploadingKept : words.uploading}</p>
    </>
  )
}

/** The sentence about an answer that did not go out. */
function sentence(fault: ComposeFault): ComponentChildren {
  if (!('name' in fault)) return answerFault(fault, MAX_FILES, MAX_TEXT_BYTES)
  return <Said of={(name) => answerFault({ ...fault, name }, MAX_FILES, MAX_TEXT_BYTES)} name={fault.name} />
}
