import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import type { BoxReading } from '../../../read/from-box.ts'
import type { FailureCode } from '../../../platform/server.ts'
import { answerReduce, EMPTY_ANSWER, wouldLoseAnswer, type AnswerState, type AnswerEvent } from './answer-state.ts'
import {
  NO_ITEMS,
  withGone,
  withNewer,
  withOlder,
  withoutDeleted,
  type ItemList,
  type ItemsPage,
} from '../../../read/item-list.ts'

/** Everything that is drawn of a box's drops. Notes of read drops, and keys, are the session's. */
export interface InboxState {
  readonly list: ItemList
  /** The part of the list that is being asked for. */
  readonly loading: 'first' | 'older' | undefined
  readonly fault: InboxFault | undefined
  /** Why the server could not be asked for new items: the list may be old. */
  readonly stale: InboxFault | undefined
  readonly selected: ReadonlySet<DropId>
  readonly deletion: Deletion | undefined
  /** Only items of this thread are shown. */
  readonly thread: BoxAddress | undefined
  /** The item on the screen; the list if there is none. */
  readonly shown: ShownItem | undefined
  /** The item that was on the screen last: the way back leads to its row. */
  readonly left: DropId | undefined
  /** Answers that have been begun, by the drop that they are for. */
  readonly answers: ReadonlyMap<DropId, AnswerState>
}

/** The faults that a person can be told of. `unlisted`: this device is no reader of the box. */
export type InboxFault = FailureCode | 'unlisted'

/** The item on the screen. */
export interface ShownItem {
  readonly item: Item
  readonly phase: Phase
}

/** How far an item has come. */
export type Phase = BoxReading<AboutItem, InboxFault>

/** The facts that an opened item tells of its sender and its readers. */
export interface AboutItem {
  readonly thread: BoxAddress | undefined
  /** `none`: its sender took no return code. `forged`: it names one that it does not prove to have. */
  readonly answering: 'open' | 'none' | 'forged'
  readonly readers: ReadersCheck
}

/** The readers that the drop says it is sealed for, held against those of the box. */
export interface ReadersCheck {
  /** Names, of those that are known; in the order of the drop. */
  readonly known: readonly string[]
  /** Keys that are not among the readers of the box. */
  readonly strangers: readonly string[]
  /** Names of readers of the box for whom it is not sealed. */
  readonly left: readonly string[]
  /** Whether the readers of the box could be found out at all. */
  readonly isChecked: boolean
}

/** Drops that are about to be deleted. */
export interface Deletion {
  readonly drops: readonly DropId[]
  readonly stage: 'asking' | 'working' | 'failed'
}

export type InboxEvent =
  | { readonly type: 'list-asked'; readonly what: 'first' | 'older' }
  | { readonly type: 'listed'; readonly page: ItemsPage; readonly what: 'older' | 'newer' }
  | { readonly type: 'list-failed' | 'look-failed'; readonly fault: InboxFault }
  | { readonly type: 'vanished'; readonly drops: readonly DropId[] }
  | { readonly type: 'selected'; readonly drops: readonly DropId[]; readonly isSelected: boolean }
  | { readonly type: 'filtered'; readonly thread: BoxAddress | undefined }
  | { readonly type: 'deletion-asked'; readonly drops: readonly DropId[] }
  | { readonly type: 'deletion-dismissed' | 'deletion-begun' | 'deletion-failed' }
  /** Some of them, or all. */
  | { readonly type: 'deleted'; readonly drops: readonly DropId[] }
  | { readonly type: 'shown'; readonly item: Item }
  | { readonly type: 'left' }
  | { readonly type: 'locked' }
  | { readonly type: 'read'; readonly phase: Phase }
  | AnswerEvent

export const FIRST_INBOX: InboxState = {
  list: NO_ITEMS,
  loading: undefined,
  fault: undefined,
  stale: undefined,
  selected: new Set(),
  deletion: undefined,
  thread: undefined,
  shown: undefined,
  left: undefined,
  answers: new Map(),
}

