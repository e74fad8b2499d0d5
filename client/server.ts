import type { RequestName } from '#protocol/api.ts'
import { DROP_ID_FIELD, DROP_READER_FIELD, REQUESTS } from '#protocol/api.ts'
import { parseAcceptSignature } from '#protocol/accept-signature.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { randomBytes } from './crypto/random.ts'
import type { Signers } from './crypto/sign.ts'
import { parseRefusal, Refused } from './refused.ts'
import type { Answer, Exchange, Transport } from './transport.ts'

/** A Sealdrop server, as a client reaches it. */
export interface Server {
  /** `https://drop.example` */
  readonly origin: string
  readonly transport: Transport
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly wait: (ms: number) => Promise<void>
  /** How long to go on asking a server that says "later" or cannot be reached, in milliseconds. */
  readonly patienceMs: number
}

/** One request of the contract. */
export interface Call {
  readonly name: RequestName
  readonly dropId: DropId
  readonly fields?: Readonly<Record<string, string>>
  readonly body?: Bytes
  readonly query?: string
  readonly reader?: PublicKey
  readonly signers?: Signers
  /** A nonce that the server has offered; without one the client makes its own and trusts the clocks to agree. */
  readonly nonce?: string | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** What a person who waits may be told. */
export type Progress =
  /** Stretching the passphrase; done from 0 to 1. */
  | { readonly stage: 'stretching'; readonly done: number }
  | { readonly stage: 'sealing' | 'opening' }
  | { readonly stage: 'sending' | 'receiving'; readonly bytes: number; readonly total: number }
  /** The server said "later", or cannot be reached; it will be asked again. Nothing is lost. */
  | { readonly stage: 'waiting'; readonly ms: number }

/**
 * Asks until there is an answer. Every request of the contract may be sent again: the server does the same thing once.
 * @throws DropError `offline` or `try_later` after the server's patience; Refused for a problem that is final.
 */
export async function ask(server: Server, call: Call): Promise<Answer> {
  const deadline = server.clock() + server.patienceMs
  // One nonce for all attempts: a wrong passphrase whose answer was lost must not be counted again.
  let nonce = call.nonce ?? toBase64url(randomBytes(NONCE_BYTES))
  let isRenewed = false
  for (let attempt = 0; ; attempt++) {
    const outcome = await askOnce(server, call, nonce)
    if (!(outcome instanceof Error)) return outcome
    if (outcome instanceof Refused && outcome.code === 'not_proved' && outcome.nonce !== undefined && !isRenewed) {
      // The clocks disagree, or the nonce has aged: sign once more, with the nonce that came with the refusal.
      nonce = outcome.nonce
      isRenewed = true
      continue
    }
    const asked = outcome instanceof Refused ? outcome.retryAfterMs : undefined
    const ms = asked ?? Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
    if (!RETRIED.has(outcome.code) || server.clock() + ms > deadline) throw outcome
    call.onProgress?.({ stage: 'waiting', ms })
    await server.wait(ms)
  }
}

/** What may be otherwise in a moment. Everything else is final. */
const RETRIED: ReadonlySet<string> = new Set(['try_later', 'internal', 'offline'])

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 10_000

async function askOnce(server: Server, call: Call, nonce: string): Promise<Answer | DropError> {
  const { method, path } = REQUESTS[call.name]
  const query = call.query ?? ''
  try {
    const fields = await fieldsOf(server, call, nonce)
    const exchange: Exchange = { method, url: `${server.origin}${path}${query}`, fields }
    const answer = await server.transport({
      ...exchange,
      ...(call.body === undefined ? {} : { body: call.body }),
      onSent: (bytes, total) => call.onProgress?.({ stage: 'sending', bytes, total }),
      onReceived: (bytes, total) => call.onProgress?.({ stage: 'receiving', bytes, total }),
    })
    return answer.status < 300 ? answer : parseRefusal(answer)
  } catch (cause) {
    return new DropError('offline', { cause })
  }
}

async function fieldsOf(server: Server, call: Call, nonce: string): Promise<Record<string, string>> {
  const { name, dropId, reader, body, signers, query = '' } = call
  const fields: Record<string, string> = { ...call.fields, [DROP_ID_FIELD]: dropId }
  if (reader !== undefined) fields[DROP_READER_FIELD] = reader
  const digest = body === undefined ? '' : await contentDigest(body)
  if (digest !== '') fields['Content-Digest'] = digest
  if (signers === undefined) return fields
  // Loaded only here: who seals a message signs nothing, and need not wait for this code.
  const { signRequest } = await import('./crypto/sign.ts')
  const created = Math.floor(server.clock() / 1_000)
  const { host: authority } = new URL(server.origin)
  const signed = await signRequest({ name, authority, query, dropId, reader, digest }, signers, nonce, created)
  return { ...fields, 'Signature-Input': signed.signatureInput, Signature: signed.signature }
}

/** The nonce that an answer offers for the next request. */
export function offeredNonce(answer: Answer): string | undefined {
  return parseAcceptSignature(answer.field('Accept-Signature') ?? '')
}

const NONCE_BYTES = 18
