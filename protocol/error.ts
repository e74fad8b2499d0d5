/** The codes of a server's answers. Each has a row in `problem.ts`: a new code does not compile without one. */
export type WireCode = (typeof WIRE_CODES)[number]

const WIRE_CODES = [
  'bad_request',
  'not_proved',
  'wrong_passphrase',
  'gone',
  'lost',
  'not_found',
  'method_not_allowed',
  'claimed',
  'dismissed',
  'id_taken',
  'length_required',
  'too_large',
  'incomplete',
  'wrong_origin',
  'box_full',
  'invitation_needed',
  'outdated',
  'try_later',
  'internal',
] as const

/** Codes of faults that only an end can find. */
export type LocalCode =
  | 'bad_link'
  | 'offline'
  /** Any failure to decrypt or to unpack, whatever its cause (RFC 5116 §2.2: the output is the plaintext or FAIL). */
  | 'open_failed'
  /** The answer is not allowed by docs/protocol.md. */
  | 'bad_answer'
  /** An answer claimed success, and the server's state has not changed. */
  | 'not_done'
  /** A proxy in front of the server says that there were too many requests from here. */
  | 'rate_limited'
  /** A proxy in front of the server refuses requests of that size. */
  | 'body_refused'
  /** The ciphertext that arrived is not the one that the server sent. */
  | 'damaged'
  /** A file has changed since a part of it was sealed: to go on would seal two plaintexts under one nonce. */
  | 'file_changed'
  | 'file_unreadable'
  /** An address, an invitation, a reader code, a phrase or a return code with a wrong or missing character. */
  | 'bad_address'
  | 'bad_code'
  /**
   * A card that its box's root key did not sign, or that was signed for another box or another time, or before one that was seen.
   */
  | 'bad_card'
  | 'foreign_card'
  | 'stale_card'
  | 'future_card'
  | 'rolled_back_card'
  /** This device's clock is far ahead of the server's: the keys that it would delete may still be needed. */
  | 'clock_wrong'
  /** A drop that was sealed for another box, or under another id. */
  | 'misplaced'
  /** A drop that the server hands out a second time. */
  | 'repeated'
  /** The person has paused or cancelled it. */
  | 'stopped'

export type DropErrorCode = WireCode | LocalCode

/** The one error of Sealdrop. Callers switch on `code`; messages are for developers and hold no secret and no id. */
export class DropError extends Error {
  override readonly name = 'DropError'
  readonly code: DropErrorCode
  /** With `bad_request`: the expected form, in the words of the contract and none of the request's. */
  readonly about: Readonly<Record<string, string>>

  constructor(code: DropErrorCode, options?: { cause?: unknown; about?: Readonly<Record<string, string>> }) {
    super(code, options)
    this.code = code
    this.about = options?.about ?? {}
  }
}

/** Tells a DropError from anything else, across realms and bundles, where `instanceof` fails. */
export function isDropError(error: unknown): error is DropError {
  return error instanceof Error && error.name === 'DropError' && 'code' in error
}

/** Whether a server may answer this code. */
export function isWireCode(code: string): code is WireCode {
  return (WIRE_CODES as readonly string[]).includes(code)
}

/**
 * Reads the code in a problem's `type`, an absolute URI (RFC 9457 §3.1.1); `undefined` if it is none of ours. Its origin is not
 * checked: behind a proxy a server may know itself by another name.
 */
export function parseProblemCode(type: unknown): WireCode | undefined {
  const code = typeof type === 'string' ? /^https?:\/\/[^/?#]+\/problems\/([a-z_]+)$/.exec(type)?.[1] : undefined
  return code !== undefined && isWireCode(code) ? code : undefined
}

/** The path of the pages that explain problems. docs/protocol.md §7. */
export const PROBLEM_PATH = '/problems/'

/** The media type of a problem (RFC 9457 §3). It is here so that a reader of problems does not load the texts of all of them. */
export const PROBLEM_TYPE = 'application/problem+json'
