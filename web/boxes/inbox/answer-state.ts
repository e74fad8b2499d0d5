import type { Progress } from '#client/server.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import type { ChosenFile } from '../../draft.ts'
import type { Carried, Flow } from '../../parts/transfer.tsx'
import type { FailureCode } from '../../state.ts'

/** An answer to one drop. */
export interface Answer {
  readonly draft: AnswerDraft
  readonly stage: AnswerStage
}

/** What has been typed and chosen. It lives in memory only. */
export interface AnswerDraft {
  readonly text: string
  readonly files: readonly ChosenFile[]
  readonly ttlSeconds: number
}

export type AnswerStage =
  | { readonly at: 'draft'; readonly fault?: AnswerFault | undefined; readonly work?: Work | undefined }
  /** In parts, on its way. */
  | { readonly at: 'sending'; readonly carried: Carried; readonly flow: Flow; readonly fault?: AnswerFault | undefined }
  | { readonly at: 'sent'; readonly expiresAtMs: number }

/** `starting` has nothing to tell yet. */
type Work = Progress | { readonly stage: 'starting' }

/** What went wrong. Nothing that was typed or chosen is ever lost by it. */
export type AnswerFault =
  | { readonly at: 'message' | 'count' | 'text' | 'dropped' | 'full' }
  /** More than the server takes: `room` bytes of text and files, where it has said so. */
  | { readonly at: 'size'; readonly room: number | undefined }
  | { readonly at: 'file' | 'changed'; readonly name: string }
  | { readonly at: 'server'; readonly code: FailureCode }

export type AnswerEvent = { readonly drop: DropId } & (
  | { readonly type: 'answer-drafted'; readonly draft: Partial<AnswerDraft> }
  | { readonly type: 'answer-refused'; readonly fault: AnswerFault | undefined }
  | { readonly type: 'answer-worked'; readonly work: Work }
  | { readonly type: 'answer-carried'; readonly carried: Carried }
  | { readonly type: 'answer-flowed'; readonly flow: Flow; readonly fault?: AnswerFault | undefined }
  | { readonly type: 'answer-sent'; readonly expiresAtMs: number }
  | { readonly type: 'answer-anew' }
)

/** The life of an answer that a person is offered, in seconds: 1, 7, 14 and 30 days. */
export const ANSWER_LIVES: readonly number[] = [86_400, 604_800, 1_209_600, MAX_TTL_SECONDS]

export const EMPTY_ANSWER: Answer = {
  draft: { text: '', files: [], ttlSeconds: MAX_TTL_SECONDS },
  stage: { at: 'draft' },
}

export function answerReduce(answer: Answer, event: AnswerEvent): Answer {
  const { draft, stage } = answer
  switch (event.type) {
    case 'answer-drafted':
      return { draft: { ...draft, ...event.draft }, stage: stage.at === 'draft' ? { at: 'draft' } : stage }
    case 'answer-refused':
      return { draft, stage: { at: 'draft', fault: event.fault } }
    case 'answer-worked':
      return stage.at === 'draft' ? { draft, stage: { at: 'draft', work: event.work } } : answer
    case 'answer-carried':
      return { draft, stage: { at: 'sending', carried: event.carried, flow: 'going' } }
    case 'answer-flowed':
      return stage.at === 'sending' ? { draft, stage: { ...stage, flow: event.flow, fault: event.fault } } : answer
    case 'answer-sent':
      return { draft: EMPTY_ANSWER.draft, stage: { at: 'sent', expiresAtMs: event.expiresAtMs } }
    case 'answer-anew':
      return { draft, stage: { at: 'draft' } }
  }
}
