import type { Draft } from './draft.ts'
import type { ListEvent } from './sent-list.ts'
import type { Acknowledgement, ComposeFault, FileEntry, OpenFault, Proof, State, WaitingDrop, Work } from './state.ts'

/** Everything that can happen to the state. */
export type Event =
  | { readonly type: 'went'; readonly page: State['page'] }
  | { readonly type: 'announced'; readonly text: string }
  | { readonly type: 'store-found'; readonly isLasting: boolean }
  // Composing and sealing
  | { readonly type: 'drafted'; readonly draft: Partial<Draft> }
  | { readonly type: 'refused'; readonly fault: ComposeFault }
  | { readonly type: 'sealed'; readonly drop: SealedDrop }
  | { readonly type: 'anew' }
  | { readonly type: 'handed-over' }
  | { readonly type: 'burn'; readonly burning: Burning }
  // Whatever takes time
  | { readonly type: 'worked'; readonly work: Work | undefined }
  // Opening
  | { readonly type: 'looked-for' }
  | { readonly type: 'damaged' }
  | { readonly type: 'found'; readonly waiting: WaitingDrop; readonly note?: 'dismissed' | 'resumed' | undefined }
  | { readonly type: 'failed'; readonly fault: OpenFault }
  | { readonly type: 'opened'; readonly message: { text: string; files: readonly FileEntry[]; reads: number } }
  | { readonly type: 'acknowledged'; readonly ack: Acknowledgement }
  | { readonly type: 'taken'; readonly names: readonly string[] }
  | { readonly type: 'ended'; readonly cause: 'gone' | 'claimed'; readonly proofs: readonly Proof[] }
  | { readonly type: 'not-readable' }
  | ListEvent

/** A drop that has just been sealed and deposited. */
export interface SealedDrop {
  readonly link: string
  readonly passphrase: string
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
