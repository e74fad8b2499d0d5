import type { BoxState } from '#client/box/state.ts'
import type { Device } from '../../../platform/device.ts'
import type { InboxActions } from './actions.ts'
import type { InboxState, Phase, ShownItem } from './state.ts'

/** The props of every view of an inbox. */
export interface InboxViewProps {
  readonly act: InboxActions
  readonly box: BoxState
  /** Milliseconds since 1970. */
  readonly now: number
  readonly state: InboxState
}

/** The props of the views of one item. */
export interface ItemViewProps extends InboxViewProps {
  readonly device: Device
  readonly shown: ShownItem
}

/** The props of the views of an item that is open. */
export interface OpenedViewProps extends ItemViewProps {
  readonly phase: Extract<Phase, { at: 'opened' }>
}
