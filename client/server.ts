import type { BoxAddress } from '#protocol/address.ts'
import type { RequestName } from '#protocol/api.ts'
import { BOX_ADDRESS_FIELD, BOX_READER_FIELD, DROP_ID_FIELD, DROP_READER_FIELD, REQUESTS } from '#protocol/api.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { DropError, isDropError, type DropErrorCode } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { Unsigned } from '#protocol/signature.ts'
import { readAnswer, type Form } from './answers.ts'
import { randomBytes } from './crypto/random.ts'
import type { Signers } from './crypto/sign.ts'
import { noteDate } from './server-time.ts'
import { stoppable } from './platform.ts'
import { NotOurs, Refused } from './refused.ts'
import { exchangeAlive } from './idle-timeout.ts'
import { Unreached, type Answer, type Exchange, type Transport } from './transport.ts'

/** A Sealdrop server, as a client reaches it. */
export interface Server {
  /** `https://drop.example` */
  readonly origin: string
  readonly transport: Transport
  /** Milliseconds since 1970, as this device has it: it may be wrong, and be put right at any time. */
  readonly clock: () => number
  /** Milliseconds since any moment. It goes on evenly, whatever becomes of `clock`: patience is measured by it. */
  readonly ticks: () => number
  readonly wait: (ms: number) => Promise<void>
  /** How long to go on asking a server that says "later" or cannot be reached, in milliseconds; in a transfer, how long to wait. */
  readonly patienceMs: number
}

/** One request of the contract. */
export interface Call {
  readonly name: RequestName
  /** Left out only where a request is about no drop. */
  readonly dropId?: DropId
  readonly fields?: Readonly<Record<string, string>>
  readonly body?: Bytes
  /** The `Content-Digest` of the body where it is known already: a part is not hashed again for each attempt. */
  readonly digest?: string
  readonly query?: string
  readonly reader?: PublicKey
  readonly box?: BoxAddress
  /** The key that signs for a box, as `root` or as `member`. */
  readonly boxReader?: PublicKey
  readonly signers?: Signers
  /** A nonce that the server has offered; without one the client makes its own and trusts the clocks to agree. */
  readonly nonce?: string | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  readonly transfer?: Transfer
}

/** The state that the requests of one transfer share. */
export interface Transfer {
  /** When a part last went through, by the server's `ticks`: while any does, no request loses patience. */
  renewedAtMs: number
  /** Where the clocks disagree: what the server has offered to sign with, so that no part is sent twice for it. */
  nonce?: string
}

/** The progress that a person who waits may be told. */
export type Progress =
  /** Stretching the passphrase; done from 0 to 1. */
  | { readonly stage: 'stretching'; readonly done: number }
  | { readonly stage: 'sealing' | 'opening' }
  /** Ciphertext of the whole drop, in bytes. */
  | { readonly stage: 'sending' | 'receiving'; readonly bytes: number; readonly total: number }
  /** Reading files again that were sealed before, or verifying what has come in. In bytes. */
  | { readonly stage: 'checking'; readonly bytes: number; readonly total: number }
  /** The server or something in front of it said "later", or it cannot be reached; it will be asked again. Nothing is lost. */
  | { readonly stage: 'waiting'; readonly ms: number; readonly why: DropErrorCode }

/**
 * Asks until there is an answer in its form. Every request of the contract may be sent again: the server does the same thing
 * once.
 * @returns the content of the answer
 * @throws DropError `offline`, `try_later`, `rate_limited` or `damaged` after the server's patience, `stopped` by the signal;
 * Refused for a problem that is final; NotOurs `bad_answer`, `body_refused`. An error of our own code goes through as it is.
 */
