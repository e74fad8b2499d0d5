import { isDropError, type DropError, type DropErrorCode } from '#protocol/error.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { isClockFault, type ClockFault } from '#client/clocks.ts'
import { meaningOf, type Meaning } from '#client/meaning.ts'
import { FileFault } from '#client/source.ts'
import { formatTime } from './terminal/format.ts'

/** The exit codes of the command. Scripts rely on these numbers; `sealdrop help` prints them. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  gone: 3,
  wrongPassphrase: 4,
  tryLater: 5,
  mismatch: 6,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

interface FailureOptions {
  readonly exitCode?: ExitCode | undefined
  /** The remedy. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** Ends a command. The message is a sentence for the person: lower case, no period, no secret. */
export class Failure extends Error {
  readonly exitCode: ExitCode
  readonly hint: string | undefined

  constructor(sentence: string, { exitCode = EXIT.failed, hint, cause }: FailureOptions = {}) {
    super(sentence, { cause })
    this.exitCode = exitCode
    this.hint = hint
  }
}

/** Whatever was thrown, as what a person is told. */
export function explain(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (isDropError(error)) return explainDropError(error)
  if (isSystemError(error))
    return new Failure(`${describeSystemError(error)}${error.path === undefined ? '' : `: ${error.path}`}`)
  return new Failure(`internal error (${error instanceof Error ? error.name : typeof error})`, { cause: error })
}

/** The same, with what else there is to do about it. */
export function explainWith(error: unknown, hint: string): Failure {
  const { message, exitCode, hint: own } = explain(error)
  return new Failure(message, { exitCode, hint: own === undefined ? hint : `${hint}; ${own}`, cause: error })
}

/** Whether a call to the operating system failed. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}

/** Why a call to the operating system failed, in words. */
export function describeSystemError(error: unknown): string {
  const code = isSystemError(error) ? (error.code ?? '') : ''
  return SYSTEM_ERRORS[code] ?? (code === '' ? 'unknown error' : `error ${code}`)
}

function explainDropError(error: DropError): Failure {
  if (error instanceof FileFault) return explainFileFault(error)
  if (isClockFault(error)) return explainClock(error)
  const [sentence, hint] = SENTENCES[error.code]
  return new Failure(sentence, { exitCode: EXITS[meaningOf(error)], hint, cause: error })
}

/** @param what - the verb for the act that was prevented. */
export function explainClock(fault: ClockFault, what = 'changed'): Failure {
  const { ownMs, serverMs } = fault
  const told = `this computer's clock says ${formatTime(ownMs)}, the server's says ${formatTime(serverMs)}`
  return new Failure(`${told}: nothing was ${what}`, { hint: SET_CLOCK, cause: fault })
}

function explainFileFault(fault: FileFault): Failure {
  switch (fault.code) {
    case 'file_changed':
      return new Failure(`${fault.file} has changed while it was being sent`, { cause: fault })
    case 'file_unreadable':
      return new Failure(`cannot read ${fault.file}: ${describeSystemError(fault.cause)}`, { cause: fault })
  }
}

const SET_CLOCK =
  'set the clock, and run the same command again; if it is right, the server is wrong, and its operator should know'

const REFUSED_CARD = 'nothing was sealed; compare the address with one that the owner published elsewhere'

const STRANGER =
  'check the address; a network with a log-in page answers like this too: open any page in a browser first'

