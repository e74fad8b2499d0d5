import { answerLetterhead, answerSize } from '#client/box/letter.ts'
import { LETTERHEAD_BYTES } from '#client/layout.ts'
import { Refused } from '#client/refused.ts'
import { isOnePart } from '#client/room.ts'
import { FileFault } from '#client/source.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import { failureOf } from '../../effects/tools.ts'
import { findExcess, limitsOf, roomFor } from '../../fit.ts'
import type { Limits } from '../../state.ts'
import type { AnswerDraft, AnswerFault } from './answer-state.ts'

/** Another tab of this browser is sending an answer in parts to the same drop. */
export class AnsweredElsewhere extends Error {}

/**
 * What is told of a failure. @param isInParts - what is gone then is what was sent of it before
 * @param isInDoubt - the server may have it all the same
 */
export function answerFaultOf(error: unknown, isInParts = false, isInDoubt = false): AnswerFault {
  if (error instanceof AnsweredElsewhere) return { at: 'elsewhere' }
  if (error instanceof FileFault) return { at: error.code === 'file_changed' ? 'changed' : 'file', name: error.file }
  if (isDropError(error) && error.code === 'box_full') return { at: 'full' }
  if (isDropError(error) && error.code === 'gone' && isInParts) return { at: 'over' }
  if (isDropError(error) && error.code === 'too_large') {
    const largest = error instanceof Refused ? error.largest : undefined
    return { at: 'size', room: largest === undefined ? undefined : limitsForAnswer(largest).room }
  }
  return { at: 'server', code: failureOf(error), ...(isInDoubt ? { isInDoubt } : {}) }
}

/**
 * Why an answer is not worth sealing. What fits one part is taken by every server: nobody is asked.
 * @param from - the box that answers @throws what `learnLargest` throws
 */
export async function findAnswerFault(
  { files, text }: AnswerDraft,
  from: BoxAddress,
  learnLargest: () => Promise<number>,
): Promise<AnswerFault | undefined> {
  const textBytes = utf8(text).length
  const excess = findExcess({ files, text }, undefined)
  if (excess !== undefined) return excess
  if (isOnePart(textBytes, files, answerLetterhead(from))) return undefined
  const sizeBytes = answerSize(textBytes, files, from)
  const largest = await learnLargest()
  return sizeBytes > largest ? { at: 'size', room: roomFor({ files, text }, limitsForAnswer(largest)) } : undefined
}

/** An answer says of itself where it belongs. */
function limitsForAnswer(largest: number): Limits {
  return limitsOf(largest, undefined, LETTERHEAD_BYTES)
}

/** Whether going on with the same sealed bytes cannot help. */
export function isFinal(error: unknown): boolean {
  return isDropError(error) && FINAL.has(error.code)
}

const FINAL: ReadonlySet<string> = new Set(['box_full', 'file_changed', 'gone', 'too_large'])
