import type { Act } from './actions.ts'
import type { Device } from '../../platform/device.ts'
import type { State } from './state.ts'

/** What every view is given. */
export interface ViewProps {
  readonly act: Act
  readonly device: Device
  readonly state: State
}
