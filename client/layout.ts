import type { BoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { headSize, paddingOf } from './entry-head.ts'
import { makeNamer } from './names.ts'
import { BLOCK_BYTES, sizeClass } from './pad.ts'

/**
 * The layout of an archive, and its length: names and sums, so that a page can count while a person types. docs/protocol.md
 * §3.2.
 */

export const TEXT = 'message.txt'
export const META = '.sealdrop/meta.json'
export const TOKEN = '.sealdrop/token'

/** Bytes of the token in the last chunk: its holder has opened the whole drop. */
export const TOKEN_BYTES = 32

/** Two blocks of zeros. POSIX.1-2017 pax, ustar. */
export const END_BYTES: number = 2 * BLOCK_BYTES

/** The letterhead of a drop for a box, sealed with it: so no server can pass it for another. docs/protocol.md §3.2. */
export interface Letterhead {
  readonly to: Addressee
  /** Where the sender looks for answers, if it does. */
  readonly reply?: Reply | undefined
  /** The box that answers. */
  readonly from?: BoxAddress | undefined
}

/** Where a drop belongs, and by which card it was sealed. */
export interface Addressee {
  readonly box: BoxAddress
  readonly drop: DropId
  /** Of the card; 0 for an answer, which needs none. */
  readonly serial: number
  /** The keys of all readers whom the sender was shown; none for an answer. */
  readonly readers: readonly PublicKey[]
}

/** The recipient of an answer, and its place: the address of the key. */
export interface Reply {
  readonly key: PublicKey
  /** `age1pq1…` */
  readonly age: string
  /** A signature by `key` over the box, the drop and what it says: 64 bytes, base64url. docs/protocol.md §13.6. */
  readonly proof: string
}

/** A file as it is known before it is sealed. */
export interface Described {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly type: string
}

/** The length of an archive, padded to its size class, in bytes. @param textBytes - of UTF-8; 0 if there is no text. */
export function archiveSize(textBytes: number, files: readonly Described[], letterhead?: Letterhead): number {
  return sizeClass(archiveLength(textBytes, files, letterhead))
}

/** The same before it is padded, its end included. */
export function archiveLength(textBytes: number, files: readonly Described[], letterhead?: Letterhead): number {
  const hasText = textBytes > 0
  const names = cleanNames(files, hasText)
  const meta = utf8(formatMeta(hasText, files, letterhead)).length
  const entries = [
    hasText ? entrySize(TEXT, textBytes) : 0,
    ...files.map(({ size }, index) => entrySize(names[index] ?? '', size)),
    entrySize(META, meta),
    entrySize(TOKEN, TOKEN_BYTES),
  ]
  return entries.reduce((sum, bytes) => sum + bytes, END_BYTES)
}

/** The most bytes that an archive of a text and of such files can be longer than they are, without letterhead and padding. */
export function overheadSize(
  hasText: boolean,
  files: readonly { readonly name: string; readonly type?: string }[],
): number {
  const empty = files.map(({ name, type = '' }) => ({ name, type, size: 0 }))
  const filling = BLOCK_BYTES - 1
  return archiveLength(0, empty) + (hasText ? headSize(TEXT) + filling : 0) + files.length * filling
}

/** The most bytes by which a letterhead makes an archive longer: of a box with all its readers, and a return address. */
export const LETTERHEAD_BYTES = 4_608

/** The names under which files are sealed, in their order: clean, and each in a place of its own. */
export function cleanNames(files: readonly { readonly name: string }[], hasText: boolean): string[] {
  const nameOf = makeNamer({ reserved: hasText ? [TEXT] : [] })
  return files.map(({ name }) => nameOf(name))
}

/** The content of an archive's `meta.json`. */
export function formatMeta(
  hasText: boolean,
  files: readonly { readonly type: string }[],
  letterhead?: Letterhead,
): string {
  return JSON.stringify({ v: 1, text: hasText, types: files.map(({ type }) => type), ...inOrder(letterhead) })
}

/** In the one order of its members: what is planned again must be the same bytes. */
function inOrder(letterhead: Letterhead | undefined): Partial<Letterhead> {
  if (letterhead === undefined) return {}
  const { to, reply, from } = letterhead
  return {
    to: { box: to.box, drop: to.drop, serial: to.serial, readers: to.readers },
    reply: reply === undefined ? undefined : { key: reply.key, age: reply.age, proof: reply.proof },
    from,
  }
}

function entrySize(name: string, bytes: number): number {
  return headSize(name) + bytes + paddingOf(bytes)
}
