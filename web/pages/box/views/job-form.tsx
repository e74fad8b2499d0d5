import type { ComponentChildren, VNode } from 'preact'
import { Button } from '../../../kit/button.tsx'
import { useKeptFocus } from '../../../kit/kept-focus.ts'
import { Notice } from '../../../kit/notice.tsx'
import { WorkNotice } from '../../../kit/progress.tsx'
import { boxFaults, clockTimes } from '../../../copy/boxes-faults.ts'
import { moment } from '../../../copy/format.ts'
import { page } from '../../../copy/page.ts'
import type { FaultCode, FaultNotice } from '../fault.ts'
import type { BoxesState, JobName } from '../state.ts'
import { faultAt } from './props.ts'

export interface JobFormProps {
  readonly state: BoxesState
  readonly name: JobName
  /** On the button, and while it is at work. */
  readonly button: string
  readonly busy?: string
  readonly kind?: 'seal' | 'plain' | 'burn'
  readonly onSubmit: () => unknown
  /** Faults that the form says at one of its fields. Everything else is said above the button. */
  readonly atField?: readonly FaultCode[]
  /** DraftTexts the button. */
  readonly beside?: ComponentChildren
  readonly children?: ComponentChildren
}

/** A form for one job: its texts stay, whatever the result. */
export function JobForm(props: JobFormProps): VNode {
  const { atField, beside, busy, button, children, kind = 'seal', name, onSubmit, state } = props
  const { job } = state
  const isMine = job?.name === name
  const form = useKeptFocus(isMine)
  const submit = (event: Event): void => {
    event.preventDefault()
    if (job === undefined) void onSubmit()
  }
  return (
    <form class="stack" noValidate autoComplete="off" ref={form} onSubmit={submit}>
      {children !== undefined && <fieldset disabled={isMine}>{children}</fieldset>}
      <JobFault state={state} name={name} except={atField} />
      {isMine && <WorkNotice work={job.work} />}
      <div class="buttons">
        <Button kind={kind} isSubmit isBusy={job !== undefined}>
          {isMine && busy !== undefined ? busy : button}
        </Button>
        {beside}
      </div>
    </form>
  )
}

/** A fault, in words. */
export function FaultText({ fault: { code, clocks } }: { readonly fault: FaultNotice }): VNode {
  return (
    <>
      <p>{boxFaults[code]}</p>
      {clocks !== undefined && <p>{clockTimes(moment(clocks.ownMs), moment(clocks.serverMs))}</p>}
    </>
  )
}

/** Why a job was not done. @param props.onAgain - where nothing else on the screen begins it again */
export function JobFault(props: {
  readonly state: BoxesState
  readonly name: JobName
  readonly except?: readonly FaultCode[] | undefined
  readonly onAgain?: () => unknown
}): VNode | null {
  const { except = [], name, onAgain, state } = props
  const code = faultAt(state, name)
  if (code === undefined || except.includes(code)) return null
  return (
    <Notice kind="burn" role="alert">
      <FaultText fault={{ code, clocks: state.fault?.clocks }} />
      {onAgain !== undefined && (
        <div class="buttons">
          <Button kind="small" onPress={onAgain}>
            {page.again}
          </Button>
        </div>
      )}
    </Notice>
  )
}
