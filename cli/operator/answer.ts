import { decodeBody } from '#protocol/api.ts'
import type { Subject } from '#protocol/disclosure.ts'
import { DropError } from '#protocol/error.ts'

/**
 * What a server says that it holds. What is about something else is not taken: it would be signed, and handed over, as the
 * answer to this. @throws DropError `bad_answer`
 */
export function readAnswer(body: Uint8Array, about: Subject): unknown {
  try {
    const answer = JSON.parse(decodeBody(body)) as { readonly kind?: unknown; readonly about?: unknown }
    const isAnswer = answer.kind === 'sealdrop disclosure' && JSON.stringify(answer.about) === JSON.stringify(about)
    if (isAnswer) return answer
  } catch {
    // It is no disclosure.
  }
  throw new DropError('bad_answer')
}
