import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import type { About, Receipt, RequestName, Role } from '#protocol/api.ts'
import { utf8 } from '#protocol/bytes.ts'
import { CROSS_ORIGIN_HEADERS, preflightHeaders } from '#protocol/cross-origin.ts'
import { type WireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { RETRY_AFTER_SECONDS } from '#protocol/limits.ts'
import { problemFor, SIGNATURE_CHALLENGE } from '#protocol/problem.ts'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import type { Refusal } from '../refusal.ts'

/** A JSON answer. Nothing that the API says may be kept by a cache. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return sized(JSON.stringify(body), {
    status,
    headers: { ...API_HEADERS, 'Content-Type': 'application/json', ...headers },
  })
}

/**
 * A JSON answer about one drop or box, which it names: all are asked about at one URL, and a cache that keeps what it must not
 * hands out the answer about one for that about another.
 */
export function about(named: About, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return json({ ...named, ...body }, 200, headers)
}

/** An answer that is read by people and programs that know nothing of us. */
export function text(body: string): Response {
  return sized(body, { headers: { ...API_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' } })
}

/** Ciphertext, as it was stored. */
export function bytes(body: ReadableStream, headers: Readonly<Record<string, string>>): Response {
  return new Response(body, { headers: { ...API_HEADERS, 'Content-Type': 'application/octet-stream', ...headers } })
}

/** An RFC 9457 problem. */
export function problem(
  code: WireCode,
  extensions: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  // By which of its names the server was asked is known in main.ts.
  const body = { ...problemFor(code, ''), ...extensions }
  return json(body, body.status, { 'Content-Type': PROBLEM_TYPE, ...ALONGSIDE[code], ...headers })
}

/** Fields that HTTP wants beside some codes: RFC 9110 §11.6.1, §10.2.3. */
const ALONGSIDE: Readonly<Partial<Record<WireCode, Readonly<Record<string, string>>>>> = {
  not_proved: { 'WWW-Authenticate': SIGNATURE_CHALLENGE },
  try_later: { 'Retry-After': `${RETRY_AFTER_SECONDS}` },
}

/** What a browser is told before it lets a page of another origin make a request. It is not the request: nothing is looked up. */
export function preflight(name: RequestName): Response {
  return new Response(null, { status: 204, headers: { ...API_HEADERS, ...preflightHeaders(name) } })
}

/** What a shelf refused, as a problem. @param signers - who has signed, where not all did that may. */
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

/** With its length, which the platform would not count for HEAD (RFC 9110 §9.3.2). */
export function sized(body: string, { status = 200, headers }: { status?: number; headers: HeadersInit }): Response {
  const encoded = utf8(body)
  const all = new Headers(headers)
  all.set('Content-Length', `${encoded.length}`)
  return new Response(encoded, { status, headers: all })
}

/** Receipts, and what they are to be checked against. */
function shownClaims(claims: readonly Receipt[], authority: string | undefined): Readonly<Record<string, unknown>> {
  return { claims, ...told('authority', authority) }
}

function told(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value }
}

const API_HEADERS = { ...API_SECURITY_HEADERS, ...CROSS_ORIGIN_HEADERS, 'Cache-Control': 'no-store' }
