import type { Event } from './event.ts'
import type { RoomTools } from '../../platform/page-tools.ts'
import type { State } from './state.ts'

/** The work of the page for links. */
export interface Tools extends RoomTools {
  readonly dispatch: (event: Event) => void
  readonly state: () => State
}
