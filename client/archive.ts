import { packTar, unpackTar } from 'modern-tar'
import { equalBytes, utf8, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_ENTRIES } from '#protocol/limits.ts'
import { cleanName, isCleanName, isFree, placesOf } from './names.ts'
import { sizeClass } from './pad.ts'

/** A file as its sender had it. */
export interface DropFile {
  readonly name: string
  /** Media type, or `''` if nobody knows it. */
  readonly type: string
  /** Last modified, milliseconds since 1970. Kept in whole seconds. */
  readonly modifiedAtMs: number
  readonly bytes: Bytes
}

/** What is inside a drop. */
export interface Message {
  /** `''` if there is none. */
  readonly text: string
  readonly files: readonly DropFile[]
}

/** Bytes of the token that lies in the last chunk: who knows it has opened the whole drop. docs/protocol.md §3.2. */
export const TOKEN_BYTES = 32

/**
 * The archive of a message, padded to its size class: a tar file that any tar can read. docs/protocol.md §3.2.
 * @throws DropError `too_large` for more files than an archive takes
 */
export async function packMessage(message: Message, token: Bytes, now: number): Promise<Bytes> {
  const taken = new Set([META, TOKEN, ...(message.text === '' ? [] : [TEXT])].flatMap(placesOf))
  const files = message.files.map((file) => {
    const name = cleanName(file.name, taken)
    for (const place of placesOf(name)) taken.add(place)
    return { ...file, name }
  })
  const meta = { v: 1, text: message.text !== '', types: files.map(({ type }) => type) }
  const entries = [
    ...(meta.text ? [entry(TEXT, utf8(message.text), now)] : []),
    ...files.map(({ name, bytes, modifiedAtMs }) => entry(name, bytes, modifiedAtMs)),
    entry(META, utf8(JSON.stringify(meta)), now),
    entry(TOKEN, token, now),
  ]
  if (entries.length > MAX_ENTRIES) throw new DropError('too_large')
  const archive = await packTar(entries)
  const padded = new Uint8Array(sizeClass(archive.length))
  padded.set(archive)
  return padded
}

/**
 * Reads an archive back. Strict: two tools must not see two different archives in one drop.
 * @throws Error for whatever is not exactly what `packMessage` makes.
 */
export async function unpackMessage(archive: Bytes): Promise<Message & { token: Bytes }> {
  if (archive.length !== sizeClass(archive.length)) throw new RangeError('not a size class')
  const entries = await unpackTar(archive, { strict: true })
  if (entries.length < 2 || entries.length > MAX_ENTRIES) throw new RangeError('too few or too many entries')
  // Fields that tars read differently, kinds of entries that not all know, what lies between entries: all of it shows here.
  const again = await packTar(
    entries.map(({ header, data }) => entry(header.name, new Uint8Array(data ?? []), timeOf(header))),
  )
  if (!equalBytes(again, archive.subarray(0, again.length))) throw new RangeError('not as this client would write it')
  const taken = new Set<string>()
  for (const { header } of entries) {
    if (!isFree(header.name, taken)) throw new RangeError('two entries of one name')
    for (const place of placesOf(header.name)) taken.add(place)
  }
  const [metaEntry, tokenEntry] = entries.slice(-2)
  if (metaEntry?.header.name !== META || tokenEntry?.header.name !== TOKEN) throw new RangeError('no meta or token')
  const token = tokenEntry.data
  const meta = parseMeta(new TextDecoder('utf-8', { fatal: true }).decode(metaEntry.data))
  const [first, ...rest] = entries.slice(0, -2)
  const textEntry = meta.text ? first : undefined
  if (token?.length !== TOKEN_BYTES || (meta.text && textEntry?.header.name !== TEXT)) throw new RangeError('not whole')
  const fileEntries = meta.text ? rest : entries.slice(0, -2)
  if (fileEntries.length !== meta.types.length) throw new RangeError('types do not match files')
  const files = fileEntries.map(({ header, data }, index) => {
    if (!isCleanName(header.name)) throw new RangeError('not a clean name')
    const bytes = new Uint8Array(data ?? [])
    return { name: header.name, type: meta.types[index] ?? '', modifiedAtMs: timeOf(header), bytes }
  })
  const text =
    textEntry === undefined ? '' : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(textEntry.data)
  return { text, files, token: new Uint8Array(token) }
}

type Header = Parameters<typeof packTar>[0][0]['header']

function timeOf(header: Header): number {
  return header.mtime?.getTime() ?? 0
}

function entry(name: string, body: Bytes, modifiedAtMs: number): { header: Header; body: Bytes } {
  const seconds = Math.min(Math.max(0, Math.floor(modifiedAtMs / 1_000)), LAST_SECOND)
  // A time that nobody knows is no reason to write an archive that nobody can read.
  const mtime = new Date((Number.isNaN(seconds) ? 0 : seconds) * 1_000)
  return { header: { name, size: body.length, type: 'file', mode: 0o600, mtime }, body }
}

function parseMeta(json: string): { text: boolean; types: readonly string[] } {
  const meta: unknown = JSON.parse(json)
  if (typeof meta !== 'object' || meta === null) throw new RangeError('no meta')
  if (!('v' in meta && meta.v === 1)) throw new RangeError('a version that this client does not know')
  if (!('text' in meta && typeof meta.text === 'boolean')) throw new RangeError('no text flag')
  if (!('types' in meta && Array.isArray(meta.types))) throw new RangeError('no types')
  const types: unknown[] = meta.types
  if (!types.every((type) => typeof type === 'string')) throw new RangeError('a type is not text')
  return { text: meta.text, types }
}

/** The last time that an entry's eleven octal digits can hold, in seconds. POSIX.1-2017 pax, ustar. */
const LAST_SECOND = 8 ** 11 - 1

const TEXT = 'message.txt'
const META = '.sealdrop/meta.json'
const TOKEN = '.sealdrop/token'
