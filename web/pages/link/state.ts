import type { Operator } from '#protocol/operator.ts'
import type { LinkReading } from '../../read/link-reading.ts'
import { wouldLoseOpened } from '../../read/reading.ts'
import { EMPTY_DRAFT, isEmpty } from '../../send/draft.ts'
import { firstSendState, sendReduce, type SendEvent, type SendState } from '../../send/send-state.ts'
import type { SealedLink } from '../../send/to-link.ts'
import { listReduce, NO_LIST, type ListEvent, type SentList } from './sent-list.ts'

/** Everything that is drawn of the page for links. It holds no keys. */
export interface State extends SendState<({ readonly at: 'sealed' } & SealedDrop) | LinkReading> {
  /** The page over the main one; what the main one holds is not lost meanwhile. */
  readonly page: 'main' | 'sent' | 'how'
  readonly sent: SentList
  /** The operator's own statements; `undefined` until the server has been asked. */
  readonly told?: OperatorNotice | undefined
  /** Whether this browser keeps what it is given across a reload. */
  readonly isLasting: boolean
}

/** The screens, one at a time. */
export type Main = State['main']

/** The operator's statements, `undefined` where nothing that can be shown was answered. */
export interface OperatorNotice {
  readonly operator: Operator | undefined
  /** Whether its statement does, today. */
  readonly holds: boolean
}

/** Everything that can happen on the page for links. */
export type Event =
  | { readonly type: 'went'; readonly page: State['page'] }
  | { readonly type: 'store-found'; readonly isLasting: boolean }
  | { readonly type: 'told'; readonly told: OperatorNotice }
  | SendEvent
  /** `keepsDraft`: what was sealed was chosen before a reload, and the draft is another message. */
  | { readonly type: 'sealed'; readonly drop: SealedDrop; readonly keepsDraft?: boolean }
  | { readonly type: 'anew' }
  | { readonly type: 'handed-over' }
  | { readonly type: 'burn'; readonly burning: Burning }
  /** How far the link on the screen has come. */
  | { readonly type: 'read'; readonly main: LinkReading }
  | ListEvent

/** A drop that has just been sealed and deposited. */
export interface SealedDrop extends SealedLink {
  /** Whether the link has been copied, shared or shown for the camera of a phone. */
  readonly isHandedOver: boolean
  readonly burning: Burning
}

/** Ending a drop from the screen that shows its link. */
export type Burning = 'no' | 'asking' | 'working' | 'burned' | 'failed' | 'ended'

export const FIRST_STATE: State = {
  ...firstSendState(EMPTY_DRAFT),
  page: 'main',
  sent: NO_LIST,
  isLasting: true,
}

/** The next state. An event that does not belong to the screen changes nothing. */
export function reduce(state: State, event: Event): State {
  const after = next(state, event)
  const isOther = SUPERSEDING.has(event.type) || (event.type === 'read' && isNews(state.main, after.main))
  return isOther ? { ...after, announcement: '' } : after
}

/** Whether another screen is shown, or something else is said on it than how far it is. */
function isNews(before: Main, after: Main): boolean {
  const said = (main: Main): unknown => ('work' in main && main.work) || ('fault' in main && main.fault)
  return before.at !== after.at || said(before) !== said(after)
}

/** These take the place of whatever was announced before: it would be heard again when the next work is done. */
const SUPERSEDING: ReadonlySet<Event['type']> = new Set([
  'went',
  'sealed',
  'anew',
  'burn',
  'list-asked',
  'list-worked',
  'list-failed',
] satisfies Event['type'][])

function next(state: State, event: Event): State {
  const { main } = state
  switch (event.type) {
    case 'went':
      return { ...state, page: event.page }
    case 'store-found':
      return { ...state, isLasting: event.isLasting }
    case 'told':
      return { ...state, told: event.told }
    case 'sealed': {
      const draft = event.keepsDraft === true ? state.draft : EMPTY_DRAFT
      return { ...state, page: 'main', draft, main: { at: 'sealed', ...event.drop } }
    }
    case 'anew':
      return { ...state, page: 'main', main: { at: 'compose' } }
    case 'handed-over':
      return main.at === 'sealed' ? { ...state, main: { ...main, isHandedOver: true } } : state
    case 'burn':
      return main.at === 'sealed' ? { ...state, main: { ...main, burning: event.burning } } : state
    case 'read':
      return { ...state, main: event.main }
    case 'listed':
    case 'list-missed':
    case 'list-asked':
    case 'list-worked':
    case 'list-failed':
    case 'list-reported':
    case 'list-forgot':
      return { ...state, sent: listReduce(state.sent, event) }
    case 'sending':
      return { ...sendReduce(state, event), page: 'main' }
    default:
      return sendReduce(state, event)
  }
}

/** Whether leaving the page now would lose something for good. */
export function wouldLose({ main, draft }: State): boolean {
  if (!isEmpty(draft)) return true
  switch (main.at) {
    case 'sending':
      return true
    case 'sealed':
      return !main.isHandedOver && !hasEnded(main.burning)
    case 'opened':
      return wouldLoseOpened(main)
    case 'compose':
    case 'damaged':
    case 'looking':
    case 'open':
    case 'receiving':
    case 'gone':
    case 'unreadable':
      return false
  }
}

/** Whether a burn went through. */
export function hasEnded(burning: Burning): boolean {
  return burning === 'burned'
}
