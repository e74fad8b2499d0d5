import type { Event } from './state.ts'
import type { PageTools } from '../../platform/page-tools.ts'
import type { State } from './state.ts'

/** The work of the page for links. */
export interface Tools extends PageTools {
  readonly dispatch: (event: Event) => void
  readonly state: () => State
}