const SENTENCES: Readonly<Record<DropErrorCode, readonly [sentence: string, hint?: string]>> = {
  bad_link: [
    'the link is damaged: a character is wrong or missing',
    'nothing was asked of any server; copy the link again, whole',
  ],
  gone: [
    `there is nothing here: it was opened, it expired, its sender revoked it, ${MAX_TRIES} wrong passphrases destroyed it, or it never existed`,
  ],
  lost: [
    'the server has lost this message: its ciphertext is gone',
    'ask the sender to send it again; asking the server again does not help',
  ],
  claimed: ['somebody else has claimed it'],
  dismissed: ['the sender has dismissed this claim', 'run the same command again'],
  wrong_passphrase: ['wrong passphrase'],
  open_failed: [
    'what the server handed out cannot be opened',
    'nothing was acknowledged: the same command may be run again',
  ],
  too_large: ['too large for this server'],
  incomplete: ['the server misses a part of what was sent', 'run the same command again'],
  file_changed: ['a file has changed while it was being sent'],
  file_unreadable: ['a file cannot be read any more'],
  stopped: ['stopped'],
  offline: ['the server cannot be reached'],
  try_later: ['the server is not ready yet, nothing is lost', 'run the same command again in a minute'],
  internal: ['the server failed, nothing is lost', 'run the same command again later'],
  wrong_origin: ['the server does not answer for that name', 'use the address that its operator published'],
  bad_answer: ['the server answers like no Sealdrop server', STRANGER],
  not_done: [
    'something answered that it was done, and the server says that it was not',
    'nothing was changed, as far as the server tells; run the same command again, on another network if you can',
  ],
  rate_limited: [
    'the server, or something in front of it, has had too many requests from here',
    'nothing is lost; run the same command again in a few minutes',
  ],
  body_refused: [
    'something between this computer and the server takes no requests of this size',
    'a proxy or gateway has a limit of its own (HTTP 413): tell the operator of the server, or use another network',
  ],
  damaged: [
    'what the server sends arrives damaged',
    'nothing is lost; run the same command again, on another network if it stays so',
  ],
  not_found: ['the server answers like no Sealdrop server', STRANGER],
  not_proved: ['the server does not accept the proof', 'is the clock of this computer right?'],
  bad_request: ['the server does not understand the request', 'client and server may be of different versions'],
  method_not_allowed: ['the server does not understand the request', 'client and server may be of different versions'],
  length_required: ['the server does not understand the request', 'client and server may be of different versions'],
  id_taken: ['the server has another drop of this id', 'run the same command again: it seals anew'],
  bad_address: ['the address is damaged: a character is wrong or missing', 'copy it again, whole'],
  bad_code: ['the code is damaged: a character or a word is wrong or missing', 'copy it again, whole'],
  box_full: [
    'the box is full, or it or the invitation has taken in as much as it may',
    'nothing was sent; try again tomorrow, or ask its owner',
  ],
  invitation_needed: [
    'this box takes drops by invitation, and there is none, or it was revoked or has expired',
    'ask its owner for an invitation link: --to-file FILE takes it',
  ],
  outdated: [
    'the server has newer cards of this box',
    'another device of its owner published them; is the clock of this computer right?',
  ],
  bad_card: ["the server shows a card that this box's owner did not sign", REFUSED_CARD],
  foreign_card: ['the server shows the card of another box', REFUSED_CARD],
  stale_card: [
    "this box's owner has not renewed its keys in time",
    'nothing was sealed; tell the owner to unlock the box',
  ],
  future_card: [
    "this box's card is of a time that has not come",
    'nothing was sealed; is the clock of this computer right?',
  ],
  rolled_back_card: ['the server shows an older card of this box than before', REFUSED_CARD],
  clock_wrong: ["this computer's clock is more than a day off the server's: nothing was changed", SET_CLOCK],
  misplaced: [
    'this drop was sealed for another box or under another name: the server, or somebody who can open it, moved it here',
    'do not trust it',
  ],
  repeated: ['the server hands out a drop for the second time', 'do not trust it'],
}

/** The exit code for a failure, where it is not `failed`. */
const EXITS: Readonly<Partial<Record<Meaning, ExitCode>>> = {
  bad_code: EXIT.usage,
  bad_address: EXIT.usage,
  gone: EXIT.gone,
  lost: EXIT.gone,
  wrong_passphrase: EXIT.wrongPassphrase,
  incomplete: EXIT.tryLater,
  offline: EXIT.tryLater,
  try_later: EXIT.tryLater,
  not_done: EXIT.tryLater,
  rate_limited: EXIT.tryLater,
  damaged: EXIT.tryLater,
  box_full: EXIT.tryLater,
  bad_card: EXIT.mismatch,
  stale_card: EXIT.mismatch,
  future_card: EXIT.mismatch,
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EAGAIN: 'it is not ready',
  EBADF: 'it is closed',
  EBUSY: 'it is in use',
  EDQUOT: 'the quota is used up',
  EEXIST: 'something else has that name',
  EFBIG: 'file too large',
  EINVAL: 'the file system does not take that name',
  EIO: 'input or output error',
  EISDIR: 'it is a folder',
  ELOOP: 'symbolic links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many files are open',
  ENODEV: 'no such device',
  ENOENT: 'no such file or folder',
  ENOMEM: 'no memory left',
  ENOSPC: 'no space left',
  ENOTCONN: 'the disk is not connected any more',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  ENOTSUP: 'the file system cannot do that',
  ENXIO: 'no such device',
  EPERM: 'not permitted',
  EPIPE: 'nobody reads it any more',
  EROFS: 'read-only file system',
  ESTALE: 'the network disk has lost it',
  ETXTBSY: 'it is in use',
  EXDEV: 'it lies on another disk',
}
