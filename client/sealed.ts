import type { Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { BoxTerms, DropTerms } from '#protocol/terms.ts'
import { type Message } from './archive.ts'
import type { Letterhead } from './layout.ts'
import type { SigningKey } from './crypto/keys.ts'
import type { EnvelopeKey, Journal, PartHashes, Sealer } from './seal-parts.ts'
import type { Progress } from './server.ts'

/** A message that is ready to be deposited as often as it takes: its parts are sealed when they are asked for. */
export interface Sealed<T extends DropTerms | BoxTerms = DropTerms | BoxTerms> extends Sealer {
  /** The link that opens the drop; of a drop for a box, the link by which one writes to it. */
  readonly link: string
  readonly dropId: DropId
  readonly terms: T
  /** The secret of an invitation to a box: 16 bytes, base64url. */
  readonly invitation?: string | undefined
  /** The sender's record: neither the link nor any key that opens is in it. */
  readonly ticket: Ticket
  /** The state that goes on after a crash, as of now. Only a drop in parts needs it kept. */
  readonly unfinished: Unfinished
}

/** The sender's record, without the sender key: enough to look at a drop, end it and check its receipts. */
export interface Ticket {
  readonly v: 1
  readonly origin: string
  readonly dropId: DropId
  /** The key that claims prove; a drop for a box is not claimed. */
  readonly claim?: PublicKey
  /** SHA-256 of the token, base64url: the author of an acknowledgement that names it opened the whole drop. */
  readonly opened: string
  /** Milliseconds since 1970. */
  readonly sealedAtMs: number
  readonly expiresAtMs: number
  /** 0 for a drop that went into a box. */
  readonly reads: number
  readonly needsPassphrase: boolean
}

/**
 * Everything except the files and the sender key that is needed to go on with a drop in parts after a crash. It holds the
 * link and the file key: its holder can open the drop. It is kept only until the drop is finished or cancelled.
 */
export interface Unfinished<T extends DropTerms | BoxTerms = DropTerms | BoxTerms> extends EnvelopeKey {
  readonly v: 1
  readonly link: string
  readonly dropId: DropId
  readonly terms: T
  readonly invitation?: string | undefined
  readonly letterhead?: Letterhead | undefined
  readonly ticket: Ticket
  /** 32 bytes. docs/protocol.md §3.2. */
  readonly token: Bytes
  /** Milliseconds since 1970. */
  readonly sealedAtMs: number
  readonly text: string
  /** The files in their order, with the names under which they were given. */
  readonly files: readonly UnfinishedFile[]
  /** By part; `undefined` for one that was never sealed. */
  readonly hashes: readonly (PartHashes | undefined)[]
}

export interface UnfinishedFile {
  readonly name: string
  readonly type: string
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number
  /** Bytes. */
  readonly size: number
}

export interface DepositOptions {
  readonly sender: SigningKey
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Pauses: the same drop may be deposited again later, and what the server has is not sent again. */
  readonly signal?: AbortSignal | undefined
  /** Without one a drop in parts cannot go on after a crash. */
  readonly journal?: Journal | undefined
}

/** A sealed message: its sealer, and what goes on after a crash but the hashes, which the sealer has. */
export function sealedWith<T extends DropTerms | BoxTerms>(
  sealer: Sealer,
  start: Omit<Unfinished<T>, 'hashes'>,
): Sealed<T> {
  const { link, dropId, terms, invitation, ticket } = start
  return {
    size: sealer.size,
    parts: sealer.parts,
    hashes: sealer.hashes,
    partSize: (n) => sealer.partSize(n),
    sealPart: (n, journal) => sealer.sealPart(n, journal),
    digestPart: (n, part, journal) => sealer.digestPart(n, part, journal),
    checkPart: (n) => sealer.checkPart(n),
    digest: (n) => sealer.digest(n),
    isRead: (n) => sealer.isRead(n),
    link,
    dropId,
    terms,
    invitation,
    ticket,
    get unfinished() {
      return { ...start, hashes: [...sealer.hashes] }
    },
  }
}

/** The record of a message beside its files. */
export function keptOf({ text, files }: Message): Pick<Unfinished, 'text' | 'files'> {
  const described = files.map(({ name, type, modifiedAtMs, source }) => ({
    name,
    type,
    modifiedAtMs,
    size: source.size,
  }))
  return { text, files: described }
}
