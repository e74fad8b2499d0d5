import type { Progress } from '#client/server.ts'
import { EMPTY_DRAFT, isEmpty, type Draft, type DraftField } from './draft.ts'
import type { Burning, Event, SealedDrop } from './event.ts'
import { listReduce, NO_LIST, type SentList } from './sent-list.ts'

/** Everything that is drawn. Keys are not in here: effects hold them. */
export interface State {
  /** The page over the main one; what the main one holds is not lost meanwhile. */
  readonly page: 'main' | 'sent' | 'how'
  readonly main: Main
  /** Outlives a look at another page. */
  readonly draft: Draft
  readonly sent: SentList
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
  | ({ readonly at: 'sealed' } & SealedDrop)
  | { readonly at: 'damaged' }
  | { readonly at: 'looking'; readonly work?: Work | undefined; readonly fault?: OpenFault | undefined }
  | {
      readonly at: 'open'
      readonly waiting: WaitingDrop
      readonly note?: 'dismissed' | 'resumed' | undefined
      readonly work?: Work | undefined
      readonly fault?: OpenFault | undefined
    }
  | {
      readonly at: 'opened'
      readonly text: string
      readonly files: readonly FileEntry[]
      readonly reads: number
      readonly ack: Acknowledgement
      /** Names of what has been copied or saved; the text is `''`. */
      readonly taken: readonly string[]
    }
  | { readonly at: 'gone'; readonly cause: 'gone' | 'claimed'; readonly proofs: readonly Proof[] }
  | { readonly at: 'unreadable' }

/** What is being waited for. `starting` has nothing to tell yet. */
export type Work = Progress | { readonly stage: 'starting' }

/** What went wrong while sealing. Nothing that was typed is ever lost by it. */
export type ComposeFault =
  | { readonly at: DraftField }
  | { readonly at: 'size' | 'count' }
  | { readonly at: 'folder' }
  | { readonly at: 'file'; readonly name: string }
  | { readonly at: 'server'; readonly code: FailureCode }

export type OpenFault =
  | { readonly at: 'passphrase'; readonly triesLeft: number | undefined }
  | { readonly at: 'server'; readonly code: FailureCode }

/**
 * What a person can be told of a failure. `broken`: a part of our own page could not be fetched, or has a fault.
 * `unsupported`: the browser is too old.
 */
export type FailureCode = 'offline' | 'try_later' | 'too_large' | 'refused' | 'broken' | 'unsupported'

/** What waits behind a link. */
export interface WaitingDrop {
  readonly expiresAtMs: number
  readonly reads: number
  readonly sizeBytes: number
  readonly needsPassphrase: boolean
}

export interface FileEntry {
  readonly name: string
  readonly type: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** Telling the server that everything arrived: `late` keeps trying, `ended` found that the server had nothing any more. */
export type Acknowledgement = 'pending' | 'late' | 'burned' | 'shared' | 'ended'

/** A claim that proves itself. */
export interface Proof {
  readonly atMs: number
  readonly isOpened: boolean
  /** This browser's own reader key made it. */
  readonly isMine: boolean
}

export const FIRST_STATE: State = {
  page: 'main',
  main: { at: 'compose' },
  draft: EMPTY_DRAFT,
  sent: NO_LIST,
  announcement: '',
  announcements: 0,
  isLasting: true,
}

/** The next state. An event that does not belong to the screen changes nothing: it came late. */
export function reduce(state: State, event: Event): State {
  return next(SUPERSEDING.has(event.type) ? { ...state, announcement: '' } : state, event)
}

/** What takes the place of whatever was announced before: it would be heard again when the next work is done. */
const SUPERSEDING: ReadonlySet<Event['type']> = new Set([
  'went',
  'drafted',
  'refused',
  'sealed',
  'anew',
  'burn',
  'worked',
  'looked-for',
  'damaged',
  'found',
  'failed',
  'opened',
  'ended',
  'not-readable',
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
        main: main.at === 'compose' ? { at: 'compose' } : main,
      }
    case 'refused':
      return { ...state, main: { at: 'compose', fault: event.fault } }
    case 'sealed':
      return { ...state, page: 'main', draft: EMPTY_DRAFT, main: { at: 'sealed', ...event.drop } }
    case 'anew':
      return { ...state, page: 'main', main: { at: 'compose' } }
    case 'worked':
      return 'work' in main || main.at === 'compose' || main.at === 'looking' || main.at === 'open'
        ? { ...state, main: { ...main, work: event.work, fault: undefined } }
        : state
    case 'handed-over':
      return main.at === 'sealed' ? { ...state, main: { ...main, isHandedOver: true } } : state
    case 'burn':
      return main.at === 'sealed' ? { ...state, main: { ...main, burning: event.burning } } : state
    case 'looked-for':
      return { ...state, page: 'main', main: { at: 'looking' } }
    case 'damaged':
      return { ...state, main: { at: 'damaged' } }
    case 'found':
      return { ...state, main: { at: 'open', waiting: event.waiting, note: event.note } }
    case 'failed':
      return { ...state, main: withFault(main, event.fault) }
    case 'opened':
      return { ...state, main: { at: 'opened', ack: 'pending', taken: [], ...event.message } }
    case 'acknowledged':
      return main.at === 'opened' ? { ...state, main: { ...main, ack: event.ack } } : state
    case 'taken':
      return main.at === 'opened'
        ? { ...state, main: { ...main, taken: [...new Set([...main.taken, ...event.names])] } }
        : state
    case 'ended':
      return { ...state, main: { at: 'gone', cause: event.cause, proofs: event.proofs } }
    case 'not-readable':
      return { ...state, main: { at: 'unreadable' } }
    case 'listed':
    case 'list-missed':
    case 'list-asked':
    case 'list-worked':
    case 'list-failed':
    case 'list-reported':
    case 'list-forgot':
      return { ...state, sent: listReduce(state.sent, event) }
  }
}

/** Whether leaving the page now would lose something for good. */
export function wouldLose({ main, draft }: State): boolean {
  if (!isEmpty(draft)) return true
  switch (main.at) {
    case 'sealed':
      return !main.isHandedOver && !hasEnded(main.burning)
    case 'opened':
      return untaken(main).length > 0
    case 'compose':
    case 'damaged':
    case 'looking':
    case 'open':
    case 'gone':
    case 'unreadable':
      return false
  }
}

/** Names of what has been opened and neither copied nor saved; the text is `''`. */
export function untaken(main: Extract<Main, { at: 'opened' }>): string[] {
  const names = [...(main.text === '' ? [] : ['']), ...main.files.map(({ name }) => name)]
  return names.filter((name) => !main.taken.includes(name))
}

/** Whether a burn went through. */
export function hasEnded(burning: Burning): boolean {
  return burning === 'burned'
}

function withFault(main: Main, fault: OpenFault): Main {
  switch (main.at) {
    case 'looking':
    case 'open':
      return { ...main, fault, work: undefined }
    case 'compose':
    case 'sealed':
    case 'damaged':
    case 'opened':
    case 'gone':
    case 'unreadable':
      return main
  }
}