export async function ask<T>(server: Server, call: Call, form: Form<T>): Promise<T> {
  const { body, signal, transfer } = call
  let began = server.ticks()
  const digest = call.digest ?? (body === undefined ? '' : await contentDigest(body))
  // One nonce for all attempts: a wrong passphrase whose answer was lost must not be counted again.
  let nonce = call.nonce ?? transfer?.nonce ?? toBase64url(randomBytes(NONCE_BYTES))
  let authority: string | undefined
  let isRenewed = false
  let garbled = 0
  let isInDoubt = false
  for (let attempt = 0; ; attempt++) {
    const askedAtMs = server.ticks()
    const outcome = await askOnce(server, call, form, { digest, nonce, authority }).catch((error: unknown) => {
      if (error instanceof Error) doubtful.add(error)
      throw error
    })
    if (!(outcome instanceof Error)) return outcome.said
    isInDoubt ||= REQUESTS[call.name].method !== 'GET' && leavesDoubt(outcome)
    const isUnproved = outcome instanceof Refused && outcome.code === 'not_proved' && !isRenewed
    const offered = isUnproved ? await offeredNonce(outcome.offer) : undefined
    if (offered !== undefined) {
      // The clocks disagree, or the nonce has aged: sign once more, with the nonce that came with the refusal.
      nonce = offered
      // A server may have several names: what it keeps is signed for the one in the link, by which the sender checks it.
      if (KEPT.has(call.name) && outcome instanceof Refused) authority = outcome.authority
      isRenewed = true
      if (transfer === undefined) continue
      transfer.nonce = nonce
      began += server.ticks() - askedAtMs
      continue
    }
    const asked = outcome instanceof Refused || outcome instanceof NotOurs ? outcome.retryAfterMs : undefined
    const ms = asked ?? Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
    const deadline = Math.max(began, transfer?.renewedAtMs ?? 0) + patienceWith(server, outcome)
    const isGarbled = outcome instanceof NotOurs && outcome.isGarbled && garbled++ < MOST_GARBLED
    // A part takes long on a slow line, and a machine may sleep over it: in a transfer only waiting costs patience.
    const nowMs = transfer === undefined ? server.ticks() : askedAtMs
    if (!(RETRIED.has(outcome.code) || isGarbled) || nowMs + ms > deadline) {
      if (isInDoubt) doubtful.add(outcome)
      throw outcome
    }
    call.onProgress?.({ stage: 'waiting', ms, why: outcome.code })
    await unlessStopped(server.wait(ms), signal)
    if (transfer !== undefined) began += server.ticks() - askedAtMs - ms
    // While nobody answered, the nonce that was offered may have aged.
    isRenewed = false
  }
}

/** @throws DropError `stopped` as soon as the signal says so, however long the work still takes. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work
  let stop: (() => void) | undefined
  try {
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(new DropError('stopped'))
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
    })
    await Promise.race([work, stopped])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}

/**
 * Whether the server may have done what was asked, though `ask` has thrown this: something went out that changes something, and its
 * answer is missing.
 */
export function mayHaveArrived(error: unknown): boolean {
  return error instanceof Error && doubtful.has(error)
}

/** A look at the result of a change: if the look fails, the change has been made all the same. @throws as the look */
export async function afterwards<T>(look: Promise<T>): Promise<T> {
  try {
    return await look
  } catch (error) {
    if (isDropError(error) && error.code !== 'not_done') doubtful.add(error)
    throw error
  }
}

const doubtful = new WeakSet<Error>()

/**
 * A refusal says that nothing was done. Whatever else answers may have passed the request on before, also what counts requests or
 * bytes: there may be two of them, or one that asks again by itself.
 */
function leavesDoubt(outcome: DropError): boolean {
  if (outcome instanceof Refused) return RETRIED.has(outcome.code)
  return !(outcome.cause instanceof Unreached)
}

/** A client that was told how long to stay away knows more than one that is left waiting, and waits longer. */
function patienceWith({ patienceMs }: Server, outcome: DropError): number {
  const isTold = outcome instanceof NotOurs && outcome.retryAfterMs !== undefined
  return isTold && patienceMs > 0 ? Math.max(patienceMs, LIMITED_PATIENCE_MS) : patienceMs
}

/** Failures that may be over in a moment. Everything else is final. */
const RETRIED: ReadonlySet<string> = new Set(['try_later', 'internal', 'offline', 'rate_limited', 'damaged'])

/** How often a request is repeated whose answer has the right head and the wrong body: damaged once it may be, not always. */
const MOST_GARBLED = 2

/** In milliseconds. Rate limits count by the minute or less: docs/operations.md §4. */
const LIMITED_PATIENCE_MS = 60_000

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 10_000

