import type { BoxState } from '#client/box/state.ts'
import type { InboxAct } from './act.ts'
import type { InboxState } from './state.ts'

/** What every view of an inbox is given. */
export interface InboxViewProps {
  readonly act: InboxAct
  readonly box: BoxState
  /** Milliseconds since 1970. */
  readonly now: number
  readonly state: InboxState
}
