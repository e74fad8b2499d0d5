import type { WriteTarget } from '#client/box/address-link.ts'
import type { Item } from '#protocol/box-api.ts'
import type { KeepActions, ReceivingActions } from '../../read/actions.ts'
import type { PageTools } from '../../platform/page-tools.ts'
import type { ReturnEvent, ReturnState } from './return-state.ts'
import type { WriteActions } from './write-actions.ts'

/** The tools of coming back. */
export interface ReturnTools extends PageTools {
  readonly dispatch: (event: ReturnEvent) => void
  readonly state: () => ReturnState
}

/** Everything that a person who comes back can do. */
export interface ReturnActions {
  readonly type: (text: string) => void
  /** Looks for answers with what has been typed, if it is a code. */
  readonly enter: () => Promise<void>
  readonly older: () => Promise<void>
  readonly open: (item: Item) => Promise<void>
  /** An answer in parts that comes in. */
  readonly receiving: ReceivingActions
  /** Back to the list. An opened answer is let go of. */
  readonly list: () => Promise<void>
  readonly keep: Omit<KeepActions, 'saveSealed'>
  /** Asks to which box, unless an answer says so. */
  readonly writeAgain: (to: WriteTarget['address'] | undefined) => void
  readonly typeBox: (text: string) => void
  /** Writes to the box that has been typed, if it is one of this server. */
  readonly enterBox: () => void
  /** The actions on the letter; `undefined` while none is written. */
  readonly write: () => WriteActions | undefined
  /** Forgets the code, the answers and everything else. */
  readonly done: () => Promise<void>
  readonly again: () => void
}
