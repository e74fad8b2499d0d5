import type { Work } from '../kit/progress.tsx'
import type { PageTools } from '../platform/page-tools.ts'
import type { TransferProgress, TransferState } from '../kit/transfer.tsx'
import type { FailureCode } from '../platform/server.ts'
import type { Draft, DraftField } from './draft.ts'
import { NO_UPLOADS, uploadsReduce, type UploadSummary, type Uploads, type UploadsEvent } from './uploads.ts'

/** A form that seals and sends, and an upload in parts. A page may show other screens in its place. */
export interface SendState<Other extends { readonly at: string } = never> {
  readonly main: Composing | ({ readonly at: 'sending' } & Sending) | Other
  /** Outlives a look at another page. */
  readonly draft: Draft
  readonly uploads: Uploads
  /** `undefined` until the server has been asked. */
  readonly limits: Limits | undefined
  /** OperatorNotice to a screen reader. */
  readonly announcement: string
  /** How many there have been: the same one twice in a row is to be heard twice. */
  readonly announcements: number
}

export interface Composing {
  readonly at: 'compose'
  readonly work?: Work | undefined
  readonly fault?: ComposeFault | undefined
}

/** The limits of the server. */
export interface Limits {
  /** Bytes of ciphertext of the largest drop. */
  readonly largest: number
  /** Bytes of the largest archive, before it is padded, without the letterhead of a letter. */
  readonly archive: number
  /** Bytes of text and files that fit one, rounded down. */
  readonly room: number
}

/** A drop in parts that goes up. */
export interface Sending {
  readonly cargo: UploadSummary
  readonly carried: TransferProgress
  readonly flow: TransferState
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

/** A fault while sealing. Nothing that was typed is ever lost by it. */
export type ComposeFault =
  | { readonly at: DraftField }
  | { readonly at: 'count' | 'text' }
  /** More than the server takes: `room` bytes of text and files. */
  | { readonly at: 'size'; readonly room: number }
  /** Dropped files could not be read. */
  | { readonly at: 'dropped' | 'empty' }
  /** `path`: with its folders the name is longer than any archive takes. */
  | { readonly at: 'file' | 'changed' | 'path'; readonly name: string }
  /** The server holds nothing of the upload any more, or could not be told that it is cancelled. */
  | { readonly at: 'upload-over' | 'upload-left' }
  /** Another tab of this browser sends it, or has ended it. */
  | { readonly at: 'elsewhere' }
  /** Only of a drop for a box: it takes no more, or nothing without an invitation that still holds. */
  | { readonly at: 'box-full' | 'invitation' }
  /** `isInDoubt`: the server may have it all the same. The same press sends the same again, and nothing twice. */
  | { readonly at: 'server'; readonly code: FailureCode; readonly isInDoubt?: boolean }

export type SendEvent =
  | { readonly type: 'announced'; readonly text: string }
  | { readonly type: 'drafted'; readonly draft: Partial<Draft> }
  | { readonly type: 'refused'; readonly fault: ComposeFault }
  | { readonly type: 'limited'; readonly limits: Limits }
  | { readonly type: 'worked'; readonly work: Work | undefined }
  // An upload in parts
  | { readonly type: 'sending'; readonly upload: Pick<Sending, 'cargo' | 'carried' | 'isKept'> }
  | { readonly type: 'carried'; readonly carried: TransferProgress }
  | { readonly type: 'flowed'; readonly flow: TransferState; readonly fault?: SendFault | undefined }
  | { readonly type: 'cancel-asked'; readonly isAsking: boolean }
  /** Without having arrived. Its text and files are in the draft again. */
  | { readonly type: 'upload-ended'; readonly draft: Partial<Draft>; readonly fault?: ComposeFault | undefined }
  | UploadsEvent

/** Everything that sealing and sending work with. */
export interface SendTools extends PageTools {
  readonly dispatch: (event: SendEvent) => void
  readonly state: () => SendState<{ readonly at: string }>
}

/** @param draft - as nobody has begun it */
export function firstSendState(draft: Draft): SendState {
  const main = { at: 'compose' } as const
  return { main, draft, uploads: NO_UPLOADS, limits: undefined, announcement: '', announcements: 0 }
}

/** The next state. An event that does not belong to the screen changes nothing. */
export function sendReduce<State extends SendState<{ readonly at: string }>>(state: State, event: SendEvent): State {
  const after = next(state, event)
  return SUPERSEDING.has(event.type) ? { ...after, announcement: '' } : after
}

/** These take the place of whatever was announced before: it would be heard again when the next work is done. */
const SUPERSEDING: ReadonlySet<SendEvent['type']> = new Set(['drafted', 'refused', 'sending', 'upload-ended', 'worked'])

function next<State extends SendState<{ readonly at: string }>>(state: State, event: SendEvent): State {
  const { main } = state
  switch (event.type) {
    case 'announced':
      return { ...state, announcement: event.text, announcements: state.announcements + 1 }
    case 'drafted': {
      const draft = { ...state.draft, ...event.draft }
      return { ...state, draft, main: isComposing(main) ? { at: 'compose', work: main.work } : main }
    }
    case 'refused':
      return isComposing(main) ? { ...state, main: { at: 'compose', fault: event.fault } } : state
    case 'limited':
      return { ...state, limits: event.limits }
    case 'worked':
      return isComposing(main) ? { ...state, main: { at: 'compose', work: event.work, fault: undefined } } : state
    case 'sending': {
      const upload = { at: 'sending', ...event.upload, flow: 'going', isAsking: false } as const
      return { ...state, uploads: NO_UPLOADS, main: upload }
    }
    case 'carried': {
      if (!isSending(main)) return state
      // A transfer that has moved waits no longer. A report after a pause was on its way before it.
      const flow = main.flow === 'waiting' ? 'going' : main.flow
      return { ...state, main: { ...main, carried: event.carried, flow } }
    }
    case 'flowed':
      return isSending(main) ? { ...state, main: { ...main, flow: event.flow, fault: event.fault } } : state
    case 'cancel-asked':
      return isSending(main) ? { ...state, main: { ...main, isAsking: event.isAsking } } : state
    case 'upload-ended': {
      // One that was interrupted may be ended while something else is on the screen.
      const isShown = isSending(main) || isIdle(main)
      return {
        ...state,
        draft: { ...state.draft, ...event.draft },
        uploads: NO_UPLOADS,
        main: isShown ? { at: 'compose', fault: event.fault } : main,
      }
    }
    case 'uploads-found':
    case 'upload-asked':
      return { ...state, uploads: uploadsReduce(state.uploads, event) }
  }
}

/** Whether the form waits for a person, and no work of its own. */
export function isIdle(main: { readonly at: string }): boolean {
  return isComposing(main) && main.work === undefined
}

function isComposing(main: { readonly at: string }): main is Composing {
  return main.at === 'compose'
}

export function isSending(main: { readonly at: string }): main is { readonly at: 'sending' } & Sending {
  return main.at === 'sending'
}
