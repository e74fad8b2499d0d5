import type { Clock, Created, Limits, Sent, Uploaded } from '#protocol/api.ts'
import { parseBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { DropError } from '#protocol/error.ts'
import { parseCreated, isCount, mediaTypeOf, NotOurs, parseJson, parseReceipts, parseRefusal } from './refused.ts'
import type { Answer } from './transport.ts'

/**
 * The form in which the answer to a request is believed: its status, its type and its shape. Login pages, proxies and caches
 * say 200 to anything, so nothing else counts as an answer. docs/protocol.md §6.
 */
export interface Form<T> {
  readonly status: 200 | 201
  /** The media type, without parameters. */
  readonly type: 'application/json' | 'application/octet-stream'
  /** What the answer says; `undefined` if its body has not its shape; DropError `damaged` if it is not what was sent. */
  read(answer: Answer): T | undefined | DropError | Promise<T | undefined | DropError>
}

/** A JSON answer. @param parse - gives `undefined` for an object of any other shape */
export function jsonForm<T>(
  parse: (body: Readonly<Record<string, unknown>>, answer: Answer) => T | undefined | Promise<T | undefined>,
  status: Form<T>['status'] = 200,
): Form<T> {
  return {
    status,
    type: 'application/json',
    read: (answer) => {
      const body = parseJson(answer)
      return body === undefined ? undefined : parse(body, answer)
    },
  }
}

/** An answer with nothing in it: exactly `{}`. docs/protocol.md §12. */
export function emptyForm(status: Form<true>['status'] = 200): Form<true> {
  return jsonForm((body) => (Object.keys(body).length === 0 ? true : undefined), status)
}

/** Reads an answer. @returns what it says; or Refused for a problem, NotOurs for an answer in no form of the contract */
export async function readAnswer<T>(answer: Answer, form: Form<T>): Promise<{ readonly said: T } | DropError> {
  if (answer.status !== form.status || mediaTypeOf(answer) !== form.type) return parseRefusal(answer)
  const said = await form.read(answer)
  if (said instanceof DropError) return said
  return said === undefined ? new NotOurs('bad_answer', answer, { isGarbled: true }) : { said }
}

/** Answer to `claim`, `part` and `collect`: ciphertext. What was damaged on the way did not arrive. */
export const PART: Form<Bytes> = {
  status: 200,
  type: 'application/octet-stream',
  read: async (answer) => {
    const { body } = answer
    const digest = answer.field('Content-Digest')
    if (digest === null) return undefined
    return digest === (await contentDigest(body)) ? body : new DropError('damaged')
  },
}

/** Answer to `limits`. */
export const LIMITS: Form<Limits & Clock> = jsonForm(({ largest, time }) =>
  isCount(largest) && isCount(time) ? { largest, time } : undefined,
)

/**
 * Answer to `create`, `begin` (201) and `commit` (200).
 * @param expected - what the drop is, as its sender sealed it: an answer about another one is none.
 */
export function createdForm(
  expected: Pick<Created, 'reads' | 'size' | 'parts'>,
  status: Form<Created>['status'],
): Form<Created> {
  return jsonForm((body) => {
    const created = parseCreated(body)
    const { reads, size, parts } = expected
    return created?.reads === reads && created.size === size && created.parts === parts ? created : undefined
  }, status)
}

/** Answer to `uploaded`. @param expected - as for `createdForm` */
export function uploadedForm(expected: Pick<Created, 'size' | 'parts'>): Form<Uploaded> {
  return jsonForm((body) => {
    const { state, received } = body
    const created = parseCreated(body)
    if (created?.size !== expected.size || created.parts !== expected.parts) return undefined
    if (!isState(state) || !Array.isArray(received)) return undefined
    const digests: unknown[] = received
    return digests.every(isDigest) ? { ...created, state, received: digests } : undefined
  })
}

/** Answer to `sent`, `revoke` and `reopen`. */
export const SENT: Form<Sent> = jsonForm((body) => {
  const { state, triesLeft } = body
  const created = parseCreated(body)
  const claims = parseReceipts(body['claims'])
  const isWhole = created !== undefined && claims !== undefined && isCount(triesLeft) && isState(state)
  return isWhole ? { ...created, triesLeft, state, claims } : undefined
})

function isDigest(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && parseBase64url(value, 32) !== undefined)
}

function isState(value: unknown): value is Sent['state'] {
  return ['uploading', 'ready', 'claimed', 'lost', 'read', 'revoked', 'locked', 'deleted'].includes(value as string)
}
