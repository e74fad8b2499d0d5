import type { ReturnProps } from './return-props.ts'
import type { VNode } from 'preact'
import { Button } from '../../kit/button.tsx'
import { Field, LEFT_ALONE } from '../../kit/field.tsx'
import { Notice } from '../../kit/notice.tsx'
import { PlainForm } from '../../kit/plain-form.tsx'
import { TextField } from '../../kit/text-field.tsx'
import { Title } from '../../kit/title.tsx'
import { verbatim } from '../../kit/verbatim.tsx'
import { page } from '../../copy/page.ts'
import { answers as words, forgotten, returnFaults, returning } from '../../copy/return.ts'
import { AnswerScreen } from './answer-screen.tsx'
import { Answers } from './answers.tsx'
import { Ending } from './ending.tsx'
import type { ReturnActions } from './return-actions.ts'
import type { TargetFault, CodeFault, ReturnMain } from './return-state.ts'
import { WriteScreen } from './write-screen.tsx'
import type { WriteState } from './write-state.ts'

/** The screens of coming back with a return code. */
export function ReturnScreen(props: ReturnProps): VNode {
  const { act, device, state } = props
  const { main, write } = state
  switch (main.at) {
    case 'code':
      return <Code {...props} main={main} />
    case 'answers':
      return <Answers {...props} />
    case 'answer':
      return <AnswerScreen {...props} main={main} />
    case 'which-box':
      return <WhichBox {...props} main={main} />
    case 'writing': {
      const writeAct = act.write()
      if (write === undefined || writeAct === undefined) return <Answers {...props} />
      return (
        <>
          <WriteScreen act={writeAct} device={device} state={write} />
          {!isUnderWay(write) && <Back {...props} />}
        </>
      )
    }
    case 'forgotten':
      return <Forgotten act={act} />
  }
}

/** A sender who went away now would not learn whether it was sent. */
function isUnderWay({ desk: { main } }: WriteState): boolean {
  return main.at === 'sending' || (main.at === 'compose' && main.work !== undefined)
}

function Code({ act, main }: ReturnProps & { main: Extract<ReturnMain, { at: 'code' }> }): VNode {
  const { fault, isBusy, text } = main
  const isTyped = fault?.at !== 'server'
  return (
    <>
      <Title text={returning.title} />
      <p class="lede">{returning.lede}</p>
      <PlainForm onSubmit={() => void act.enter()}>
        <Field
          id="code"
          label={returning.code}
          hint={returning.codeHint}
          error={fault !== undefined && isTyped ? codeFaultText(fault) : undefined}
          occasion={fault}
        >
          {(ids) => (
            <textarea
              {...ids}
              {...LEFT_ALONE}
              {...verbatim('mono code-field')}
              rows={3}
              value={text}
              onInput={({ currentTarget }) => act.type(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey) return
                event.preventDefault()
                void act.enter()
              }}
            />
          )}
        </Field>
        {fault !== undefined && !isTyped && (
          <Notice kind="burn" role="alert">
            <p>{codeFaultText(fault)}</p>
          </Notice>
        )}
        <div class="buttons">
          <Button kind="seal" isSubmit isBusy={isBusy}>
            {isBusy ? returning.opening : returning.open}
          </Button>
        </div>
        <p class="hint">{returning.seen}</p>
      </PlainForm>
    </>
  )
}

function codeFaultText(fault: CodeFault): string {
  switch (fault.at) {
    case 'missing':
    case 'checksum':
      return returning.faults[fault.at]
    case 'words':
      return returning.faults.words(fault.count)
    case 'server':
      return returnFaults[fault.code]
  }
}

function WhichBox(props: ReturnProps & { main: Extract<ReturnMain, { at: 'which-box' }> }): VNode {
  const { act, main } = props
  const { fault, text } = main
  return (
    <>
      <Title text={words.writeTitle} />
      <p class="lede">{words.writeLede}</p>
      <PlainForm onSubmit={() => act.enterBox()}>
        <TextField
          id="box"
          label={words.address}
          error={fault === undefined ? undefined : targetFaultText(fault)}
          occasion={fault}
          isCode
          value={text}
          onInput={act.typeBox}
        />
        <div class="buttons">
          <Button kind="seal" isSubmit>
            {words.addressGo}
          </Button>
        </div>
      </PlainForm>
      <Back {...props} />
    </>
  )
}

function targetFaultText(fault: TargetFault): string {
  return fault.at === 'address' ? words.addressFault : words.addressElsewhere(fault.origin)
}

function Back(props: ReturnProps): VNode {
  return (
    <Ending {...props}>
      <Button onPress={props.act.list}>{words.back}</Button>
    </Ending>
  )
}

function Forgotten({ act }: { act: ReturnActions }): VNode {
  return (
    <>
      <Title text={forgotten.title} />
      <p class="lede">{forgotten.lede}</p>
      <p>{forgotten.again}</p>
      <div class="buttons">
        <Button onPress={act.again}>{forgotten.another}</Button>
      </div>
      <p class="block">
        <a href="/">{page.name}</a>
      </p>
    </>
  )
}
