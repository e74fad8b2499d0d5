import type { DropId } from '#protocol/id.ts'
import { EMPTY_ANSWER_DRAFT } from '../../../send/to-thread.ts'
import { isEmpty, type Draft } from '../../../send/draft.ts'
import type { Interrupted, WantedFile } from '../../../send/uploads.ts'
import { firstSendState, sendReduce, type SendEvent, type SendState } from '../../../send/send-state.ts'

/** An answer to one drop. */
export interface AnswerState {
  /** The form and the upload: the same as those of a message for a link, with terms of their own. */
  readonly desk: SendState
  /** Files that were chosen before a lock: they have to be chosen again. */
  readonly wanted: readonly WantedFile[]
  /** Whether it was typed before the box was locked the last time. */
  readonly isRestored: boolean
  /** Whether the draft lies on this device as it is, sealed, and outlives the page. Of files only their names do. */
  readonly isKept: boolean
  /** Of the answer that was sent last, until another is begun: when it is deleted, milliseconds since 1970. */
  readonly sentUntilMs?: number | undefined
}

export type AnswerEvent = { readonly drop: DropId } &
  /** An event of the form or the upload. */
  (
    | { readonly type: 'answer'; readonly event: SendEvent }
    /** It lies on this device. */
    | { readonly type: 'answer-kept'; readonly draft: Draft; readonly wanted: readonly WantedFile[] }
    /** It was found on this device. */
    | {
        readonly type: 'answer-restored'
        readonly draft: Draft
        readonly wanted: readonly WantedFile[]
        readonly interrupted?: Interrupted
      }
    | { readonly type: 'answer-discarded' }
    | { readonly type: 'answer-sent'; readonly draft: Draft; readonly expiresAtMs: number }
    | { readonly type: 'answer-anew' }
  )

export const EMPTY_ANSWER: AnswerState = {
  desk: firstSendState(EMPTY_ANSWER_DRAFT),
  wanted: [],
  isRestored: false,
  isKept: false,
}

/** Whether nothing would be lost with it. */
export function isEmptyAnswer({ desk, wanted }: Pick<AnswerState, 'desk' | 'wanted'>): boolean {
  return isEmpty(desk.draft) && wanted.length === 0
}

/** Whether somebody has begun it, and it is not sent. */
export function isBegun(answer: AnswerState | undefined): boolean {
  if (answer === undefined) return false
  return answer.desk.main.at === 'sending' || isInterrupted(answer) || !isEmptyAnswer(answer)
}

/** Whether it went up in parts, and came to no end before the box was locked. */
export function isInterrupted({ desk }: AnswerState): boolean {
  return desk.uploads.interrupted.length > 0
}

/** Whether leaving the page now would lose something of it, or break it off on its way. */
export function wouldLoseAnswer(answer: AnswerState): boolean {
  const { desk, isKept } = answer
  if (isInterrupted(answer)) return false
  return desk.main.at === 'sending' || desk.draft.files.length > 0 || (!isKept && !isEmptyAnswer(answer))
}

export function answerReduce(answer: AnswerState, event: AnswerEvent): AnswerState {
  const { desk, wanted } = answer
  switch (event.type) {
    case 'answer': {
      const next = { ...answer, desk: sendReduce(desk, event.event) }
      if (event.event.type === 'upload-ended') return { ...next, wanted: stillWanted(answer, next.desk), isKept: false }
      return event.event.type === 'drafted' ? { ...next, isKept: false } : next
    }
    case 'answer-kept':
      return desk.draft === event.draft && wanted === event.wanted ? { ...answer, isKept: true } : answer
    case 'answer-restored':
      return restore(answer, event)
    case 'answer-discarded':
      return EMPTY_ANSWER
    case 'answer-sent': {
      // Folders take a while to read: what came in since is in no answer yet.
      const files = desk.draft.files.filter((file) => !event.draft.files.includes(file))
      return {
        ...EMPTY_ANSWER,
        desk: { ...EMPTY_ANSWER.desk, draft: { ...EMPTY_ANSWER_DRAFT, files } },
        sentUntilMs: event.expiresAtMs,
      }
    }
    case 'answer-anew':
      return { ...answer, sentUntilMs: undefined }
  }
}

/** Files of an upload that was given up are wanted again, but for those that are in the form. */
function stillWanted({ desk, wanted }: AnswerState, { draft }: SendState): readonly WantedFile[] {
  const names = new Set(draft.files.map(({ name }) => name))
  const sent = desk.uploads.interrupted.flatMap(({ files }) => files)
  return [...wanted, ...sent].filter(({ name }) => !names.has(name))
}

/** Never over what somebody has typed or sent since: looking for it takes a while. */
function restore(answer: AnswerState, event: Extract<AnswerEvent, { type: 'answer-restored' }>): AnswerState {
  const { main } = answer.desk
  const isFree = main.at === 'compose' && main.work === undefined && answer.sentUntilMs === undefined
  if (!isFree || isInterrupted(answer) || !isEmptyAnswer(answer)) return answer
  const { draft, interrupted, wanted } = event
  const uploads = { interrupted: interrupted === undefined ? [] : [interrupted], asking: undefined }
  return { desk: { ...answer.desk, draft, uploads }, wanted, isRestored: true, isKept: true }
}
