import { packTar, unpackTar } from 'modern-tar'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { MAX_ENTRIES } from '#protocol/limits.ts'
import { cleanName, fold, isCleanName } from './names.ts'
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

/** The archive of a message, padded to its size class: a tar file that any tar can read. docs/protocol.md §3.2. */
export async function packMessage(message: Message, token: Bytes, now: number): Promise<Bytes> {
  const taken = new Set<string>()
  const files = message.files.map((file) => {
    const name = cleanName(file.name, message.text === '' ? taken : new Set([...taken, TEXT]))
    taken.add(fold(name))
    return { ...file, name }
  })
  const meta = { v: 1, text: message.text !== '', types: files.map(({ type }) => type) }
  const entries = [
    ...(meta.text ? [entry(TEXT, utf8(message.text), now)] : []),
    ...files.map(({ name, bytes, modifiedAtMs }) => entry(name, bytes, modifiedAtMs)),
    entry(META, utf8(JSON.stringify(meta)), now),
    entry(TOKEN, token, now),
  ]
  if (entries.length > MAX_ENTRIES) throw new RangeError('too many files')
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
  const names = new Set(entries.map(({ header }) => fold(header.name)))
  if (names.size !== entries.length) throw new RangeError('two entries of one name')
  if (!entries.every(({ header, data }) => header.type === 'file' && data !== undefined)) throw new RangeError('not a file')
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
    const modifiedAtMs = header.mtime?.getTime() ?? 0
    return { name: header.name, type: meta.types[index] ?? '', modifiedAtMs, bytes: new Uint8Array(data ?? []) }
  })
  const text = textEntry === undefined ? '' : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(textEntry.data)
  return { text, files, token: new Uint8Array(token) }
}

function entry(name: string, body: Bytes, modifiedAtMs: number): { header: Parameters<typeof packTar>[0][0]['header']; body: Bytes } {
  const mtime = new Date(Math.floor(Math.max(0, modifiedAtMs) / 1_000) * 1_000)
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

const TEXT = 'message.txt'
const META = '.sealdrop/meta.json'
const TOKEN = '.sealdrop/token'
