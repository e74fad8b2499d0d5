import { ANSWER_LIVES } from '#client/lives.ts'
import type { ComponentChildren, VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { MAX_TEXT_BYTES } from '#protocol/limits.ts'
import type { Missed, UploadActions } from '../../../send/actions.ts'
import { Button } from '../../../kit/button.tsx'
import { Field } from '../../../kit/field.tsx'
import { useKeptFocus } from '../../../kit/kept-focus.ts'
import { MessageInput } from '../../../kit/message-input.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { WorkNotice } from '../../../kit/progress.tsx'
import { Question } from '../../../kit/question.tsx'
import { Transfer } from '../../../kit/transfer.tsx'
import { Said } from '../../../kit/verbatim.tsx'
import { MAX_FILES } from '../../../send/draft.ts'
import { matchFiles } from '../../../send/uploads.ts'
import type { ComposeFault, SendState } from '../../../send/send-state.ts'
import { FilePicker, useDroppedFiles } from '../../../send/compose-files.tsx'
import { Interrupted } from '../../../send/interrupted.tsx'
import { listText } from '../../../copy/upload-summary.ts'
import { compose } from '../../../copy/compose.ts'
import * as format from '../../../copy/format.ts'
import { answer as words, answerFault } from '../../../copy/inbox.ts'
import { page } from '../../../copy/page.ts'
import { isEmptyAnswer, isInterrupted, type Answer } from './answer-state.ts'
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

type StageProps = OpenedViewProps & { readonly answer: Answer }

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
  const { fault, work } = main.at === 'compose' ? main : {}
  const missing = matchFiles(wanted, draft.files).missing
  const isBusy = work !== undefined
  const form = useKeptFocus(isBusy)
  const files = useMemo(
    () => ({
      draft: (change: Parameters<typeof act.answer.draft>[1]) => act.answer.draft(drop, change),
      addFiles: (chosen: Parameters<typeof act.answer.addFiles>[1]) => act.answer.addFiles(drop, chosen),
      missFiles: (why: Missed) => act.answer.missFiles(drop, why),
      prepare: () => {},
    }),
    [act, drop],
  )
  const isDragged = useDroppedFiles(isBusy ? undefined : files)
  const [isDiscarding, setDiscarding] = useState(false)
  const discard = (): void => {
    setDiscarding(false)
    act.answer.discard(drop)
    form.current?.querySelector('textarea')?.focus()
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    void act.answer.send(drop)
  }
  const error = fault === undefined ? undefined : sentence(fault)
  return (
    <form
      class="stack"
      noValidate
      autoComplete="off"
      ref={form}
      aria-labelledby="answer-title"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        form.current?.requestSubmit()
      }}
    >
      <fieldset disabled={isBusy}>
        <Field
          id="answer-text"
          label={words.message}
          hint={isRestored ? `${words.restored} ${words.lede}` : words.lede}
          error={fault?.at === 'message' || fault?.at === 'text' ? error : undefined}
          occasion={fault}
        >
          {(ids) => <MessageInput ids={ids} rows={6} value={draft.text} onInput={(text) => files.draft({ text })} />}
        </Field>
        <FilePicker act={files} draft={draft} limits={undefined} />
        {missing.length > 0 && (
          <p class="warn-text">
            <Said of={(names) => words.wanted(names, missing.length)} name={listText(missing)} />
          </p>
        )}
        <Field id="answer-life" label={words.life}>
          {(ids) => (
            <select
              {...ids}
              value={draft.expiry}
              onChange={({ currentTarget }) => files.draft({ expiry: currentTarget.value })}
            >
              {ANSWER_LIVES.map((seconds) => (
                <option key={seconds} value={String(seconds)}>
                  {format.span(seconds)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </fieldset>
      {fault !== undefined && fault.at !== 'message' && fault.at !== 'text' && (
        <Notice kind="burn" role="alert">
          <p>{error}</p>
        </Notice>
      )}
      {work !== undefined && <WorkNotice work={work} />}
      <div class="buttons">
        <Button kind="seal" isSubmit isBusy={isBusy}>
          {isBusy ? words.sending : fault?.at === 'server' ? page.again : words.send}
        </Button>
        {!isBusy && !isDiscarding && !isEmptyAnswer(answer) && (
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
      {isDragged && (
        <div class="drop-here" aria-hidden="true">
          <p>{compose.dropHere}</p>
        </div>
      )}
    </form>
  )
}

function Upload({
  main,
  upload,
}: {
  upload: UploadActions['upload']
  main: Extract<SendState['main'], { at: 'sending' }>
}): VNode {
  const { carried, fault, flow, isAsking, isKept } = main
  return (
    <>
      {fault !== undefined && (
        <Notice kind="burn" role="alert">
          <p>{sentence(fault)}</p>
        </Notice>
      )}
      <Transfer
        carried={carried}
        flow={flow}
        onPause={upload.pause}
        onGoOn={upload.goOn}
        onCancel={() => upload.askCancel(true)}
      >
        {isAsking ? (
          <Question
            title={words.cancelQuestion}
            warning={words.cancelWarning}
            yes={words.cancelSure}
            no={words.keep}
            from="cancel"
            onYes={upload.cancel}
            onNo={() => upload.askCancel(false)}
          />
        ) : undefined}
      </Transfer>
      <p class="hint">{isKept ? words.uploadingKept : words.uploading}</p>
    </>
  )
}

/** What is told of an answer that did not go out. */
function sentence(fault: ComposeFault): ComponentChildren {
  if (!('name' in fault)) return answerFault(fault, MAX_FILES, MAX_TEXT_BYTES)
  return <Said of={(name) => answerFault({ ...fault, name }, MAX_FILES, MAX_TEXT_BYTES)} name={fault.name} />
}
