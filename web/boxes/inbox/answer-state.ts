import type { Progress } from '#client/server.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TTL_SECONDS } from '#protocol/limits.ts'
import type { ChosenFile } from '../../draft.ts'
import type { Carried, Flow } from '../../parts/transfer.tsx'
import type { FailureCode } from '../../state.ts'
import type { Asked, Interrupted, WantedFile } from '../../uploads.ts'

/** An answer to one drop. */
export interface Answer {
  readonly draft: AnswerDraft
  readonly stage: AnswerStage
  /** Whether it was typed before the box was locked the last time. */
  readonly isRestored: boolean
  /** Whether the draft lies on this device as it is, sealed, and outlives the page. Of files only their names do. */
  readonly isKept: boolean
}

/** What has been typed and chosen. */
export interface AnswerDraft {
  readonly text: string
  readonly files: readonly ChosenFile[]
  /** Files that were chosen before a lock: they have to be chosen again. */
  readonly wanted: readonly WantedFile[]
  readonly ttlSeconds: number
}

export type AnswerStage =
  | { readonly at: 'draft'; readonly fault?: AnswerFault | undefined; readonly work?: Work | undefined }
  /** In parts, on its way. */
  | {
      readonly at: 'sending'
      readonly carried: Carried
      readonly flow: Flow
      /** Whether it can go on after a lock or a crash. */
      readonly isKept: boolean
      readonly fault?: AnswerFault | undefined
    }
  /** In parts, and came to no end before the box was locked. */
  | { readonly at: 'interrupted'; readonly upload: Interrupted; readonly asking: Asked | undefined }
  | { readonly at: 'sent'; readonly expiresAtMs: number }

/** `starting` has nothing to tell yet. */
type Work = Progress | { readonly stage: 'starting' }

/** What went wrong. Nothing that was typed or chosen is ever lost by it. */
export type AnswerFault =
  /**
   * `over`: the server has nothing any more of what was sent. `left`: it could not be told to delete that. `elsewhere`: another tab
   * sends one, or has ended this one.
   */
  | { readonly at: 'message' | 'count' | 'text' | 'dropped' | 'empty' | 'full' | 'over' | 'left' | 'elsewhere' }
  /** More than the server takes: `room` bytes of text and files, where it has said so. */
  | { readonly at: 'size'; readonly room: number | undefined }
  /** `path`: with its folders the name is longer than any archive takes. */
  | { readonly at: 'file' | 'changed' | 'path'; readonly name: string }
  /** `isInDoubt`: the server may have it all the same. The same press sends the same again, and nothing twice. */
  | { readonly at: 'server'; readonly code: FailureCode; readonly isInDoubt?: boolean }

export type AnswerEvent = { readonly drop: DropId } & (
  | { readonly type: 'answer-drafted'; readonly draft: Partial<AnswerDraft> }
  /** It lies on this device. */
  | { readonly type: 'answer-kept'; readonly draft: AnswerDraft }
  /** It was found on this device. */
  | { readonly type: 'answer-restored'; readonly draft: AnswerDraft; readonly interrupted?: Interrupted }
  | { readonly type: 'answer-asked'; readonly asking: Asked | undefined }
  | { readonly type: 'answer-discarded' }
  | { readonly type: 'answer-refused'; readonly fault: AnswerFault | undefined }
  | { readonly type: 'answer-worked'; readonly work: Work }
  | { readonly type: 'answer-carried'; readonly carried: Carried; readonly isKept: boolean }
  | { readonly type: 'answer-flowed'; readonly flow: Flow; readonly fault?: AnswerFault | undefined }
  | { readonly type: 'answer-sent'; readonly sent: AnswerDraft; readonly expiresAtMs: number }
  | { readonly type: 'answer-anew' }
)

export const EMPTY_ANSWER: Answer = {
  draft: { text: '', files: [], wanted: [], ttlSeconds: MAX_TTL_SECONDS },
  stage: { at: 'draft' },
  isRestored: false,
  isKept: false,
}

/** Whether nothing would be lost with it. */
export function isEmptyAnswer({ files, text, wanted }: AnswerDraft): boolean {
  return text.trim() === '' && files.length === 0 && wanted.length === 0
}

/** Whether somebody has begun it, and it is not sent. */
export function isBegun(answer: Answer | undefined): boolean {
  if (answer === undefined) return false
  return answer.stage.at === 'sending' || answer.stage.at === 'interrupted' || !isEmptyAnswer(answer.draft)
}

/** Whether leaving the page now would lose something of it, or break it off on its way. */
export function wouldLoseAnswer({ draft, isKept, stage }: Answer): boolean {
  if (stage.at === 'interrupted') return false
  return stage.at === 'sending' || draft.files.length > 0 || (!isKept && !isEmptyAnswer(draft))
}

export function answerReduce(answer: Answer, event: AnswerEvent): Answer {
  const { draft, stage } = answer
  switch (event.type) {
    case 'answer-drafted':
      return {
        ...answer,
        draft: { ...draft, ...event.draft },
        stage: stage.at === 'draft' ? { at: 'draft', work: stage.work } : stage,
        isKept: false,
      }
    case 'answer-kept':
      return draft === event.draft ? { ...answer, isKept: true } : answer
    case 'answer-restored':
      return restore(answer, event)
    case 'answer-asked':
      return stage.at === 'interrupted' ? { ...answer, stage: { ...stage, asking: event.asking } } : answer
    case 'answer-discarded':
      return EMPTY_ANSWER
    case 'answer-refused':
      return { ...answer, stage: { at: 'draft', fault: event.fault } }
    case 'answer-worked':
      return stage.at === 'draft' ? { ...answer, stage: { at: 'draft', work: event.work } } : answer
    case 'answer-carried': {
      const { carried, isKept } = event
      return { ...answer, stage: { at: 'sending', carried, flow: 'going', isKept } }
    }
    case 'answer-flowed':
      return stage.at === 'sending' ? { ...answer, stage: { ...stage, flow: event.flow, fault: event.fault } } : answer
    case 'answer-sent': {
      // Folders take a while to read: what came in since is in no answer yet.
      const files = draft.files.filter((file) => !event.sent.files.includes(file))
      return {
        ...EMPTY_ANSWER,
        draft: { ...EMPTY_ANSWER.draft, files },
        stage: { at: 'sent', expiresAtMs: event.expiresAtMs },
      }
    }
    case 'answer-anew':
      return { ...answer, stage: { at: 'draft' } }
  }
}

/** Never over what somebody has typed or sent since: looking for it takes a while. */
function restore(answer: Answer, event: Extract<AnswerEvent, { type: 'answer-restored' }>): Answer {
  const { stage } = answer
  if (stage.at !== 'draft' || stage.work !== undefined || !isEmptyAnswer(answer.draft)) return answer
  const { draft, interrupted: upload } = event
  const next: AnswerStage = upload === undefined ? { at: 'draft' } : { at: 'interrupted', upload, asking: undefined }
  return { draft, stage: next, isRestored: true, isKept: true }
}
