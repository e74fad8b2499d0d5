import type { Created, Limits, Receipt, Sent, SignatureRecord, Uploaded } from '#protocol/api.ts'
import { parseBase64, parseBase64url } from '#protocol/bytes.ts'
import { DropError, parseProblemCode, type WireCode } from '#protocol/error.ts'
import { MAX_CREATED_SECONDS, MAX_SIGNATURE_INPUT_CHARACTERS } from '#protocol/limits.ts'
import { isNonce } from '#protocol/nonce.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import type { Answer } from './transport.ts'

/** The server's refusal, with what it told besides its code. All of it is a stranger's word until checked. */
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
    const seconds = Number(answer.field('Retry-After') ?? Number.NaN)
    this.retryAfterMs = seconds >= 1 && seconds <= 3_600 ? seconds * 1_000 : undefined
  }
}

/** The refusal in an answer that is not a success, or `bad_answer` if it is none of ours. */
export function parseRefusal(answer: Answer): DropError {
  const body = parseJson(answer)
  const code = parseProblemCode(body?.['type'])
  if (body === undefined || code === undefined) {
    // A proxy between us and the server speaks for itself: its 5xx means that the server was not reached.
    return new DropError(answer.status >= 500 ? 'offline' : 'bad_answer')
  }
  return new Refused(code, body, answer)
}

/** The host of an origin, with its port unless that is the scheme's own, in its one spelling; `undefined` for anything else. */
export function parseAuthority(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const isAuthority = ['https', 'http'].some((scheme) => {
    const url = URL.parse(`${scheme}://${value}`)
    return url?.host === value && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  })
  return isAuthority ? value : undefined
}

/** The JSON object in an answer's body, or `undefined`. */
export function parseJson(answer: Answer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Receipts as the wire has them; `undefined` unless every one has its shape. Shape only: see `protocol/receipt.ts`. */
export function parseReceipts(value: unknown): readonly Receipt[] | undefined {
  if (!Array.isArray(value)) return undefined
  const receipts = value.map(parseReceipt)
  return receipts.every((each) => each !== undefined) ? receipts : undefined
}

/** Answer to `sent`, `revoke` and `reopen`. */
export function parseSent(answer: Answer): Sent {
  const body = parseJson(answer) ?? {}
  const { state, triesLeft } = body
  const created = parseCreated(body)
  const claims = parseReceipts(body['claims'])
  const isWhole = created !== undefined && claims !== undefined && isCount(triesLeft) && isState(state)
  if (!isWhole) throw new DropError('bad_answer')
  return { ...created, triesLeft, state, claims }
}

/** Answer to `uploaded`. */
export function parseUploaded(answer: Answer): Uploaded {
  const body = parseJson(answer) ?? {}
  const { state, received } = body
  const created = parseCreated(body)
  if (created === undefined || !isState(state) || !Array.isArray(received)) throw new DropError('bad_answer')
  const parts: unknown[] = received
  if (!parts.every(isDigest)) throw new DropError('bad_answer')
  return { ...created, state, received: parts }
}

/** Answer to `limits`. */
export function parseLimits(answer: Answer): Limits {
  const { largest } = parseJson(answer) ?? {}
  if (!isCount(largest)) throw new DropError('bad_answer')
  return { largest }
}

/** What every answer about a drop begins with, or `undefined`. */
export function parseCreated(body: Readonly<Record<string, unknown>>): Created | undefined {
  const { expires, reads, size, parts } = body
  const isWhole = isCount(expires) && isCount(reads) && isCount(size) && isCount(parts) && parts > 0
  return isWhole ? { expires, reads, size, parts } : undefined
}

/** A whole number that can be a time in seconds, too. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value >= 0 && value <= MAX_CREATED_SECONDS
}

function isDigest(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && parseBase64url(value, 32) !== undefined)
}

function isState(value: unknown): value is Sent['state'] {
  return ['uploading', 'ready', 'claimed', 'read', 'revoked', 'locked', 'deleted'].includes(value as string)
}

function parseReceipt(value: unknown): Receipt | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { reader: key, claim: record, ack: spoken } = { reader: undefined, claim: undefined, ack: undefined, ...value }
  const reader = typeof key === 'string' ? parsePublicKey(key) : undefined
  const claim = parseRecord(record)
  if (reader === undefined || claim === undefined) return undefined
  if (spoken === undefined) return { reader, claim }
  const ack = parseAck(spoken)
  return ack === undefined ? undefined : { reader, claim, ack }
}

function parseAck(value: unknown): Receipt['ack'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { opened, ...records } = { opened: undefined, claim: undefined, reader: undefined, ...value }
  const claim = parseRecord(records.claim)
  const reader = parseRecord(records.reader)
  if (typeof opened !== 'string' || parseBase64url(opened, 32) === undefined) return undefined
  return claim === undefined || reader === undefined ? undefined : { opened, claim, reader }
}

function parseRecord(value: unknown): SignatureRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { created, nonce, signature, input }: Readonly<Record<string, unknown>> = { ...value }
  if (!isCount(created) || typeof nonce !== 'string' || typeof signature !== 'string') return undefined
  if (!isNonce(nonce) || parseBase64(signature, 64) === undefined) return undefined
  if (input === undefined) return { created, nonce, signature }
  // What it says is compared with the rest where the signature is verified.
  return typeof input === 'string' && input.length <= MAX_SIGNATURE_INPUT_CHARACTERS
    ? { created, nonce, signature, input }
    : undefined
}
