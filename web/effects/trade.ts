import { LINK_LIVES } from '#client/lives.ts'
import type { CipherFor } from '#client/crypto/chunks.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import type { Sealed, Ticket, Unfinished } from '#client/send.ts'
import { MIN_READS } from '#protocol/limits.ts'
import { CUSTOM, READS, type ChosenFile, type Draft } from '../draft.ts'
import type { StoredSent } from '../store.ts'
import { finish } from './finish.ts'
import { isForLink } from './interrupted.ts'
import { sealDraft } from './seal-draft.ts'
import type { Tools } from './tools.ts'

/** What is its own about drops of one kind, for a link or for a box. How they are carried up is the same. */
export interface Trade {
  /** Makes keys and envelope of a draft. Reads no file. @throws DropError `too_large` */
  seal(draft: Draft, cipherFor?: CipherFor): Promise<SealedDraft>
  /** The server holds it whole: shows that. @returns what the sender keeps, for as long as the page is open at least */
  finish(finished: Finished): Promise<StoredSent>
  /** What was sealed then, to be sealed anew. */
  draftOf(unfinished: Unfinished, files: readonly ChosenFile[]): Draft
  /** Whether an upload that was interrupted is one of this kind. */
  isOwn(unfinished: Unfinished): boolean
}

/** A draft that is ready to be sent. */
export interface SealedDraft {
  readonly sealed: Sealed
  readonly sender: SigningKey
  /** The return code that was made for it, if one was. */
  readonly returnWords?: readonly string[] | undefined
}

/** A drop that the server holds whole, and what only its sender knows of it. */
export interface Finished extends SealedDraft {
  readonly ticket: Ticket
  /** `''` if there is none, or if nobody here knows it any more. */
  readonly passphrase: string
  /** The draft is another message. */
  readonly keepsDraft?: boolean
}

/** Drops for a link. */
export function linkTrade(tools: Tools): Trade {
  return {
    seal: (draft, cipherFor) => sealDraft(tools, draft, cipherFor),
    finish: ({ sealed: { link }, ...finished }) => finish(tools, { ...finished, link }),
    draftOf: ({ terms, text, ticket }, files) => {
      const { ttlSeconds } = terms
      const reads = 'reads' in terms ? terms.reads : MIN_READS
      return {
        text,
        files,
        expiry: LINK_LIVES.includes(ttlSeconds) ? String(ttlSeconds) : CUSTOM,
        customExpiry: String(Math.ceil(ttlSeconds / 60)),
        customUnit: 'minutes',
        reads: READS.includes(reads) ? String(reads) : CUSTOM,
        customReads: String(reads),
        // It is asked for again: nobody here knows it.
        passphrase: ticket.needsPassphrase ? '' : undefined,
      }
    },
    isOwn: isForLink,
  }
}
