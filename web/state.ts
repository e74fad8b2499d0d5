import type { BetweenCode } from './words/between.ts'
import type { Progress } from '#client/server.ts'
import type { Operator } from '#protocol/operator.ts'
import { EMPTY_DRAFT, isEmpty, type Draft, type DraftField } from './send/draft.ts'
import type { Burning, Event, SealedDrop } from './event.ts'
import type { Carried, Flow } from './parts/transfer.tsx'
import { listReduce, NO_LIST, type SentList } from './sent-list.ts'
import type { LinkReading } from './read/link-reading.ts'
import { wouldLoseOpened } from './read/reading.ts'
import { NO_UPLOADS, uploadsReduce, type UploadSummary, type Uploads } from './send/uploads.ts'

/** Everything that is drawn. Keys are not in here: effects hold them. */
export interface State {
  /** The page over the main one; what the main one holds is not lost meanwhile. */
  readonly page: 'main' | 'sent' | 'how'
  readonly main: Main
  /** Outlives a look at another page. */
  readonly draft: Draft
  readonly sent: SentList
  readonly uploads: Uploads
  /** `undefined` until the server has been asked. */
  readonly limits: Limits | undefined
  /** What the operator says of itself; `undefined` until the server has been asked. */
  readonly told?: Told | undefined
  /** What a screen reader is told. */
  readonly announcement: string
  /** How many there have been: the same one twice in a row is to be heard twice. */
  readonly announcements: number
  /** Whether this browser keeps what it is given across a reload. */
  readonly isLasting: boolean
}

/** The screens, one at a time. */
export type Main =
  | { readonly at: 'compose'; readonly work?: Work | undefined; readonly fault?: ComposeFault | undefined }
  | ({ readonly at: 'sending' } & Sending)
  | ({ readonly at: 'sealed' } & SealedDrop)
  | LinkReading

/** What is being waited for. `starting` has nothing to tell yet. */
export type Work = Progress | { readonly stage: 'starting' }

/** What the operator of the server says, `undefined` where nothing that can be shown was answered. */
export interface Told {
  readonly operator: Operator | undefined
  /** Whether its statement does, today. */
  readonly holds: boolean
}

/** What the server takes. */
export interface Limits {
  /** Bytes of ciphertext of the largest drop. */
  readonly largest: number
  /** Bytes of the largest archive, before it is padded, without what a letter says of itself. */
  readonly archive: number
  /** Bytes of text and files that fit one, rounded down. */
  readonly room: number
}

/** A drop in parts that goes up. */
export interface Sending {
  readonly cargo: UploadSummary
  readonly carried: Carried
  readonly flow: Flow
  /** Whether this browser keeps what it takes to go on after a crash. */
  readonly isKept: boolean
  /** It is asked whether to cancel. */
  readonly isAsking: boolean
  /** Why it is paused, if not by a press. */
  readonly fault?: SendFault | undefined
}

export type SendFault =
  | { readonly at: 'file'; readonly name: string }
  | { readonly at: 'server'; readonly code: FailureCode }

/** What went wrong while sealing. Nothing that was typed is ever lost by it. */
export type ComposeFault =
  | { readonly at: DraftField }
  | { readonly at: 'count' | 'text' }
  /** More than the server takes: `room` bytes of text and files. */
  | { readonly at: 'size'; readonly room: number }
  /** What was dropped could not be read. */
  | { readonly at: 'dropped' | 'empty' }
  /** `path`: with its folders the name is longer than any archive takes. */
  | { readonly at: 'file' | 'changed' | 'path'; readonly name: string }
  /** The server holds nothing of the upload any more, or could not be told that it is cancelled. */
  | { readonly at: 'upload-over' | 'upload-left' }
  /** Another tab of this browser sends it, or has ended it. */
  | { readonly at: 'elsewhere' }
  /** Only of a drop for a box: it takes no more, or nothing from whoever has no invitation that still holds. */
  | { readonly at: 'box-full' | 'invitation' }
  /** `isInDoubt`: the server may have it all the same. The same press sends the same again, and nothing twice. */
  | { readonly at: 'server'; readonly code: FailureCode; readonly isInDoubt?: boolean }