/** The requests of which the server keeps the signatures, as receipts. docs/protocol.md §8. */
const KEPT: ReadonlySet<RequestName> = new Set<RequestName>(['claim', 'ack'])

async function askOnce<T>(
  server: Server,
  call: Call,
  form: Form<T>,
  signing: Signing,
): Promise<{ readonly said: T } | DropError> {
  const { name, body, signal, onProgress } = call
  const { method, path } = REQUESTS[name]
  if (signal?.aborted === true) return new DropError('stopped')
  const fields = await fieldsOf(server, call, signing)
  if (fields instanceof DropError) return fields
  let isEndless = false
  let answer: Answer
  // Only what the transport itself rejects with is a word about the server: a fault of our own goes through.
  try {
    answer = await stoppable(signal, (stop) => {
      const exchange: Exchange = {
        method,
        url: `${server.origin}${path}${call.query ?? ''}`,
        fields,
        ...(body === undefined ? {} : { body }),
        signal: stop.signal,
        onSent: (bytes, total) => onProgress?.({ stage: 'sending', bytes, total }),
        onReceived: (bytes, total) => {
          // Nothing that is answered is longer than a part. A server that answers more would fill the memory.
          isEndless ||= bytes > PART_BYTES
          if (isEndless) return stop.abort()
          onProgress?.({ stage: 'receiving', bytes, total })
        },
      }
      return exchangeAlive(server.transport, exchange)
    })
  } catch (cause) {
    if (isStopped(signal)) return new DropError('stopped', { cause })
    return new DropError(isEndless ? 'bad_answer' : 'offline', { cause })
  }
  noteDate(server, answer, server.clock())
  return isEndless ? new DropError('bad_answer') : readAnswer(answer, form)
}

/** Asked again after a wait: the checker of types thinks that a signal once seen stays as it was. */
function isStopped(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

/** The values with which one attempt signs. */
interface Signing {
  /** `Content-Digest` of the body, or `''`. */
  readonly digest: string
  readonly nonce: string
  /** Where that is another than the server's own. */
  readonly authority: string | undefined
}

async function fieldsOf(
  server: Server,
  call: Call,
  { digest, nonce, authority }: Signing,
): Promise<Record<string, string> | DropError> {
  const { dropId, reader, box, boxReader, signers } = call
  const fields: Record<string, string> = { ...call.fields }
  if (dropId !== undefined) fields[DROP_ID_FIELD] = dropId
  if (reader !== undefined) fields[DROP_READER_FIELD] = reader
  if (box !== undefined) fields[BOX_ADDRESS_FIELD] = box
  if (boxReader !== undefined) fields[BOX_READER_FIELD] = boxReader
  if (digest !== '') fields['Content-Digest'] = digest
  if (signers === undefined) return fields
  // Loaded only here: sealing a message signs nothing, and need not wait for this code.
  const signing = await import('./crypto/sign.ts').catch((cause: unknown) => new DropError('offline', { cause }))
  if (signing instanceof DropError) return signing
  // A device that believes in a time before 1970 is given a nonce, too.
  const created = Math.max(0, Math.floor(server.clock() / 1_000))
  const signed = await signing.signRequest(
    unsignedOf(authority ?? new URL(server.origin).host, call, digest),
    signers,
    nonce,
    created,
  )
  return { ...fields, 'Signature-Input': signed.signatureInput, Signature: signed.signature }
}

/** The text that is signed. */
function unsignedOf(authority: string, call: Call, digest: string): Unsigned {
  const { name, dropId, reader, box, boxReader, query = '' } = call
  const covered = { name, authority, query, digest }
  if (box !== undefined && boxReader !== undefined) return { ...covered, box, boxReader, dropId }
  return dropId === undefined ? covered : { ...covered, dropId, reader }
}

/** The nonce that an answer offers for the next request, in its `Accept-Signature`. */
export async function offeredNonce(field: string): Promise<string | undefined> {
  // It comes with the code that signs: sealing a message signs nothing.
  const { parseAcceptSignature } = await import('./crypto/sign.ts')
  return parseAcceptSignature(field)
}

const NONCE_BYTES = 18
