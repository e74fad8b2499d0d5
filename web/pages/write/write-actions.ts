import type { FormActions, UploadActions } from '../../send/actions.ts'
import type { PageTools } from '../../platform/page-tools.ts'
import type { WriteEvent, WriteState } from './write-state.ts'

/** The tools of writing to a box. */
export interface WriteTools extends PageTools {
  readonly dispatch: (event: WriteEvent) => void
  readonly state: () => WriteState
}

/** Everything that a person who writes to a box can do. */
export interface WriteActions extends FormActions, UploadActions {
  readonly copy: (text: string, done: string) => Promise<boolean>
  /** Asks for the keys of the box. Nothing of the person is sent. */
  readonly look: () => Promise<void>
  readonly typeInvitation: (text: string) => void
  readonly wantCode: (wantsCode: boolean) => void
  /** Keeps on this device that its owner knows the box, or forgets it: at once. */
  readonly remember: (isRemembered: boolean) => Promise<void>
  /** The return code is written down: the page forgets it. */
  readonly noteCode: () => void
  /** Begins another letter to the same box. */
  readonly another: () => Promise<void>
}
