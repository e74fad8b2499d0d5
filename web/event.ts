import type { Draft } from './send/draft.ts'
import type { ListEvent } from './sent-list.ts'
import type { Carried, Flow } from './parts/transfer.tsx'
import type { ComposeFault, Limits, SendFault, Sending, State, Told, Work } from './state.ts'
import type { LinkReading } from './read/link-reading.ts'
import type { UploadsEvent } from './send/uploads.ts'

/** Everything that can happen to the state. */
export type Event =
  | { readonly type: 'went'; readonly page: State['page'] }
  | { readonly type: 'announced'; readonly text: string }
  | { readonly type: 'store-found'; readonly isLasting: boolean }
  // Composing and sealing
  | { readonly type: 'drafted'; readonly draft: Partial<Draft> }
  | { readonly type: 'refused'; readonly fault: ComposeFault }
  | { readonly type: 'limited'; readonly limits: Limits }
  | { readonly type: 'told'; readonly told: Told }
  // An upload in parts
  | { readonly type: 'sending'; readonly upload: Pick<Sending, 'cargo' | 'carried' | 'isKept'> }
  | { readonly type: 'carried'; readonly carried: Carried }
  | { readonly type: 'flowed'; readonly flow: Flow; readonly fault?: SendFault | undefined }
  | { readonly type: 'cancel-asked'; readonly isAsking: boolean }
  /** Not by a link. What it carried is in the draft again. */
  | { readonly type: 'upload-ended'; readonly draft: Partial<Draft>; readonly fault?: ComposeFault | undefined }
  | UploadsEvent
  /** `keepsDraft`: what was sealed was chosen before a reload, and the draft is another message. */
  | { readonly type: 'sealed'; readonly drop: SealedDrop; readonly keepsDraft?: boolean }
  | { readonly type: 'anew' }
  | { readonly type: 'handed-over' }
  | { readonly type: 'burn'; readonly burning: Burning }
  // Whatever takes time
  | { readonly type: 'worked'; readonly work: Work | undefined }
  /** How far the link on the screen has come. */
  | { readonly type: 'read'; readonly main: LinkReading }
  | ListEvent

/** A drop that has just been sealed and deposited. */
export interface SealedDrop {
  readonly link: string
  /** `''` if it needs none, or if the page does not know it any more. */
  readonly passphrase: string
  readonly needsPassphrase: boolean
  readonly expiresAtMs: number
  readonly reads: number
  /** Whether its ticket is kept by this browser, or ends with the page. */
  readonly isKept: boolean
  /** Whether the link has been copied, shared or shown for the camera of a phone. */
  readonly isHandedOver: boolean
  readonly burning: Burning
}

/** Ending a drop from the screen that shows its link. */
export type Burning = 'no' | 'asking' | 'working' | 'burned' | 'failed' | 'ended'
