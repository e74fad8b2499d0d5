import { isNonce } from '#protocol/api.ts'
import type { Created, Receipt, SignatureRecord } from '#protocol/api.ts'
import { parseBase64 } from '#protocol/bytes.ts'
import { DropError, parseProblemCode, type LocalCode, type WireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { bytesOf, listOf, parseJson, recordOf, textOf } from '#protocol/json.ts'
import { MAX_CREATED_SECONDS, MAX_SIGNATURE_INPUT_CHARACTERS } from '#protocol/limits.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import { parseHttpDate } from './http-date.ts'
import { parseUrl } from './platform.ts'
import type { Answer } from './transport.ts'

/** The server's refusal, with the details beyond its code. All of it is a stranger's word until checked. */
export class Refused extends DropError {
  declare readonly code: WireCode
  /** Earlier claims, with `claimed` and sometimes with `gone`. */
  readonly claims: readonly Receipt[]
  /** Tries left, with `wrong_passphrase`. */
  readonly triesLeft: number | undefined
  /** Bytes of the largest drop that the server takes, with `too_large`. */
  readonly largest: number | undefined
  /** `Accept-Signature`, which offers a nonce to sign with, with `not_proved`; else empty. */
  readonly offer: string
  /** With claims: the name of the server that they are signed for. With `not_proved`: the one to sign for. */
  readonly authority: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: WireCode, body: Readonly<Record<string, unknown>>, answer: Answer) {
    super(code)
    this.claims = parseReceipts(body['claims']) ?? []
    this.triesLeft = isCount(body['triesLeft']) ? body['triesLeft'] : undefined
    this.largest = isCount(body['largest']) ? body['largest'] : undefined
    this.offer = answer.field('Accept-Signature') ?? ''
    this.authority = parseAuthority(body['authority'])
    this.retryAfterMs = retryAfterMsOf(answer)
  }
}

/**
 * The error of a look right after the server has said that it holds the drop: `gone` is not its answer then.
 * @throws DropError `bad_answer` in place of `gone`; anything else as it is
 */
export function notGone(error: unknown): never {
  throw error instanceof Refused && error.code === 'gone' ? new DropError('bad_answer', { cause: error }) : error
}

/**
 * An answer that the contract does not have: of a proxy, a gateway, a login page, a cache, or of another server altogether.
 *
 * - `offline`: a gateway that did not reach the server (408, 425, 5xx);
 * - `rate_limited`: too many requests from here (429);
 * - `body_refused`: something in between takes no body of that size (413);
 * - `bad_answer`: anything else, a redirect too.
 */
export class NotOurs extends DropError {
  declare readonly code: Extract<LocalCode, 'offline' | 'rate_limited' | 'body_refused' | 'bad_answer'>
  /** HTTP status. */
  readonly status: number
  readonly retryAfterMs: number | undefined
  /** Whether status and type were those of the answer, and only its body was not. */
  readonly isGarbled: boolean

  constructor(code: NotOurs['code'], answer: Answer, { isGarbled = false }: { isGarbled?: boolean } = {}) {
    super(code)
    this.status = answer.status
    this.retryAfterMs = retryAfterMsOf(answer)
    this.isGarbled = isGarbled
  }
}

/** The refusal in an answer that is not a success, or what else it is if it is none of ours. */
export function parseRefusal(answer: Answer): Refused | NotOurs {
  const body = answer.status >= 400 && !isStored(answer) ? parseBody(answer) : undefined
  const code = parseProblemCode(body?.['type'])
  if (body !== undefined && code !== undefined) return new Refused(code, body, answer)
  return new NotOurs(codeOf(answer.status), answer, {
    isGarbled: mediaTypeOf(answer) === PROBLEM_TYPE && !isStored(answer),
  })
}

/**
 * Whether an answer comes out of a cache: it says for how long it has lain there (RFC 9111 §5.1). No answer of the API may be
 * stored, and all of a kind have one URL: it may be about another drop. Some caches write 0 on what they pass on.
 */
