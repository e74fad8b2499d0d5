import type { CipherFor } from '#client/crypto/chunks.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import { Refused } from '#client/refused.ts'
import type { Sealed, Ticket, Unfinished } from '#client/sealed.ts'
import { FileFault } from '#client/source.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { failureOf } from '../platform/server.ts'
import type { ComposeFault, Limits, SendTools } from './send-state.ts'
import type { ChosenFile, Draft } from './draft.ts'
import { roomFor } from './limits.ts'

/** The differences between messages for a link, for a box and for a thread. How they are sealed and sent is the same. */
export interface Destination {
  /** Why a draft is not worth sealing, its size aside. */
  findFault?(draft: Draft): Promise<ComposeFault | undefined>
  /** Makes keys and envelope of a draft. Reads no file. @throws DropError `too_large` */
  seal(draft: Draft, cipherFor?: CipherFor): Promise<SealedDraft>
  /** An upload in parts begins, and is about to be shown. */
  begun?(): void
  /** The server holds it whole: shows that. */
  finish(finished: Finished): Promise<void>
  /** The draft that was sealed then, to be sealed again. */
  draftOf(unfinished: Unfinished, files: readonly ChosenFile[]): Draft
  /** A draft that is given back, together with the one in the form by now. */
  merge(before: Draft, now: Draft): Draft
  /** Whether an unfinished upload is one of this kind. */
  isOwn(unfinished: Unfinished): boolean
  /** The lock that a tab holds, over all tabs of a browser, while it sends. */
  lockOf(dropId: DropId): string
  /** The limits of a server. @param largest - bytes of ciphertext */
  limitsOf(largest: number): Limits
}

/** A draft that is ready to be sent. */
export interface SealedDraft {
  readonly sealed: Sealed
  readonly sender: SigningKey
  /** Of the sender key, 32 bytes, where that key has to be kept under another. */
  readonly seed?: Bytes
  /** The return code that was made for it, if one was. */
  readonly returnWords?: readonly string[] | undefined
}

/** A drop that the server holds whole, and what only its sender knows of it. */
export interface Finished extends SealedDraft {
  readonly ticket: Ticket
  /** Its draft; without files, if nobody here has them any more. */
  readonly draft: Draft
  /** The draft in the form is another message. */
  readonly keepsDraft: boolean
}

/** A failure as a person who composes is told of it. */
export function composeFaultOf(
  { state }: Pick<SendTools, 'state'>,
  { limitsOf: limits }: Pick<Destination, 'limitsOf'>,
  error: unknown,
): ComposeFault {
  if (error instanceof FileFault) return { at: error.code === 'file_changed' ? 'changed' : 'file', name: error.file }
  switch (isDropError(error) ? error.code : undefined) {
    case 'too_large': {
      const { draft, limits: known } = state()
      const told = error instanceof Refused && error.largest !== undefined ? limits(error.largest) : known
      return told === undefined ? { at: 'server', code: 'too_large' } : { at: 'size', room: roomFor(draft, told) }
    }
    case 'box_full':
      return { at: 'box-full' }
    case 'invitation_needed':
      return { at: 'invitation' }
    default:
      return { at: 'server', code: failureOf(error) }
  }
}
