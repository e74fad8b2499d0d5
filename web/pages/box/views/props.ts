import type { PageTools } from '../../../platform/page-tools.ts'
import type { BoxesActions } from '../actions.ts'
import type { BoxSession } from '../session.ts'
import type { BoxesState, Home, JobName } from '../state.ts'
import type { FaultCode } from '../fault.ts'

/** The props of every view of this page. */
export interface BoxViewProps {
  readonly act: BoxesActions
  readonly state: BoxesState
  readonly tools: PageTools
}

/** The props of every part of an open box. */
export interface HomeProps extends BoxViewProps {
  readonly home: Home
  readonly session: BoxSession
  /** The credentials of its passkeys. */
  readonly passkeys: readonly string[]
  readonly canPasskey: boolean
}

/** The fault of a job, if it was the last one. */
export function faultAt({ fault }: BoxesState, name: JobName): FaultCode | undefined {
  return fault?.at === name ? fault.code : undefined
}
