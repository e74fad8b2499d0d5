import { BOX_INVITATION_FIELD, DROP_EXTENT_FIELD, DROP_TERMS_FIELD, REQUESTS, type RequestName } from './api.ts'

/**
 * What every answer of the API says to browsers about pages of other origins: they may ask and read. Nothing is ever sent
 * along by itself, so that such a page gets what any program gets. docs/protocol.md §10.1, docs/decisions/0016.
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

/** What a preflight (Fetch §4.8) of a request is told besides: its methods, and the fields that it may have. */
export function preflightHeaders(name: RequestName): Readonly<Record<string, string>> {
  const { method } = REQUESTS[name]
  return {
    Allow: allowOf(method),
    'Access-Control-Allow-Methods': method === 'GET' ? 'GET, HEAD' : method,
    'Access-Control-Allow-Headers': fieldsOf(name).join(', '),
    'Access-Control-Max-Age': `${PREFLIGHT_SECONDS}`,
  }
}

/** The fields of a request that a browser does not let every page set. */
function fieldsOf(name: RequestName): readonly string[] {
  const { method, names, signers } = REQUESTS[name]
  return [
    ...names,
    ...(UNSIGNED_TERMS[name] ?? []),
    ...(method === 'GET' ? [] : ['Content-Digest', 'Content-Type']),
    ...(signers.length === 0 ? [] : ['Signature-Input', 'Signature']),
  ]
}

/** The fields of those who make a drop. docs/protocol.md §6.1, §6.8. */
const UNSIGNED_TERMS: Readonly<Partial<Record<RequestName, readonly string[]>>> = {
  create: [DROP_TERMS_FIELD, BOX_INVITATION_FIELD],
  begin: [DROP_TERMS_FIELD, DROP_EXTENT_FIELD, BOX_INVITATION_FIELD],
}

/** No browser remembers it for longer than two hours. */
const PREFLIGHT_SECONDS = 7_200
