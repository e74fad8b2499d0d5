import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import type { About, Receipt, RequestName, Role } from '#protocol/api.ts'
import { utf8 } from '#protocol/bytes.ts'
import { CROSS_ORIGIN_HEADERS, preflightHeaders } from '#protocol/cross-origin.ts'
import { type WireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { RETRY_AFTER_SECONDS } from '#protocol/limits.ts'
import { problemFor, SIGNATURE_CHALLENGE } from '#protocol/problem.ts'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import type { Refusal } from '../refusal.ts'

/** A JSON answer. No cache may keep an answer of the API. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return sized(JSON.stringify(body), {
    status,
    headers: { ...API_HEADERS, 'Content-Type': 'application/json', ...headers },
  })
}

/**
 * A JSON answer about one drop or box, which it names: all share one URL, and a cache that keeps too much would give out the
 * answer about another.
 */
export function about(named: About, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return json({ ...named, ...body }, 200, headers)
}

/** A text for people and programs that do not know this API. */
export function text(body: string): Response {
  return sized(body, { headers: { ...API_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' } })
}

/** Ciphertext, as it was stored. */
export function binary(body: ReadableStream, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, { headers: { ...API_HEADERS, 'Content-Type': 'application/octet-stream', ...headers } })
}

/** An RFC 9457 problem. */
export function problem(
  code: WireCode,
  extensions: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  // main.ts knows by which of its names the server was asked.
  const body = { ...problemFor(code, ''), ...extensions }
  return json(body, body.status, { 'Content-Type': PROBLEM_TYPE, ...ALONGSIDE[code], ...headers })
}

/** Fields that HTTP requires with some codes: RFC 9110 §11.6.1, §10.2.3. */
const ALONGSIDE: Readonly<Partial<Record<WireCode, Readonly<Record<string, string>>>>> = {
  not_proved: { 'WWW-Authenticate': SIGNATURE_CHALLENGE },
  try_later: { 'Retry-After': `${RETRY_AFTER_SECONDS}` },
}

/** The answer to a browser's preflight. It is not the request: nothing is looked up. */
export function preflight(name: RequestName): Response {
  return new Response(null, { status: 204, headers: { ...API_HEADERS, ...preflightHeaders(name) } })
}

/**
 * The problem for a refusal.
 * @param signers - the roles that have signed, where not all did that may.
 */
export function refusal(refused: Refusal, name: RequestName, signers?: readonly Role[]): Response {
  switch (refused.outcome) {
    case 'gone':
      return problem('gone', refused.claims === undefined ? {} : shownClaims(refused.claims, refused.authority))
    case 'claimed':
      return problem('claimed', shownClaims(refused.claims, refused.authority))
    case 'wrong_passphrase':
      return problem('wrong_passphrase', { triesLeft: refused.triesLeft })
    case 'not_proved':
      return problem('not_proved', told('authority', refused.authority), {
        'Accept-Signature': formatAcceptSignature(name, refused.nonce, signers),
      })
    case 'too_large':
      return problem('too_large', { largest: refused.largest })
    case 'bad_request':
    case 'box_full':
    case 'dismissed':
    case 'id_taken':
    case 'incomplete':
    case 'invitation_needed':
    case 'outdated':
    case 'try_later':
      return problem(refused.outcome)
  }
}

/** With its length: for HEAD the platform would not count it (RFC 9110 §9.3.2). */
export function sized(body: string, { status = 200, headers }: { status?: number; headers: HeadersInit }): Response {
  const encoded = utf8(body)
  const all = new Headers(headers)
  all.set('Content-Length', `${encoded.length}`)
  return new Response(encoded, { status, headers: all })
}

/** Receipts, and the authority to check them against. */
function shownClaims(claims: readonly Receipt[], authority: string | undefined): Readonly<Record<string, unknown>> {
  return { claims, ...told('authority', authority) }
}

function told(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value }
}

const API_HEADERS = { ...API_SECURITY_HEADERS, ...CROSS_ORIGIN_HEADERS, 'Cache-Control': 'no-store' }
