/** What a server may answer. Each has a row in `problem.ts`: a new code does not compile without one. */
export type WireCode =
  | 'bad_request'
  | 'not_proved'
  | 'wrong_passphrase'
  | 'gone'
  | 'not_found'
  | 'method_not_allowed'
  | 'claimed'
  | 'dismissed'
  | 'id_taken'
  | 'length_required'
  | 'too_large'
  | 'incomplete'
  | 'wrong_origin'
  | 'try_later'
  | 'internal'

/** What only an end can find out. */
export type LocalCode =
  | 'bad_link'
  | 'offline'
  /** Any failure to decrypt or to unpack, whatever its cause (RFC 5116 §2.2: the output is the plaintext or FAIL). */
  | 'open_failed'
  /** The answer is not one that docs/protocol.md allows. */
  | 'bad_answer'
  /** A file is not what it was when a part of it was sealed: to go on would seal two plaintexts under one nonce. */
  | 'file_changed'
  | 'file_unreadable'
  /** The person has stopped it: paused or cancelled. */
  | 'stopped'

export type DropErrorCode = WireCode | LocalCode

/** The one error of Sealdrop. Callers switch on `code`; messages are for developers and hold no secret and no id. */
export class DropError extends Error {
  override readonly name = 'DropError'
  readonly code: DropErrorCode

  constructor(code: DropErrorCode, options?: { cause?: unknown }) {
    super(code, options)
    this.code = code
  }
}

/** Tells a DropError from anything else, across realms and bundles, where `instanceof` fails. */
export function isDropError(error: unknown): error is DropError {
  return error instanceof Error && error.name === 'DropError' && 'code' in error
}
