import type { About, ServerClock, Created, ServerLimits, SentStatus, Uploaded } from '#protocol/api.ts'
import { parseBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { DropError } from '#protocol/error.ts'
import { CLOCK_WINDOW_SECONDS } from '#protocol/limits.ts'
import type { DropId } from '#protocol/id.ts'
import {
  isCount,
  isStored,
  mediaTypeOf,
  NotOurs,
  parseCreated,
  parseBody,
  parseReceipts,
  parseRefusal,
} from './refused.ts'
import { parseHttpDate } from './http-date.ts'
import type { Answer } from './transport.ts'

/**
 * The form in which the answer to a request is believed: its status, its type and its shape. Login pages, proxies and caches
 * say 200 to anything, so nothing else counts as an answer. docs/protocol.md §6.
 */
export interface Form<T> {
  readonly status: 200 | 201
  /** The media type, without parameters. */
  readonly type: 'application/json' | 'application/octet-stream'
  /**
   * The content of the answer; `undefined` if its body has another shape; DropError `damaged` if it was damaged on the way.
   */
  read(answer: Answer): T | undefined | DropError | Promise<T | undefined | DropError>
}

/** The content of a JSON answer; `undefined` for an object of any other shape. */
type Parse<T> = (body: Readonly<Record<string, unknown>>, answer: Answer) => T | undefined | Promise<T | undefined>

/** A JSON answer. */
export function jsonForm<T>(parse: Parse<T>, status: Form<T>['status'] = 200): Form<T> {
  return {
    status,
    type: 'application/json',
    read: (answer) => {
      const body = parseBody(answer)
      return body === undefined ? undefined : parse(body, answer)
    },
  }
}

/** An answer with nothing in it: exactly `{}`. docs/protocol.md §12. */
export function emptyForm(status: Form<true>['status'] = 200): Form<true> {
  return jsonForm((body) => (Object.keys(body).length === 0 ? true : undefined), status)
}

/** Reads an answer. @returns its content; or Refused for a problem, NotOurs for an answer in no form of the contract */
export async function readAnswer<T>(answer: Answer, form: Form<T>): Promise<{ readonly said: T } | DropError> {
  if (answer.status !== form.status || mediaTypeOf(answer) !== form.type || isStored(answer))
    return parseRefusal(answer)
  const said = await form.read(answer)
  if (said instanceof DropError) return said
  return said === undefined ? new NotOurs('bad_answer', answer, { isGarbled: true }) : { said }
}

/** Answer to `claim`, `part` and `collect`: ciphertext. A part that was damaged on the way did not arrive. */
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

/** Answer to `limits`. One that was made at another time than it tells tells none: a cache need not say that it is one. */
export const LIMITS: Form<ServerLimits & ServerClock> = jsonForm(({ largest, time }, answer) => {
  if (!isCount(largest) || !isCount(time)) return undefined
  const madeMs = parseHttpDate(answer.field('Date') ?? '') ?? time * 1_000
  return Math.abs(madeMs - time * 1_000) <= CLOCK_WINDOW_SECONDS * 1_000 ? { largest, time } : undefined
})

/**
 * An answer that names the drop or the box that it is about: all are asked about at one URL. docs/protocol.md §6.
 * @param asked - about which it was asked: an answer about another one is none.
 */
export function aboutForm<T>(asked: About, parse: Parse<T>): Form<T> {
  return jsonForm((body, answer) =>
    Object.entries(asked).every(([kind, name]) => body[kind] === name) ? parse(body, answer) : undefined,
  )
}

/**
 * Answer to `create`, `begin` (201) and `commit` (200).
 * @param expected - the drop as its sender sealed it: an answer about another one is none.
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

/** Answer to `uploaded`. @param dropId - as for `aboutForm` @param expected - as for `createdForm` */
export function uploadedForm(dropId: DropId, expected: Pick<Created, 'size' | 'parts'>): Form<Uploaded> {
  return aboutForm({ drop: dropId }, (body) => {
    const { state, received } = body
    const created = parseCreated(body)
    if (created?.size !== expected.size || created.parts !== expected.parts) return undefined
    if (!isState(state) || !Array.isArray(received)) return undefined
    const digests: unknown[] = received
    return digests.every(isDigest) ? { ...created, state, received: digests } : undefined
  })
}

/** Answer to `sent`, `revoke` and `reopen`. @param dropId - as for `aboutForm` */
export function sentForm(dropId: DropId): Form<SentStatus> {
  return aboutForm({ drop: dropId }, (body) => {
    const { state, triesLeft } = body
    const created = parseCreated(body)
    const claims = parseReceipts(body['claims'])
    const isWhole = created !== undefined && claims !== undefined && isCount(triesLeft) && isState(state)
    return isWhole ? { ...created, triesLeft, state, claims } : undefined
  })
}

function isDigest(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && parseBase64url(value, 32) !== undefined)
}

function isState(value: unknown): value is SentStatus['state'] {
  return ['uploading', 'ready', 'claimed', 'lost', 'read', 'revoked', 'locked', 'deleted'].includes(value as string)
}
