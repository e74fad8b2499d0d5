import type { DropId } from '#protocol/id.ts'
import type { ChosenFile, Draft } from './draft.ts'
import type { Asked } from './uploads.ts'

/** Why something that was dropped is not among the files. */
export type Missed = 'dropped' | 'empty'

/** Everything that a person can do with the form of a message. */
export interface FormActions {
  readonly draft: (change: Partial<Draft>) => void
  /** All of them or none: more than an archive takes are refused. */
  readonly addFiles: (files: readonly ChosenFile[]) => void
  /** Dropped files could not be read, or there was an empty folder among them. */
  readonly missFiles: (why: Missed) => void
  /** Fetches ahead what sealing needs, so that the press is instant. */
  readonly prepare: () => void
  readonly seal: () => Promise<void>
}

/** Everything that a person can do with drops in parts. */
export interface UploadActions {
  /** The one that goes up. */
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
}
