import type { Device } from '../../platform/device.ts'
import type { ReturnActions } from './return-actions.ts'
import type { ReturnState } from './return-state.ts'

/** The properties of every screen of coming back. */
export interface ReturnProps {
  readonly act: ReturnActions
  readonly device: Device
  readonly state: ReturnState
}