/** The next state. */
export function reduceInbox(state: InboxState, event: InboxEvent): InboxState {
  switch (event.type) {
    case 'list-asked':
      return { ...state, loading: event.what, fault: undefined }
    case 'listed': {
      const isOlder = event.what === 'older'
      const list = isOlder ? withOlder(state.list, event.page) : withNewer(state.list, event.page)
      return { ...state, list, fault: undefined, stale: undefined, loading: isOlder ? undefined : state.loading }
    }
    case 'list-failed':
      return { ...state, loading: undefined, fault: event.fault }
    case 'look-failed':
      return { ...state, stale: event.fault }
    case 'vanished':
      return { ...state, list: withGone(state.list, event.drops), selected: without(state.selected, event.drops) }
    case 'selected':
      return { ...state, selected: select(state, event.drops, event.isSelected) }
    case 'filtered':
      // Items that nobody sees are not to be deleted.
      return { ...state, thread: event.thread, selected: new Set(), deletion: undefined }
    case 'deletion-asked':
      return event.drops.length === 0 ? state : { ...state, deletion: { drops: event.drops, stage: 'asking' } }
    case 'deletion-dismissed':
      // A deletion on its way to the server goes on, and is not to look as if it did not.
      return state.deletion?.stage === 'working' ? state : { ...state, deletion: undefined }
    case 'deletion-begun':
      return withStage(state, 'working')
    case 'deletion-failed':
      return withStage(state, 'failed')
    case 'deleted':
      return withDeleted(state, event.drops)
    case 'shown':
      return {
        ...state,
        shown: { item: event.item, phase: { at: 'closed' } },
        left: event.item.drop,
        deletion: undefined,
      }
    case 'locked':
      // Nothing that was opened stays, and typed texts lie sealed on the device.
      return FIRST_INBOX
    case 'left':
      return { ...state, shown: undefined, deletion: undefined }
    case 'answer':
    case 'answer-kept':
    case 'answer-restored':
    case 'answer-sent':
    case 'answer-discarded':
    case 'answer-anew':
      return {
        ...state,
        answers: new Map(state.answers).set(event.drop, answerReduce(answerTo(state, event.drop), event)),
      }
    case 'read':
      return state.shown === undefined ? state : { ...state, shown: { ...state.shown, phase: event.phase } }
  }
}

/** The answer to a drop, as far as it has come. */
export function answerTo({ answers }: Pick<InboxState, 'answers'>, drop: DropId): AnswerState {
  return answers.get(drop) ?? EMPTY_ANSWER
}

/** Whether leaving the page now would lose something that somebody has typed, chosen or not saved. */
export function wouldLoseInbox({ answers, shown }: InboxState): boolean {
  if (shown?.phase.at === 'opened' && shown.phase.saving !== undefined) return true
  return [...answers.values()].some(wouldLoseAnswer)
}

/** Whether something is on its way to the box or from it, or on its way to a file. Work that waits for a connection does not count. */
export function isAtWork({ answers, deletion, shown }: InboxState): boolean {
  const phase = shown?.phase
  if (phase?.at === 'receiving' && phase.flow !== 'paused' && phase.flow !== 'waiting') return true
  if ((phase?.at === 'opened' || phase?.at === 'unreadable') && phase.saving !== undefined) return true
  if (deletion?.stage === 'working') return true
  return [...answers.values()].some(({ desk: { main } }) =>
    main.at === 'sending'
      ? main.flow !== 'paused' && main.flow !== 'waiting'
      : main.at === 'compose' && main.work !== undefined,
  )
}

function select({ list, selected }: InboxState, drops: readonly DropId[], isSelected: boolean): ReadonlySet<DropId> {
  if (!isSelected) return without(selected, drops)
  return new Set([...selected, ...drops.filter((drop) => !list.gone.has(drop))])
}

function withDeleted(state: InboxState, drops: readonly DropId[]): InboxState {
  const deleted = new Set(drops)
  const left = state.deletion?.drops.filter((drop) => !deleted.has(drop)) ?? []
  return {
    ...state,
    list: withoutDeleted(state.list, deleted),
    selected: without(state.selected, drops),
    deletion: left.length === 0 || state.deletion === undefined ? undefined : { ...state.deletion, drops: left },
    answers: new Map([...state.answers].filter(([drop]) => !deleted.has(drop))),
    shown: state.shown !== undefined && deleted.has(state.shown.item.drop) ? undefined : state.shown,
  }
}

function withStage(state: InboxState, stage: Deletion['stage']): InboxState {
  return state.deletion === undefined ? state : { ...state, deletion: { ...state.deletion, stage } }
}

function without(selected: ReadonlySet<DropId>, drops: readonly DropId[]): ReadonlySet<DropId> {
  const gone = new Set(drops)
  return new Set([...selected].filter((drop) => !gone.has(drop)))
}
