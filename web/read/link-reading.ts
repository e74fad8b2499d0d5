import type { FailureCode } from '../platform/server.ts'
import type { Work } from '../kit/progress.tsx'
import type { Open, Receiving, SpaceCheck, Saving } from './reading.ts'

/** The screens behind a link, one at a time. */
export type LinkReading =
  | { readonly at: 'damaged' }
  | { readonly at: 'looking'; readonly work?: Work | undefined; readonly fault?: OpenFault | undefined }
  | {
      readonly at: 'open'
      readonly waiting: WaitingDrop
      readonly note?: OpenNote | undefined
      readonly work?: Work | undefined
      readonly fault?: OpenFault | undefined
    }
  /** It is claimed already. */
  | ({ readonly at: 'receiving'; readonly waiting: WaitingDrop } & Receiving)
  | (Open & { readonly ack: Acknowledgement; readonly reads: number })
  | { readonly at: 'gone'; readonly cause: 'gone' | 'claimed'; readonly proofs: readonly Proof[] }
  /** `isAcknowledged`: it was whole once, and what is kept of it here is not any more. */
  | ({ readonly at: 'unreadable'; readonly isAcknowledged: boolean } & Saving)

/** The drop behind a link. */
export interface WaitingDrop {
  readonly expiresAtMs: number
  readonly reads: number
  readonly sizeBytes: number
  readonly needsPassphrase: boolean
  /** Where its parts are going to lie; `undefined` for a drop of one part, which needs no room. */
  readonly room?: SpaceCheck | undefined
}

/**
 * `dismissed`: the sender took the earlier claim back. `resumed`: claimed by this browser before. `cancelled`: receiving was
 * stopped. `earlier`: opened by this browser before, and not all of it taken.
 */
export type OpenNote = 'dismissed' | 'resumed' | 'cancelled' | 'earlier'

export type OpenFault =
  | { readonly at: 'passphrase'; readonly triesLeft: number | undefined }
  /** Another tab works on the same drop. */
  | { readonly at: 'elsewhere' }
  | { readonly at: 'server'; readonly code: FailureCode }

/**
 * Telling the server that everything arrived: `late` keeps trying, `ended` found that the server had nothing any more,
 * `earlier` was told before a reload.
 */
export type Acknowledgement = 'pending' | 'late' | 'burned' | 'shared' | 'ended' | 'earlier'

/** A claim that proves itself. */
export interface Proof {
  readonly atMs: number
  readonly isOpened: boolean
  /** This browser's own reader key made it. */
  readonly isMine: boolean
}
