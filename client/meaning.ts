import { isDropError, type DropError, type DropErrorCode } from '#protocol/error.ts'
import { NotOurs } from './refused.ts'

/** The meaning of a failure for a person. The page has a sentence for each that can reach it, the command an exit code. */
export type Meaning = Exclude<DropErrorCode, Merged> | 'not_ours'

/** Codes that mean the same to a person as another. */
type Merged =
  | 'bad_link'
  | 'claimed'
  | 'foreign_card'
  | 'internal'
  | 'length_required'
  | 'method_not_allowed'
  | 'rolled_back_card'

export function meaningOf(error: DropError): Meaning {
  switch (error.code) {
    case 'internal':
      return 'try_later'
    case 'claimed':
      return 'gone'
    case 'bad_link':
      return 'bad_code'
    case 'foreign_card':
    case 'rolled_back_card':
      return 'bad_card'
    case 'length_required':
    case 'method_not_allowed':
      return 'bad_request'
    case 'bad_answer':
      // In the form of a server's answer, with a content that no server sends: of another version, or of one that lies.
      return error instanceof NotOurs && !error.isGarbled ? 'not_ours' : 'bad_answer'
    default:
      return error.code
  }
}

/** Whether the server may answer in a while, so that waiting helps. */
export function isAway(error: unknown): boolean {
  const meaning = isDropError(error) ? meaningOf(error) : undefined
  return meaning === 'offline' || meaning === 'try_later'
}
