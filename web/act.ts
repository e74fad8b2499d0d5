import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { ChosenFile, Draft } from './send/draft.ts'
import type { Asking } from './sent-list.ts'
import type { Asked } from './send/uploads.ts'

/** Why something that was dropped is not among the files. */
export type Missed = 'dropped' | 'empty'

/** Everything that a person can do. Views call these and nothing else; the code for each comes when it is needed. */
export interface Act {
  /** Follows the address: a link is looked at, the other pages are shown. */
  readonly follow: () => Promise<void>
  readonly back: () => void
  /** What the operator of the server says of itself. */
  readonly askOperator: () => Promise<void>
  readonly draft: (change: Partial<Draft>) => void
  /** All of them or none: more than an archive takes are refused. */
  readonly addFiles: (files: readonly ChosenFile[]) => void
  /** What was dropped could not be read, or there was an empty folder in it. */
  readonly missFiles: (why: Missed) => void
  /** Fetches ahead what sealing needs, so that the press is instant. */
  readonly prepare: () => void
  readonly seal: () => Promise<void>
  /** A drop in parts: the one that goes up. */
  readonly upload: {
    readonly pause: () => Promise<void>
    readonly goOn: () => Promise<void>
    readonly askCancel: (isAsking: boolean) => void
    readonly cancel: () => Promise<void>
  }
  /** Those that came to no end. */
  readonly interrupted: {
    readonly ask: (asking: Asked | undefined) => void
    /** Goes on as soon as every file that is wanted has been chosen. */
    readonly choose: (dropId: DropId, files: readonly ChosenFile[]) => Promise<void>
    /** Ends it, and puts what can be had of it into the draft. */
    readonly discard: (dropId: DropId) => Promise<void>
  }
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
  readonly receiving: {
    readonly pause: () => Promise<void>
    readonly goOn: () => Promise<void>
    readonly cancel: () => Promise<void>
  }
  /** What has been opened, out of the page. */
  readonly keep: {
    readonly copyText: () => Promise<boolean>
    /** The text was selected and copied by hand. */
    readonly noteCopied: () => Promise<void>
    readonly saveFile: (name: string) => Promise<void>
    readonly saveAll: () => Promise<void>
    readonly saveSealed: () => Promise<void>
    readonly stopSaving: () => void
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
