import type { Act } from '../act.ts'
import type { Device } from '../device.ts'
import type { State } from '../state.ts'

/** What every view is given. */
export interface ViewProps {
  readonly act: Act
  readonly device: Device
  readonly state: State
}
