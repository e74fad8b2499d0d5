import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import { NO_ITEMS, withGone, withNewer, withOlder, type ItemList, type ItemsPage } from '../../read/item-list.ts'
import type { BoxReading } from '../../read/from-box.ts'
import type { FailureCode } from '../../platform/server.ts'
import { reduceWrite, wouldLoseLetter, type WriteEvent, type WriteState } from './write-state.ts'

/** Everything that is drawn of coming back for answers. The code and its keys are not in here: effects hold them. */
export interface ReturnState {
  readonly main: ReturnMain
  readonly list: ItemList
  /** The answers opened on this visit, and the box that each says it is from. */
  readonly opened: ReadonlyMap<DropId, BoxAddress | undefined>
  /** Why the server could not be asked for new answers the last time. */
  readonly listFault: FailureCode | undefined
  readonly isListing: boolean
  /** A letter that is being written, or was and is not sent: it stays while the answers are looked at. */
  readonly write: WriteState | undefined
  /** Letters to other boxes that were begun and are not sent. */
  readonly others: readonly WriteState[]
  /** Text for a screen reader, and the number of texts so far: the same one twice in a row is to be heard twice. */
  readonly announcement: string
  readonly announcements: number
}

/** The screens, one at a time. */
export type ReturnMain =
  /** `text` is what has been typed: it goes when it was a code. */
  | { readonly at: 'code'; readonly text: string; readonly isBusy: boolean; readonly fault?: CodeFault | undefined }
  | { readonly at: 'answers' }
  | { readonly at: 'answer'; readonly item: Item; readonly phase: AnswerPhase }
  | { readonly at: 'which-box'; readonly text: string; readonly fault?: TargetFault | undefined }
  | { readonly at: 'writing' }
  | { readonly at: 'forgotten' }

/** The fault of the input. The input itself stays in its field and is said nowhere else. */
export type CodeFault =
  | { readonly at: 'missing' | 'checksum' }
  | { readonly at: 'words'; readonly count: number }
  | { readonly at: 'server'; readonly code: FailureCode }

export type TargetFault = { readonly at: 'address' } | { readonly at: 'elsewhere'; readonly origin: string }

/** How far an answer has come. */
export type AnswerPhase = BoxReading<AboutAnswer, FailureCode>

export interface AboutAnswer {
  /** The box that answered, as it says itself. */
  readonly from: BoxAddress | undefined
}

export type ReturnEvent =
  | { readonly type: 'announced'; readonly text: string }
  | { readonly type: 'code-typed'; readonly text: string }
  | { readonly type: 'code-asked' }
  | { readonly type: 'code-refused'; readonly fault: CodeFault }
  /** The code was good; what was typed is gone. */
  | { readonly type: 'entered'; readonly page: ItemsPage }
  | { readonly type: 'listing' }
  | { readonly type: 'listed'; readonly what: 'older' | 'newer'; readonly page: ItemsPage }
  | { readonly type: 'list-failed'; readonly fault: FailureCode }
  | { readonly type: 'answer-asked'; readonly item: Item }
  | { readonly type: 'read'; readonly phase: AnswerPhase }
  | { readonly type: 'listed-again' }
  | { readonly type: 'box-asked' }
  | { readonly type: 'box-typed'; readonly text: string }
  | { readonly type: 'box-refused'; readonly fault: TargetFault }
  | { readonly type: 'writing-begun'; readonly write: WriteState }
  | { readonly type: 'writing-resumed' }
  | { readonly type: 'write'; readonly event: WriteEvent }
  | { readonly type: 'forgot' }
  | { readonly type: 'again' }

export const FIRST_RETURN: ReturnState = {
  main: { at: 'code', text: '', isBusy: false },
  list: NO_ITEMS,
  opened: new Map(),
  listFault: undefined,
  isListing: false,
  write: undefined,
  others: [],
  announcement: '',
  announcements: 0,
}

