import { utf8, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_ENTRIES, MAX_META_BYTES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { formatHead, LARGEST_ENTRY, paddingOf } from './entry-head.ts'
import { cleanNames, END_BYTES, formatMeta, META, TEXT, TOKEN } from './layout.ts'
import type { Letterhead } from './layout.ts'
import { isShortEnough } from './names.ts'
import { sizeClass } from './pad.ts'
import { FileFault, type ByteSource } from './source.ts'

/** A file as its sender has it. */
export interface DropFile {
  readonly name: string
  /** Media type, or `''` if nobody knows it. */
  readonly type: string
  /** Last modified, milliseconds since 1970. Kept in whole seconds. */
  readonly modifiedAtMs: number
  readonly source: ByteSource
}

/** The message in a drop. */
export interface Message {
  /** `''` if there is none. */
  readonly text: string
  readonly files: readonly DropFile[]
  /** Only a drop for a box has one. */
  readonly letterhead?: Letterhead | undefined
}

/** An archive that is nowhere whole: what is asked for is put together then. The same bytes each time, or a FileFault. */
export interface ArchivePlan {
  /** Bytes, padded to the size class. */
  readonly size: number
  /** The name under which each file is sealed, in the order of the files. */
  readonly names: readonly string[]
  /**
   * The bytes from `start` up to `end`. Reads the bytes of files in that range, one after the other, and nothing else.
   * @throws FileFault `file_changed` if a file gives more or fewer bytes than it was asked for, and what its source throws;
   * RangeError for a range that is not in the archive
   */
  read(start: number, end: number): Promise<Bytes>
}

/**
 * Plans the archive of a message: a tar file that any tar can read. Reads no file. docs/protocol.md §3.2.
 * @param now - milliseconds since 1970, the time of what is no file. With the same arguments it is the same archive.
 * @throws DropError `too_large` for more files, larger ones, longer names, or a longer text than an archive takes
 */
export async function planArchive(message: Message, token: Bytes, now: number): Promise<ArchivePlan> {
  const { files } = message
  const text = utf8(message.text)
  const hasText = text.length > 0
  const meta = utf8(formatMeta(hasText, files, message.letterhead))
  if (files.length + (hasText ? 3 : 2) > MAX_ENTRIES) throw new DropError('too_large')
  if (text.length > MAX_TEXT_BYTES || meta.length > MAX_META_BYTES) throw new DropError('too_large')
  if (files.some(({ source }) => source.size > LARGEST_ENTRY)) throw new DropError('too_large')
  const names = cleanNames(files, hasText)
  if (!names.every(isShortEnough)) throw new DropError('too_large')
  const segments: Segment[] = []
  let end = 0
  const add = (bytes: number, content: Content): void => {
    if (bytes > 0) segments.push({ start: end, end: end + bytes, content })
    end += bytes
  }
  const addEntry = (name: string, size: number, modifiedAtMs: number, content: Content): void => {
    const head = formatHead({ name, size, modifiedAtMs })
    add(head.length, head)
    add(size, content)
    end += paddingOf(size)
  }
  if (hasText) addEntry(TEXT, text.length, now, text)
  for (const [index, file] of files.entries()) {
    addEntry(names[index] ?? '', file.source.size, file.modifiedAtMs, file)
  }
  addEntry(META, meta.length, now, meta)
  addEntry(TOKEN, token.length, now, token)
  const size = sizeClass(end + END_BYTES)
  return { size, names, read: (from, to) => readSegments(segments, size, from, to) }
}

/** Bytes of our own, or a file. */
type Content = Bytes | DropFile

/** The bytes of an archive from `start` up to `end`. */
interface Segment {
  readonly start: number
  readonly end: number
  readonly content: Content
}

/** Between the segments and behind the last one there are zeros. */
async function readSegments(segments: readonly Segment[], size: number, start: number, end: number): Promise<Bytes> {
  if (!(start >= 0 && start <= end && end <= size)) throw new RangeError('not a range of this archive')
  // Most parts of a large drop are within one file: those bytes are passed on as they are.
  const around = segments.find((segment) => segment.start <= start && end <= segment.end)
  if (around !== undefined && start < end) return await readContent(around, start, end)
  const bytes = new Uint8Array(end - start)
  for (const segment of segments) {
    const from = Math.max(start, segment.start)
    const to = Math.min(end, segment.end)
    if (from < to) bytes.set(await readContent(segment, from, to), from - start)
  }
  return bytes
}

/** The bytes of a segment from `start` up to `end` of the archive. */
async function readContent(segment: Segment, start: number, end: number): Promise<Bytes> {
  const { content } = segment
  const [from, to] = [start - segment.start, end - segment.start]
  if (content instanceof Uint8Array) return content.slice(from, to)
  const bytes = await content.source.read(from, to)
  // One byte more or fewer would move everything that comes after it.
  if (bytes.length !== end - start) throw new FileFault('file_changed', content.name)
  // The sealer gives the memory back: anything beside a view would go with it.
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()
}