/**
 * What a person can be told of a failure. `broken`: a part of our own page could not be fetched, or has a fault.
 * `unsupported`: the browser is too old. `platform`: it has what is needed, and refused it, failed at it or never answered. `insecure`: the
 * page came over plain http.
 */
export type FailureCode =
  | 'offline'
  | 'try_later'
  /** The server has the drop and not its ciphertext. */
  | 'lost'
  | 'too_large'
  | 'refused'
  | 'broken'
  | 'unsupported'
  | 'platform'
  | 'insecure'
  | BetweenCode

export const FIRST_STATE: State = {
  page: 'main',
  main: { at: 'compose' },
  draft: EMPTY_DRAFT,
  sent: NO_LIST,
  uploads: NO_UPLOADS,
  limits: undefined,
  announcement: '',
  announcements: 0,
  isLasting: true,
}

/** The next state. An event that does not belong to the screen changes nothing: it came late. */
export function reduce(state: State, event: Event): State {
  const after = next(state, event)
  const isOther = SUPERSEDING.has(event.type) || (event.type === 'read' && isNews(state.main, after.main))
  return isOther ? { ...after, announcement: '' } : after
}

/** Whether another screen is shown, or something else is said on it than how far it is. */
function isNews(before: Main, after: Main): boolean {
  const said = (main: Main): unknown[] => [main.at, 'work' in main && main.work, 'fault' in main && main.fault]
  const earlier = said(before)
  return said(after).some((each, index) => each !== earlier[index])
}

/** What takes the place of whatever was announced before: it would be heard again when the next work is done. */
const SUPERSEDING: ReadonlySet<Event['type']> = new Set([
  'went',
  'drafted',
  'refused',
  'sending',
  'upload-ended',
  'sealed',
  'anew',
  'burn',
  'worked',
  'list-asked',
  'list-worked',
  'list-failed',
] satisfies Event['type'][])

function next(state: State, event: Event): State {
  const { main } = state
  switch (event.type) {
    case 'went':
      return { ...state, page: event.page }
    case 'announced':
      return { ...state, announcement: event.text, announcements: state.announcements + 1 }
    case 'store-found':
      return { ...state, isLasting: event.isLasting }
    case 'drafted':
      return {
        ...state,
        draft: { ...state.draft, ...event.draft },
        main: main.at === 'compose' ? { at: 'compose', work: main.work } : main,
      }
    case 'refused':
      return main.at === 'compose' ? { ...state, main: { at: 'compose', fault: event.fault } } : state
    case 'told':
      return { ...state, told: event.told }
    case 'limited':
      return { ...state, limits: event.limits }
    case 'sending':
      return {
        ...state,
        page: 'main',
        uploads: NO_UPLOADS,
        main: { at: 'sending', ...event.upload, flow: 'going', isAsking: false },
      }
    case 'carried':
      return main.at === 'sending'
        ? { ...state, main: { ...main, carried: event.carried, flow: moved(main.flow) } }
        : state
    case 'flowed':
      return main.at === 'sending' ? { ...state, main: { ...main, flow: event.flow, fault: event.fault } } : state
    case 'cancel-asked':
      return main.at === 'sending' ? { ...state, main: { ...main, isAsking: event.isAsking } } : state
    case 'upload-ended': {
      // One that was interrupted may be ended while something else is on the screen.
      const isShown = main.at === 'sending' || (main.at === 'compose' && main.work === undefined)
      return {
        ...state,
        draft: { ...state.draft, ...event.draft },
        uploads: NO_UPLOADS,
        main: isShown ? { at: 'compose', fault: event.fault } : main,
      }
    }
    case 'sealed': {
      const draft = event.keepsDraft === true ? state.draft : EMPTY_DRAFT
      return { ...state, page: 'main', draft, main: { at: 'sealed', ...event.drop } }
    }
    case 'anew':
      return { ...state, page: 'main', main: { at: 'compose' } }
    case 'worked':
      return main.at === 'compose' ? { ...state, main: { at: 'compose', work: event.work, fault: undefined } } : state
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
    case 'uploads-found':
    case 'upload-asked':
      return { ...state, uploads: uploadsReduce(state.uploads, event) }
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

/** What has moved waits no longer. What comes after a pause was on its way before it. */
function moved(flow: Flow): Flow {
  return flow === 'waiting' ? 'going' : flow
}
