import type { VNode } from 'preact'
import type { FormActions, UploadActions } from './actions.ts'
import { Button } from '../kit/button.tsx'
import { ChooseFiles } from './choose-files.tsx'
import { Question } from '../kit/question.tsx'
import { useQuestionFocus } from '../kit/question-focus.ts'
import { Said } from '../kit/verbatim.tsx'
import type { Device } from '../platform/device.ts'
import { matchFiles, type Asked, type Interrupted as Upload } from './uploads.ts'
import { summaryText, listText } from '../copy/upload-summary.ts'
import * as format from '../copy/format.ts'
import { interrupted as words } from '../copy/sending.ts'
import type { SendState } from './send-state.ts'

type InterruptedAct = Pick<UploadActions, 'interrupted'> & Pick<FormActions, 'prepare'>

/** Uploads that came to no end, each with what can be done about it. */
export function Interrupted({
  act,
  canGoOn = true,
  device,
  state,
}: {
  readonly device: Pick<Device, 'clock'>
  readonly act: InterruptedAct
  /** `false`: they can be cancelled, and no more. */
  readonly canGoOn?: boolean
  readonly state: Pick<SendState, 'uploads'>
}): VNode {
  const { asking, interrupted } = state.uploads
  const now = device.clock()
  return (
    <>
      {interrupted.map((upload) => (
        <section key={upload.dropId} class="notice warn interrupted">
          <h2 tabIndex={-1}>{words.title}</h2>
          <p>
            <Said
              of={(cargo) => words.facts(cargo, format.percent(upload.sentPart), format.until(upload.untilMs, now))}
              name={summaryText(upload)}
            />
          </p>
          {asking?.dropId === upload.dropId && (canGoOn || asking.to === 'cancel') ? (
            <Ask act={act} asking={asking} upload={upload} />
          ) : (
            <div class="buttons">
              {canGoOn && (
                <Button
                  kind="small"
                  asks="go-on"
                  label={words.goOnWith(summaryText(upload))}
                  onPress={() => goOn(act, upload)}
                >
                  {words.goOn}
                </Button>
              )}
              <Button
                kind="small"
                asks="cancel"
                label={words.cancelOf(summaryText(upload))}
                onPress={() => act.interrupted.ask({ dropId: upload.dropId, to: 'cancel', chosen: [] })}
              >
                {words.cancel}
              </Button>
            </div>
          )}
        </section>
      ))}
    </>
  )
}

/** A text alone is kept whole: nothing has to be chosen for it. */
function goOn(act: InterruptedAct, { dropId, files }: Upload): unknown {
  if (files.length === 0) return act.interrupted.choose(dropId, [])
  act.prepare()
  return act.interrupted.ask({ dropId, to: 'go-on', chosen: [] })
}

function Ask({ act, asking, upload }: { act: InterruptedAct; asking: Asked; upload: Upload }): VNode {
  const { dropId } = upload
  const onNo = (): void => act.interrupted.ask(undefined)
  if (asking.to === 'go-on') return <Choose act={act} asking={asking} upload={upload} />
  return (
    <>
      <Trouble asking={asking} />
      <Question
        title={words.cancelQuestion}
        warning={upload.hasText ? words.cancelWarningText : words.cancelWarning}
        yes={words.cancelSure}
        no={words.keep}
        from="cancel"
        onYes={() => act.interrupted.discard(dropId)}
        onNo={onNo}
      />
    </>
  )
}

/** The page cannot read the files by itself any more: they have to be chosen again. */
function Choose({ act, asking, upload }: { act: InterruptedAct; asking: Asked; upload: Upload }): VNode {
  const { chosen, dropId, isBusy = false } = asking
  const { changed, missing } = matchFiles(upload.files, chosen)
  const box = useQuestionFocus('go-on', 'button')
  return (
    <div
      ref={box}
      role="group"
      aria-label={words.choose}
      onKeyDown={({ key }) => key === 'Escape' && act.interrupted.ask(undefined)}
    >
      <p>
        <Said of={words.chooseWhat} name={listText(upload.files.map(({ name }) => name))} />
      </p>
      <Trouble asking={asking} />
      <div role="status">
        {isBusy && <p>{words.busy}</p>}
        {chosen.length > 0 && missing.length > 0 && (
          <p class="warn-text">
            <Said of={words.missing} name={listText(missing)} />
          </p>
        )}
        {changed.length > 0 && (
          <p class="error">
            <Said of={(names) => words.changed(names, changed.length)} name={listText(changed)} />
          </p>
        )}
      </div>
      <ChooseFiles
        files={words.chooseFiles}
        folder={words.chooseFolder}
        isBusy={isBusy}
        onChosen={(files) => act.interrupted.choose(dropId, files)}
      />
      <div class="buttons">
        {changed.length > 0 && (
          <Button kind="small" isBusy={isBusy} onPress={() => act.interrupted.discard(dropId)}>
            {words.anew}
          </Button>
        )}
        <Button kind="small" onPress={() => act.interrupted.ask(undefined)}>
          {words.later}
        </Button>
      </div>
    </div>
  )
}

function Trouble({ asking: { trouble } }: { asking: Asked }): VNode | null {
  return trouble === undefined ? null : (
    <p class="error" role="alert">
      {words.trouble[trouble]}
    </p>
  )
}
