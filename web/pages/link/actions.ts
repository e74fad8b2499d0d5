import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { KeepActions, ReceivingActions } from '../../read/actions.ts'
import type { FormActions, UploadActions } from '../../send/actions.ts'
import type { Asking } from './sent-list.ts'

/** Everything that a person can do. Views call these and nothing else; the code for each comes when it is needed. */
export interface LinkActions extends FormActions, UploadActions {
  /** Follows the address: a link is looked at, the other pages are shown. */
  readonly follow: () => Promise<void>
  readonly back: () => void
  /** The statements of the operator of the server. */
  readonly askOperator: () => Promise<void>
  readonly suggest: () => Promise<void>
  readonly anew: () => void
  readonly copy: (text: string, done: string) => Promise<boolean>
  /** @returns `false` if this browser could not */
  readonly share: (link: string) => Promise<boolean>
  readonly handOver: () => void
  readonly askBurn: (isAsking: boolean) => void
  readonly burn: () => Promise<void>
  readonly lookAgain: () => Promise<void>
  readonly open: (passphrase: string) => Promise<void>
  /** A drop in parts that comes in. */
  readonly receiving: ReceivingActions
  /** Takes an opened message out of the page. */
  readonly keep: KeepActions & {
    /** Removes what this device keeps of it. @returns `false` if that could not be done now */
    readonly remove: () => Promise<boolean>
  }
  readonly sent: {
    readonly list: () => Promise<void>
    readonly ask: (asking: Asking | undefined) => void
    readonly check: (dropId: DropId) => Promise<void>
    readonly checkAll: () => Promise<void>
    readonly burn: (dropId: DropId) => Promise<void>
    readonly reopen: (dropId: DropId, reader: PublicKey) => Promise<void>
    readonly saveProof: (dropId: DropId) => Promise<void>
    readonly forget: (dropIds: readonly DropId[]) => Promise<void>
  }
}