/** The next state. An event that does not belong to the screen changes nothing: it came late. */
export function reduceReturn(state: ReturnState, event: ReturnEvent): ReturnState {
  const { main } = state
  switch (event.type) {
    case 'announced':
      return { ...state, announcement: event.text, announcements: state.announcements + 1 }
    case 'code-typed':
      return main.at === 'code' ? { ...state, main: { at: 'code', text: event.text, isBusy: false } } : state
    case 'code-asked':
      return main.at === 'code' ? { ...state, main: { ...main, isBusy: true, fault: undefined } } : state
    case 'code-refused':
      return main.at === 'code' ? { ...state, main: { ...main, isBusy: false, fault: event.fault } } : state
    case 'entered':
      return main.at === 'code' ? { ...state, main: { at: 'answers' }, list: withOlder(NO_ITEMS, event.page) } : state
    case 'listing':
      return { ...state, isListing: true }
    case 'listed':
    case 'list-failed':
      return isClosed(main) ? state : { ...state, ...listReduce(state, event), isListing: false }
    case 'answer-asked':
      return isClosed(main) ? state : { ...state, main: { at: 'answer', item: event.item, phase: OPENING } }
    case 'read':
      return main.at === 'answer'
        ? withPhase({ ...state, main: { ...main, phase: event.phase } }, main.item.drop)
        : state
    case 'listed-again':
      return isClosed(main) ? state : { ...state, main: { at: 'answers' }, write: unsent(state) }
    case 'box-asked':
      return isClosed(main) ? state : { ...state, main: { at: 'which-box', text: '' } }
    case 'box-typed':
      return main.at === 'which-box' ? { ...state, main: { at: 'which-box', text: event.text } } : state
    case 'box-refused':
      return main.at === 'which-box' ? { ...state, main: { ...main, fault: event.fault } } : state
    case 'writing-begun':
      return isClosed(main)
        ? state
        : { ...state, main: { at: 'writing' }, write: event.write, others: othersThan(state, event.write) }
    case 'writing-resumed':
      return isClosed(main) || state.write === undefined ? state : { ...state, main: { at: 'writing' } }
    case 'write':
      return state.write === undefined ? state : { ...state, write: reduceWrite(state.write, event.event) }
    case 'forgot':
      return { ...FIRST_RETURN, main: { at: 'forgotten' }, announcements: state.announcements }
    case 'again':
      return main.at === 'forgotten' ? { ...FIRST_RETURN, announcements: state.announcements } : state
  }
}

const OPENING: AnswerPhase = { at: 'opening', work: { stage: 'starting' } }

/** Whether leaving the page or the screen now would lose something: an answer can be opened again, what is typed cannot. */
export function wouldLoseReturn({ main, others, write }: ReturnState): boolean {
  if (main.at === 'answer' && main.phase.at === 'opened' && main.phase.saving !== undefined) return true
  return others.length > 0 || (write !== undefined && wouldLoseLetter(write))
}

/** The box that the newest opened answer says it is from. */
export function lastBox({ list, opened }: ReturnState): BoxAddress | undefined {
  return list.items.map(({ drop }) => opened.get(drop)).find((from) => from !== undefined)
}

/** The letter, if something would be lost by leaving it. */
function unsent({ write }: ReturnState): WriteState | undefined {
  return write !== undefined && wouldLoseLetter(write) ? write : undefined
}

/** The letters that are begun, without the one that is about to be shown. */
function othersThan(state: ReturnState, { target: { address } }: WriteState): WriteState[] {
  const begun = unsent(state)
  return [...state.others, ...(begun === undefined ? [] : [begun])].filter((each) => each.target.address !== address)
}

function isClosed({ at }: ReturnMain): boolean {
  return at === 'code' || at === 'forgotten'
}

function listReduce(
  { list }: ReturnState,
  event: Extract<ReturnEvent, { type: 'listed' | 'list-failed' }>,
): Pick<ReturnState, 'listFault'> & Partial<Pick<ReturnState, 'list'>> {
  if (event.type === 'list-failed') return { listFault: event.fault }
  const next = event.what === 'older' ? withOlder(list, event.page) : withNewer(list, event.page)
  return { list: next, listFault: undefined }
}

/** An answer that opened, or is gone, is known in the list, too. */
function withPhase(state: ReturnState, drop: DropId): ReturnState {
  const { list, main, opened } = state
  if (main.at !== 'answer') return state
  const { phase } = main
  if (phase.at === 'gone') return { ...state, list: withGone(list, [drop]) }
  return phase.at === 'opened' ? { ...state, opened: new Map([...opened, [drop, phase.from]]) } : state
}