export function isStored(answer: Pick<Answer, 'field'>): boolean {
  const age = answer.field('Age')
  return age !== null && !/^0+$/.test(age.trim())
}

/** A device between us and the server speaks by its status (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2). */
function codeOf(status: number): NotOurs['code'] {
  if (status === 429) return 'rate_limited'
  if (status === 413) return 'body_refused'
  return status === 408 || status === 425 || status >= 500 ? 'offline' : 'bad_answer'
}

/** The media type of an answer, without parameters; `''` if it names none. */
export function mediaTypeOf(answer: Answer): string {
  const [type = ''] = (answer.field('Content-Type') ?? '').split(';')
  return type.trim().toLowerCase()
}

/**
 * The wait that `Retry-After` asks for (RFC 9110 §10.2.3), from a second to an hour. A date is by the clock of its sender, so
 * it is counted from the time at which the same answer says that it was made, and without that it says nothing.
 */
function retryAfterMsOf(answer: Answer): number | undefined {
  const asked = answer.field('Retry-After') ?? ''
  const untilMs = parseHttpDate(asked)
  const madeMs = parseHttpDate(answer.field('Date') ?? '')
  const ms = untilMs === undefined ? Number(asked) * 1_000 : untilMs - (madeMs ?? Number.NaN)
  return ms >= 1_000 && ms <= 3_600_000 ? ms : undefined
}

/** The host of an origin, with its port unless that is the scheme's own, in its one spelling; `undefined` for anything else. */
export function parseAuthority(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const isAuthority = ['https', 'http'].some((scheme) => {
    const url = parseUrl(`${scheme}://${value}`)
    return url?.host === value && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  })
  return isAuthority ? value : undefined
}

/** The JSON object in an answer's body, or `undefined`. */
export function parseBody(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(answer.body)))
  } catch {
    return undefined
  }
}

/** Receipts as the wire has them; `undefined` unless every one has its shape. Shape only: see `protocol/receipt.ts`. */
export function parseReceipts(value: unknown): readonly Receipt[] | undefined {
  return listOf(value, parseReceipt)
}

/** The beginning of every answer about a drop, or `undefined`. */
export function parseCreated(body: Readonly<Record<string, unknown>>): Created | undefined {
  const { expires, reads, size, parts } = body
  const isWhole = isCount(expires) && isCount(reads) && isCount(size) && isCount(parts) && parts > 0
  return isWhole ? { expires, reads, size, parts } : undefined
}

/** A whole number that can be a time in seconds, too. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value >= 0 && value <= MAX_CREATED_SECONDS
}

function parseReceipt(value: unknown): Receipt | undefined {
  const { reader: key, claim: record, ack: spoken } = recordOf(value) ?? {}
  const reader = textOf(key, parsePublicKey)
  const claim = parseRecord(record)
  if (reader === undefined || claim === undefined) return undefined
  if (spoken === undefined) return { reader, claim }
  const ack = parseAck(spoken)
  return ack === undefined ? undefined : { reader, claim, ack }
}

function parseAck(value: unknown): Receipt['ack'] | undefined {
  const { opened, ...records } = recordOf(value) ?? {}
  const claim = parseRecord(records['claim'])
  const reader = parseRecord(records['reader'])
  if (typeof opened !== 'string' || bytesOf(opened, 32) === undefined) return undefined
  return claim === undefined || reader === undefined ? undefined : { opened, claim, reader }
}

function parseRecord(value: unknown): SignatureRecord | undefined {
  const { created, nonce, signature, input } = recordOf(value) ?? {}
  if (!isCount(created) || typeof nonce !== 'string' || typeof signature !== 'string') return undefined
  if (!isNonce(nonce) || parseBase64(signature, 64) === undefined) return undefined
  if (input === undefined) return { created, nonce, signature }
  // Its content is compared with the rest where the signature is verified.
  return typeof input === 'string' && input.length <= MAX_SIGNATURE_INPUT_CHARACTERS
    ? { created, nonce, signature, input }
    : undefined
}
