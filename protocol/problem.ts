import { PROBLEM_PATH, type WireCode } from './error.ts'
import { MAX_TRIES } from './limits.ts'

/** One row of the table of problems (RFC 9457). The page `/problems/<code>` shows the explanation. */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly explanation: string
}

/** An RFC 9457 body: type, title, status, and for some codes extension members named in docs/protocol.md §7. */
export interface ProblemBody {
  /** `https://drop.example/problems/gone`: an absolute URI, of the page that explains it. */
  readonly type: string
  readonly title: string
  readonly status: number
}

/**
 * The challenge of a 401 (RFC 9110 §11.6.1): HTTP Message Signatures, which have no scheme of their own. `Accept-Signature` says
 * which (RFC 9421 §5).
 */
export const SIGNATURE_CHALLENGE = 'Signature realm="sealdrop"'

const NUMBER_WORDS = 'none one two three four five six seven eight nine ten eleven twelve'.split(' ')

export const PROBLEMS: Readonly<Record<WireCode, Problem>> = {
  bad_request: {
    status: 400,
    title: 'The request is not one that this server understands',
    explanation: 'A field is missing, is there twice, has a wrong shape, or is unknown. Nothing was changed.',
  },
  not_proved: {
    status: 401,
    title: 'The request does not prove possession of the key',
    explanation:
      'A signature does not verify, or is too old or too new. Sign again with the nonce in Accept-Signature. Nothing was changed.',
  },
  wrong_passphrase: {
    status: 403,
    title: 'The passphrase is wrong',
    explanation: `The link is right and the passphrase is not. After ${inWords(MAX_TRIES)} wrong passphrases the drop is destroyed.`,
  },
  gone: {
    status: 404,
    title: 'There is nothing here',
    explanation: `There is no drop for this link. It was opened, it expired, its sender revoked it, ${inWords(MAX_TRIES)} wrong passphrases destroyed it, or it never existed: the answer is the same for all.`,
  },
  lost: {
    status: 410,
    title: 'The server has lost it',
    explanation:
      'The drop is known and its ciphertext is not in the store any more. Asking again does not bring it back. Only its reader and its sender are told. Ask the sender to send it again.',
  },
  not_found: {
    status: 404,
    title: 'No such address',
    explanation: 'This server has no such address. The addresses are in docs/protocol.md.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not take that method',
    explanation: 'The Allow field says which method it takes. Nothing was changed.',
  },
  claimed: {
    status: 409,
    title: 'Somebody else has claimed it',
    explanation:
      'The drop is bound to the readers who came first. The answer carries their signatures as proof, if you have proved possession of the link and its passphrase.',
  },
  dismissed: {
    status: 409,
    title: 'The sender has dismissed this claim',
    explanation: 'The sender opened the drop again for a new claim. Claim it anew with a fresh reader key.',
  },
  id_taken: {
    status: 409,
    title: 'There is a drop with this id',
    explanation: 'Another drop has this id. Seal again with a new link: ids are never used twice.',
  },
  length_required: {
    status: 411,
    title: 'The length must be known',
    explanation: 'Send Content-Length: this server refuses what is too large before it reads it.',
  },
  too_large: {
    status: 413,
    title: 'Too large',
    explanation:
      'The body or a field is larger than the limit in docs/protocol.md §9, or the drop is larger than this server takes: /v1/limits says how much that is. Nothing was stored.',
  },
  incomplete: {
    status: 409,
    title: 'The upload is not complete',
    explanation:
      'Parts are missing, or are not those that the request names. Ask which ones are here, and send the rest.',
  },
  box_full: {
    status: 409,
    title: 'The box is full',
    explanation:
      'The box, or the invitation, holds or took in today as much as it may. Its owner has to delete something, or it takes more tomorrow. Nothing was stored.',
  },
  invitation_needed: {
    status: 403,
    title: 'This box takes drops by invitation',
    explanation:
      'The owner lets only those write who were invited, and the invitation is missing, was revoked or has expired. Nothing was stored.',
  },
  outdated: {
    status: 409,
    title: 'The box has newer cards',
    explanation: 'The server holds cards of this box with a larger serial. Nothing was changed.',
  },
  wrong_origin: {
    status: 421,
    title: 'This server does not answer for that name',
    explanation:
      'The request came for a host name that the operator has not configured (ORIGIN). Use the address that the operator published.',
  },
  try_later: {
    status: 503,
    title: 'Not yet',
    explanation:
      'Nothing is lost. The store has not caught up or did not answer; Retry-After says when to ask again, and the same request may be sent again.',
  },
  internal: {
    status: 500,
    title: 'The server failed',
    explanation: 'A fault of this server. The same request may be sent again.',
  },
}

/**
 * The RFC 9457 body for a code. Never holds a detail from inside, a stack or an id.
 * @param origin - of the server that answers: `https://drop.example`
 */
export function problemFor(code: WireCode, origin: string): ProblemBody {
  const { status, title } = PROBLEMS[code]
  return { type: `${origin}${PROBLEM_PATH}${code}`, title, status }
}

/** A number for a sentence: in words up to twelve. */
export function inWords(count: number): string {
  return NUMBER_WORDS[count] ?? `${count}`
}
