import type { RoomTools } from '../../room-tools.ts'
import type { BoxesActions } from '../actions.ts'
import type { BoxSession } from '../session.ts'
import type { BoxesState, Home, JobName } from '../state.ts'
import type { FaultCode } from '../fault.ts'

/** What every view of this room is given. */
export interface BoxViewProps {
  readonly act: BoxesActions
  readonly state: BoxesState
  readonly tools: RoomTools
}

/** What every part of an open box is given. */
export interface HomeProps extends BoxViewProps {
  readonly home: Home
  readonly session: BoxSession
  /** The credentials of its passkeys. */
  readonly passkeys: readonly string[]
  readonly canPasskey: boolean
}

/** What went wrong with a job, if it was the last one. */
export function faultAt({ fault }: BoxesState, name: JobName): FaultCode | undefined {
  return fault?.at === name ? fault.code : undefined
}
