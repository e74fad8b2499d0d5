import { anyText, listOf, parseExactJson, recordOf } from '#protocol/json.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import { MAX_ENTRIES, MAX_META_BYTES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { headSizeFrom, paddingOf, parseHead, type TarEntry } from './entry-head.ts'
import { ByteReader } from './byte-reader.ts'
import { END_BYTES, META, TEXT, TOKEN, TOKEN_BYTES, type Letterhead } from './layout.ts'
import { parseLetterhead } from './letterhead.ts'
import { haveClash, isCleanName } from './names.ts'
import { BLOCK_BYTES, sizeClass } from './pad.ts'

/** Takes the files as they come. Nothing that it has taken is final: the archive may still turn out to be refused. */
export interface Sink {
  /** A file begins. In the order of the archive; only a first one called `message.txt` may come last. */
  file(entry: TarEntry): Promise<void>
  /** The next bytes of it. They are the sink's only until it is done with them. */
  write(bytes: Bytes): Promise<void>
}

/** The content of an archive. */
export interface Contents {
  /** `''` if there is none. */
  readonly text: string
  readonly files: readonly ContainedFile[]
  readonly token: Bytes
  /** Only a drop for a box has one. */
  readonly letterhead: Letterhead | undefined
  /**
   * Where in the archive the entries of the files are, in bytes. The bytes between, and two blocks of zeros after them, are a
   * tar file of the files alone.
   */
  readonly filesStart: number
  readonly filesEnd: number
}

export interface ContainedFile extends TarEntry {
  readonly type: string
  /** Where in the archive its content begins, in bytes. */
  readonly start: number
}

/**
 * Reads an archive as it comes, with no more in memory than its text and meta. Strict: two tools must not see two different
 * archives in one drop. docs/protocol.md §3.2.
 * @param size - bytes of the archive. @param plaintext - all of them, in pieces of any length.
 * @throws Error for whatever is not exactly what `planArchive` makes, and whatever the sink or the plaintext throws
 */
export async function unpackArchive(size: number, plaintext: AsyncIterable<Bytes>, sink?: Sink): Promise<Contents> {
  if (size !== sizeClass(size)) throw new RangeError('not a size class')
  const feed = new ByteReader(plaintext)
  try {
    return await readArchive(feed, size, sink)
  } finally {
    await feed.close()
  }
}

async function readArchive(feed: ByteReader, size: number, sink: Sink | undefined): Promise<Contents> {
  const nextEntry = entriesOf(feed, size)
  const entries: (TarEntry & { readonly start: number })[] = []
  // The first entry, if it may be the text: or a file of that name, which only the meta says.
  let first: Bytes | undefined
  let firstEnd = 0
  let filesEnd = 0
  let entry = await nextEntry()
  for (; entry !== undefined && entry.name !== META; entry = await nextEntry()) {
    if (!isCleanName(entry.name)) throw new RangeError('not a clean name')
    entries.push({ ...entry, start: feed.position })
    if (entries.length === 1 && entry.name === TEXT && entry.size <= MAX_TEXT_BYTES) {
      first = await takeEntry(feed, entry)
      firstEnd = feed.position
    } else {
      await sink?.file(entry)
      await feed.pass(entry.size, async (piece) => sink?.write(piece))
      await passZeros(feed, paddingOf(entry.size))
    }
    filesEnd = feed.position
  }
  if (entry === undefined || entry.size > MAX_META_BYTES) throw new RangeError('no meta')
  const meta = parseMeta(UTF8.decode(await takeEntry(feed, entry)))
  const last = await nextEntry()
  if (last?.name !== TOKEN || last.size !== TOKEN_BYTES) throw new RangeError('no token')
  const token = await takeEntry(feed, last)
  if ((await nextEntry()) !== undefined) throw new RangeError('an entry after the token')
  await passZeros(feed, size - feed.position)
  if (!(await feed.isAtEnd())) throw new RangeError('bytes after the end')

  if (haveClash([...entries, entry, last].map(({ name }) => name))) throw new RangeError('two entries of one name')
  if (meta.hasText && first === undefined) throw new RangeError('no text')
  const files = meta.hasText ? entries.slice(1) : entries
  if (files.length !== meta.types.length) throw new RangeError('types do not match files')
  const [late] = files
  if (!meta.hasText && first !== undefined && late !== undefined) {
    await sink?.file(late)
    if (first.length > 0) await sink?.write(first)
  }
  return {
    text: meta.hasText ? UTF8.decode(first) : '',
    files: files.map((file, index) => ({ ...file, type: meta.types[index] ?? '' })),
    token,
    letterhead: meta.letterhead,
    filesStart: meta.hasText ? firstEnd : 0,
    filesEnd,
  }
}

/** Reads the head of one entry after the other; `undefined` at the first block of zeros. */
function entriesOf(feed: ByteReader, size: number): () => Promise<TarEntry | undefined> {
  let count = 0
  return async () => {
    if (feed.position + END_BYTES > size) throw new RangeError('no end')
    const block = await feed.take(BLOCK_BYTES)
    if (block.every((byte) => byte === 0)) return undefined
    const rest = await feed.take(headSizeFrom(block) - BLOCK_BYTES)
    const entry = parseHead(joinBytes([block, rest]))
    count += 1
    if (count > MAX_ENTRIES) throw new RangeError('too many entries')
    // Before any memory is taken for it.
    if (entry.size > size - feed.position) throw new RangeError('an entry that goes beyond the end')
    return entry
  }
}

/** The content of an entry, in memory: the caller has looked at its size. */
async function takeEntry(feed: ByteReader, { size }: TarEntry): Promise<Bytes> {
  const content = await feed.take(size)
  await passZeros(feed, paddingOf(size))
  return content
}

async function passZeros(feed: ByteReader, bytes: number): Promise<void> {
  await feed.pass(bytes, (piece) => {
    if (!isZero(piece)) throw new RangeError('not zeros')
  })
}

/** By words, at any offset: seven times as fast, and a stranger may send gigabytes of them. */
function isZero(piece: Bytes): boolean {
  const { byteOffset, length } = piece
  const start = Math.min(length, (WORD_BYTES - (byteOffset % WORD_BYTES)) % WORD_BYTES)
  const count = Math.floor((length - start) / WORD_BYTES)
  const words = count === 0 ? NO_WORDS : new Uint32Array(piece.buffer, byteOffset + start, count)
  let bits = 0
  for (let index = 0; index < count; index++) bits |= words[index] ?? 1
  for (let index = 0; index < start; index++) bits |= piece[index] ?? 1
  for (let index = start + count * WORD_BYTES; index < length; index++) bits |= piece[index] ?? 1
  return bits === 0
}

interface Meta {
  readonly hasText: boolean
  readonly types: readonly string[]
  readonly letterhead: Letterhead | undefined
}

function parseMeta(json: string): Meta {
  const meta = recordOf(parseExactJson(json))
  if (meta === undefined) throw new RangeError('no meta')
  const { v, text: hasText } = meta
  if (v !== 1) throw new RangeError('a version that this client does not know')
  const types = listOf(meta['types'], anyText)
  if (typeof hasText !== 'boolean' || types === undefined) throw new RangeError('no text flag, or no types')
  return { hasText, types, letterhead: parseLetterhead(meta) }
}

const WORD_BYTES = 4
const NO_WORDS = new Uint32Array(0)

/** A text may begin with a byte order mark; JSON then is none. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
