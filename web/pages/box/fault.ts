import { isClockFault, type ClockFault } from '#client/clocks.ts'
import { meaningOf, type Meaning } from '#client/meaning.ts'
import { isDropError } from '#protocol/error.ts'
import type { BetweenCode } from '../../copy/between.ts'

/** The faults of a box that a person can be told of. */
export type FaultCode =
  | 'offline'
  | 'try_later'
  | 'lost'
  | 'gone'
  | 'outdated'
  | 'not_proved'
  | 'clock_wrong'
  /** The server has not told the time: keys that are due to be deleted are still there. */
  | 'keys_kept'
  /** This reader is on no card: its keys have run out, or it was removed. */
  | 'reader_ended'
  | 'too_large'
  /** A wrong passphrase, or a file that is none of ours: nobody can tell which. */
  | 'open_failed'
  | 'bad_code'
  | 'bad_address'
  | 'bad_card'
  | BetweenCode
  | 'bad_answer'
  | 'refused'
  /** The text in a field is not the one that is needed. */
  | 'no_name'
  | 'no_passphrase'
  | 'long_passphrase'
  | 'hopeless_passphrase'
  | 'unlike'
  | 'bad_phrase'
  | 'no_file'
  | 'bad_number'
  /** It is on this device already. */
  | 'here'
  /** It lives on another server. */
  | 'elsewhere'
  | 'readers_full'
  | 'invitations_full'
  /** This browser could not keep it, or the box was removed from it meanwhile. */
  | 'not_kept'
  | 'forgotten'
  /** The passkey was not used, or cannot protect anything. */
  | 'passkey_declined'
  | 'passkey_unfit'
  /** Our own page has a fault, or a part of it could not be fetched; the browser is too old. */
  | 'broken'
  | 'unsupported'
  /** The page came over plain http: browsers give it no keys. */
  | 'insecure'

/** A fault as a person is told of it. */
export interface FaultNotice {
  readonly code: FaultCode
  /** With `clock_wrong`: both clocks, in milliseconds since 1970. */
  readonly clocks?: Pick<ClockFault, 'ownMs' | 'serverMs'> | undefined
}

/** A typed text cannot be taken, or a device cannot do something: told by its code, like a refusal of the server. */
export class BoxFault extends Error {
  override readonly name = 'BoxFault'
  readonly code: FaultCode

  constructor(code: FaultCode, options?: { cause?: unknown }) {
    super(code, options)
    this.code = code
  }
}

/** The fault that a person is told of for anything that was thrown. */
export function faultOf(error: unknown): FaultCode {
  if (!isSecureContext) return 'insecure'
  if (globalThis.crypto?.subtle === undefined) return 'unsupported'
  if (error instanceof BoxFault) return error.code
  if (isDropError(error)) return toldMeaning(meaningOf(error))
  if (error instanceof DOMException) return error.name === 'NotSupportedError' ? 'unsupported' : 'not_kept'
  return 'broken'
}

/** The same, with all its details. */
export function faultNotice(error: unknown): FaultNotice {
  const code = faultOf(error)
  if (!isClockFault(error)) return { code }
  const { ownMs, serverMs } = error
  return { code, clocks: { ownMs, serverMs } }
}

function toldMeaning(meaning: Meaning): FaultCode {
  switch (meaning) {
    case 'offline':
    case 'try_later':
    case 'gone':
    case 'lost':
    case 'outdated':
    case 'not_proved':
    case 'clock_wrong':
    case 'too_large':
    case 'open_failed':
    case 'bad_code':
    case 'bad_address':
    case 'bad_card':
    case 'bad_answer':
    case 'not_ours':
    case 'not_done':
    case 'rate_limited':
    case 'body_refused':
    case 'damaged':
    case 'wrong_origin':
      return meaning
    default:
      return 'refused'
  }
}
