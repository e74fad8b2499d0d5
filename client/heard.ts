import type { Answer } from './transport.ts'

const heard = new WeakMap<object, number>()

/** Notes when an answer was made, if it says so (RFC 9110 §6.6.1). One out of a cache is as old as the cache: it tells nothing. */
export function noteDate(server: object, answer: Pick<Answer, 'field'>): void {
  const ms = Date.parse(answer.field('Date') ?? '')
  if (answer.field('Age') === null && !Number.isNaN(ms)) heard.set(server, ms)
}

/** What the `Date` of the last answer of a server said, in milliseconds since 1970; `undefined` if none has told. */
export function heardTime(server: object): number | undefined {
  return heard.get(server)
}
