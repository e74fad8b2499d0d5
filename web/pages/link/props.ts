import type { LinkActions } from './actions.ts'
import type { Device } from '../../platform/device.ts'
import type { State } from './state.ts'

/** The properties of every view. */
export interface ViewProps {
  readonly act: LinkActions
  readonly device: Device
  readonly state: State
}
