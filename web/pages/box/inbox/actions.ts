import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import type { KeepActions, ReceivingActions } from '../../../read/actions.ts'
import type { Missed, UploadActions } from '../../../send/actions.ts'
import type { ChosenFile, Draft } from '../../../send/draft.ts'

/** Everything that a person can do with what lies in a box. Views call these and nothing else. */
export interface InboxActions {
  readonly load: () => Promise<void>
  readonly older: () => Promise<void>
  readonly select: (drops: readonly DropId[], isSelected: boolean) => void
  readonly filter: (thread: BoxAddress | undefined) => void
  readonly askDelete: (drops: readonly DropId[]) => void
  readonly keepThem: () => void
  readonly deleteAsked: () => Promise<void>
  /** Shows an item and opens it. */
  readonly open: (item: Item) => Promise<void>
  readonly back: () => void
  /** Shows it as unread again, in the list. */
  readonly markUnread: (drop: DropId) => Promise<void>
  readonly receiving: ReceivingActions
  readonly keep: KeepActions
  readonly answer: {
    readonly draft: (drop: DropId, change: Partial<Draft>) => void
    /** All of them or none: more than an archive takes are refused. */
    readonly addFiles: (drop: DropId, files: readonly ChosenFile[]) => void
    readonly missFiles: (drop: DropId, why: Missed) => void
    readonly send: (drop: DropId) => Promise<void>
    /** Another one to the same drop. */
    readonly anew: (drop: DropId) => void
    /** Lets go of what has been typed and chosen. */
    readonly discard: (drop: DropId) => void
    /** An answer in parts that goes up. */
    readonly upload: (drop: DropId) => UploadActions['upload']
    /** One that came to no end before a lock. */
    readonly interrupted: (drop: DropId) => UploadActions['interrupted']
  }
}
