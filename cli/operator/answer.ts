import type { Subject } from '#protocol/disclosure.ts'
import { jsonForm, type Form } from '#client/answers.ts'

/**
 * Answer to `disclose`: what a server says that it holds. What is about something else is not taken: it would be signed, and
 * handed over, as the answer to this.
 */
export function disclosureForm(about: Subject): Form<unknown> {
  return jsonForm((body) => {
    const isAnswer = body['kind'] === 'sealdrop disclosure' && JSON.stringify(body['about']) === JSON.stringify(about)
    return isAnswer ? body : undefined
  })
}
