import type { LinkReading } from '../../read/link-reading.ts'
import type { SendEvent } from '../../send/send-state.ts'
import type { SealedLink } from '../../send/to-link.ts'
import type { ListEvent } from './sent-list.ts'
import type { State, OperatorNotice } from './state.ts'

/** Everything that can happen on the page for links. */
export type Event =
  | { readonly type: 'went'; readonly page: State['page'] }
  | { readonly type: 'store-found'; readonly isLasting: boolean }
  | { readonly type: 'told'; readonly told: OperatorNotice }
  | SendEvent
  /** `keepsDraft`: what was sealed was chosen before a reload, and the draft is another message. */
  | { readonly type: 'sealed'; readonly drop: SealedDrop; readonly keepsDraft?: boolean }
  | { readonly type: 'anew' }
  | { readonly type: 'handed-over' }
  | { readonly type: 'burn'; readonly burning: Burning }
  /** How far the link on the screen has come. */
  | { readonly type: 'read'; readonly main: LinkReading }
  | ListEvent

/** A drop that has just been sealed and deposited. */
export interface SealedDrop extends SealedLink {
  /** Whether the link has been copied, shared or shown for the camera of a phone. */
  readonly isHandedOver: boolean
  readonly burning: Burning
}

/** Ending a drop from the screen that shows its link. */
export type Burning = 'no' | 'asking' | 'working' | 'burned' | 'failed' | 'ended'
