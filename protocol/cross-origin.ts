import { BOX_INVITATION_FIELD, DROP_EXTENT_FIELD, DROP_TERMS_FIELD, REQUESTS, type RequestName } from './api.ts'

/**
 * The fields by which every answer of the API lets pages of other origins ask and read. Nothing is ever sent along automatically,
 * so such a page gets the same as any program. docs/protocol.md §10.1, docs/decisions/0016.
 */
export const CROSS_ORIGIN_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Accept-Signature, Age, Allow, Content-Digest, Date, Retry-After, WWW-Authenticate',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

/** The methods that an address takes (RFC 9110 §10.2.1): HEAD wherever it takes GET (§9.1). @param method - of the contract */
export function allowOf(method: 'GET' | 'POST' | 'PUT'): string {
  return `${method === 'GET' ? 'GET, HEAD' : method}, OPTIONS`
}

/** The additional fields for a preflight (Fetch §4.8): the request's methods, and the fields that it may have. */
export function preflightHeaders(name: RequestName): Readonly<Record<string, string>> {
  const { method } = REQUESTS[name]
  return {
    Allow: allowOf(method),
    'Access-Control-Allow-Methods': method === 'GET' ? 'GET, HEAD' : method,
    'Access-Control-Allow-Headers': fieldsOf(name).join(', '),
    'Access-Control-Max-Age': `${PREFLIGHT_SECONDS}`,
  }
}

/** The fields of a request that a page may set only after a preflight. */
function fieldsOf(name: RequestName): readonly string[] {
  const { method, names, signers } = REQUESTS[name]
  return [
    ...names,
    ...(UNSIGNED_TERMS[name] ?? []),
    ...(method === 'GET' ? [] : ['Content-Digest', 'Content-Type']),
    ...(signers.length === 0 ? [] : ['Signature-Input', 'Signature']),
  ]
}

/** The fields of requests that make a drop. docs/protocol.md §6.1, §6.8. */
const UNSIGNED_TERMS: Readonly<Partial<Record<RequestName, readonly string[]>>> = {
  create: [DROP_TERMS_FIELD, BOX_INVITATION_FIELD],
  begin: [DROP_TERMS_FIELD, DROP_EXTENT_FIELD, BOX_INVITATION_FIELD],
}

/** Browsers remember it for two hours at most. */
const PREFLIGHT_SECONDS = 7_200
