import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import {
  BOX_INVITATION_FIELD,
  DROP_ID_FIELD,
  DROP_READER_FIELD,
  DROP_TERMS_FIELD,
  QUERIED_REQUESTS,
  REQUESTS,
  type RequestName,
} from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { contentDigest, parseDigest } from '#protocol/content-digest.ts'
import { DropError } from '#protocol/error.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import {
  MAX_BODY_BYTES,
  MAX_SIGNATURE_CHARACTERS,
  MAX_SIGNATURE_INPUT_CHARACTERS,
  MAX_TERMS_CHARACTERS,
} from '#protocol/limits.ts'
import { isSafeKey, parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { isSignedByAll, parseSignatures, type Signatures } from '#protocol/signature-input.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { parseBoxTerms, parseTerms } from '#protocol/parse-terms.ts'
import type { LinkTerms } from '../drops/drop.ts'
import type { Env } from '../env.ts'
import type { Parsed } from './signed.ts'

/**
 * Parses a signed request.
 * @throws DropError `bad_request`, `too_large` or `wrong_origin`; nothing has been changed then.
 */
export async function parseSigned<N extends RequestName>(
  request: Request,
  env: Env,
  name: N,
): Promise<Parsed<SignedRequest<N>>> {
  const fields = parseFields(request, env, name)
  const body = await readBody(request, MAX_BODY_BYTES)
  const hasBody = REQUESTS[name].method === 'POST'
  const digest = hasBody ? await checkDigest(request, body, true) : ''
  return { signed: { ...fields, digest }, body }
}

/**
 * Parses a signed request whose body is a part. The body is not read: the signature covers the digest that it must have.
 * @returns the request, and that digest, 32 bytes.
 * @throws DropError as above.
 */
export function parseSignedPart(
  request: Request,
  env: Env,
): { readonly signed: SignedRequest<'upload'>; readonly hash: Bytes } {
  const fields = parseFields(request, env, 'upload')
  const digest = request.headers.get(CONTENT_DIGEST) ?? ''
  const hash = parseDigest(digest)
  if (hash === undefined) throw malformed(CONTENT_DIGEST)
  return { signed: { ...fields, digest }, hash }
}

function parseFields<N extends RequestName>(request: Request, env: Env, name: N): Omit<SignedRequest<N>, 'digest'> {
  const target = parseTarget(request, env)
  const dropId = readDropId(request)
  const reader = REQUESTS[name].signers.includes('reader') ? parseReader(request) : undefined
  return { name, ...target, dropId, reader, signatures: readSignatures(request, name) }
}

/**
 * The signatures of a request, not verified.
 * @throws DropError `bad_request` unless they are those that the request takes
 */
export function readSignatures(request: Request, name: RequestName): Signatures {
  const signatureInput = request.headers.get('Signature-Input') ?? ''
  const signature = request.headers.get('Signature') ?? ''
  const isLong = signatureInput.length > MAX_SIGNATURE_INPUT_CHARACTERS || signature.length > MAX_SIGNATURE_CHARACTERS
  if (isLong) throw new DropError('too_large')
  const signatures = parseSignatures(name, { signatureInput, signature })
  if (signatures === undefined || !isSignedByAll(name, signatures))
    throw malformed('Signature-Input', { wanted: formatAcceptSignature(name) })
  return signatures
}

/**
 * The terms of a new drop.
 * @param authority - that they were sent to.
 * @throws DropError `bad_request`, also for a key that is refused (docs/protocol.md §5.4), or `too_large`
 */
export function readTerms(request: Request, authority: string): LinkTerms | BoxTerms {
  const field = readField(request, DROP_TERMS_FIELD, MAX_TERMS_CHARACTERS)
  const terms = parseTerms(field) ?? parseBoxTerms(field)
  if (terms === undefined) throw malformed(DROP_TERMS_FIELD)
  const keys = 'box' in terms ? [terms.sender] : [terms.locator, terms.claim, terms.sender]
  if (!keys.every(isSafeKey)) throw malformed(DROP_TERMS_FIELD)
  if ('box' in terms) return terms
  // An invitation does not belong here, and tells of a box.
  if (request.headers.has(BOX_INVITATION_FIELD)) throw malformed(BOX_INVITATION_FIELD)
  return { ...terms, authority }
}

/** @throws DropError `bad_request` */
export function readDropId(request: Request): DropId {
  const id = parseDropId(request.headers.get(DROP_ID_FIELD) ?? '')
  if (id === undefined) throw malformed(DROP_ID_FIELD)
  return id
}

/**
 * The host that the request is for, if the operator has configured it, and the query. A signature for another server must be
 * worth nothing here, so the Host field is not simply believed.
 * @throws DropError `wrong_origin`, or `bad_request` for a query where none belongs
 */
export function parseTarget(request: Request, env: Env): Pick<SignedRequest, 'authority' | 'query' | 'method'> {
  const { host, search, pathname } = new URL(request.url)
  if (!originsOf(env).some((origin) => new URL(origin).host === host)) throw new DropError('wrong_origin')
  if (search !== '' && !QUERIED.has(pathname)) throw new DropError('bad_request')
  return { authority: host, query: search, ...(request.method === 'HEAD' ? { method: 'HEAD' } : {}) }
}

/** The origins that the operator has configured: `https://drop.example`. Anything else is left out. */
export function originsOf(env: Env): readonly string[] {
  const origins = env.ORIGIN.split(',').flatMap((origin) => URL.parse(origin.trim())?.origin ?? [])
  // The origin of a URL of another scheme is the word “null”.
  return origins.filter((origin) => origin !== 'null')
}

/**
 * Reads a body of at most `most` bytes. A body that is announced as larger is refused before any of it is read, and one without a
 * length is read no further than that.
 * @throws DropError `too_large`; `try_later` if it breaks off
 */
export async function readBody(request: Request, most: number): Promise<Bytes> {
  const announced = Number(request.headers.get('Content-Length') ?? most)
  if (announced > most) throw new DropError('too_large')
  // One array that grows with the bytes: a part must not be in memory twice, and an announcement alone must not fill the
  // memory.
  let body = new Uint8Array(Math.min(announced, FIRST_BYTES))
  let length = 0
  for await (const chunk of unbroken(request.body)) {
    const needed = length + chunk.length
    if (needed > announced) throw new DropError('too_large')
    if (needed > body.length)
      body = new Uint8Array(body.buffer.transfer(Math.min(announced, Math.max(needed, 2 * body.length))))
    body.set(chunk, length)
    length = needed
  }
  return body.subarray(0, length)
}

async function* unbroken(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  try {
    yield* body ?? []
  } catch (cause) {
    // Neither the sender nor the server is at fault: it can be sent again.
    throw new DropError('try_later', { cause })
  }
}

/**
 * Recomputes the body's `Content-Digest` and compares it with the field, if there is one.
 * @throws DropError `bad_request` if it differs, or is missing though required
 */
export async function checkDigest(request: Request, body: Bytes, isRequired: boolean): Promise<string> {
  const digest = await contentDigest(body)
  const field = request.headers.get(CONTENT_DIGEST)
  if (field === null ? isRequired : field !== digest) throw malformed(CONTENT_DIGEST)
  return digest
}

/** @throws DropError `bad_request` if the field is missing, `too_large` if it is longer than `most` characters */
export function readField(request: Request, name: string, most: number): string {
  const value = request.headers.get(name)
  if (value === null) throw malformed(name)
  if (value.length > most) throw new DropError('too_large')
  return value
}

/** The refusal of a header field that is missing or malformed. It names the field and holds nothing of it. */
export function malformed(field: string, others: Readonly<Record<string, string>> = {}): DropError {
  return new DropError('bad_request', { about: { field, ...others } })
}

function parseReader(request: Request): PublicKey {
  const reader = parsePublicKey(request.headers.get(DROP_READER_FIELD) ?? '')
  if (reader === undefined) throw malformed(DROP_READER_FIELD)
  return reader
}

const CONTENT_DIGEST = 'Content-Digest'

/** Room for a body before its first byte. */
const FIRST_BYTES = 65_536

/** The addresses that take a query. */
const QUERIED: ReadonlySet<string> = new Set([...QUERIED_REQUESTS].map((name) => REQUESTS[name].path))
