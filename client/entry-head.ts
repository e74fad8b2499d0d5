import { equalBytes, joinBytes, utf8, type Bytes } from '#protocol/bytes.ts'
import { MAX_PATH_BYTES } from '#protocol/limits.ts'
import { BLOCK_BYTES } from './pad.ts'

/** The content of the head of an entry. */
export interface TarEntry {
  readonly name: string
  /** Bytes of its content, at most LARGEST_ENTRY. */
  readonly size: number
  /** Milliseconds since 1970. A head keeps whole seconds, and the nearest that it can hold. */
  readonly modifiedAtMs: number
}

/** The largest entry, in bytes: what eleven octal digits hold (8 GiB − 1). POSIX.1-2017 pax, ustar. */
export const LARGEST_ENTRY: number = 8 ** 11 - 1

/**
 * The bytes before the content of an entry, in the one spelling of docs/protocol.md §3.2: a block, or a pax header before it
 * that holds the name.
 * @throws RangeError for an entry larger than LARGEST_ENTRY
 */
export function formatHead({ name, size, modifiedAtMs }: TarEntry): Bytes {
  const seconds = Math.min(Math.max(0, Math.floor(modifiedAtMs / 1_000)), LAST_SECOND)
  // A time that nobody knows is no reason to write an archive that nobody can read.
  const mtime = Number.isNaN(seconds) ? 0 : seconds
  const bytes = utf8(name)
  const block = formatBlock({ name: bytes.subarray(0, wholeCharacters(bytes)), size, mtime, type: FILE_TYPE })
  if (isPlain(bytes)) return block
  const record = formatRecord(bytes)
  const pax = formatBlock({ name: utf8(PAX_NAME), size: record.length, mtime, type: PAX_TYPE })
  return joinBytes([pax, record, new Uint8Array(paddingOf(record.length)), block])
}

/** Bytes of the head that `formatHead` writes for a name. */
export function headSize(name: string): number {
  const bytes = utf8(name)
  return isPlain(bytes) ? BLOCK_BYTES : 2 * BLOCK_BYTES + wholeBlocks(formatRecord(bytes).length)
}

/** Bytes of the head that begins with this block. @throws RangeError for one longer than any that `formatHead` writes */
export function headSizeFrom(first: Bytes): number {
  if (first[TYPE_AT] !== PAX_TYPE) return BLOCK_BYTES
  const size = parseOctal(first, SIZE)
  if (!(size <= LONGEST_RECORD)) throw new RangeError('a pax header that is too long')
  return 2 * BLOCK_BYTES + wholeBlocks(size)
}

/** Reads a head. @throws Error unless it is spelled as `formatHead` spells it */
export function parseHead(head: Bytes): TarEntry {
  const block = head.subarray(head.length - BLOCK_BYTES)
  const name = head.length === BLOCK_BYTES ? nameIn(block) : pathIn(head)
  const entry = { name, size: parseOctal(block, SIZE), modifiedAtMs: parseOctal(block, MTIME) * 1_000 }
  // Whatever was passed over here is not written again.
  if (!equalBytes(formatHead(entry), head)) throw new RangeError('not as this client would write it')
  return entry
}

/** The bytes that fill an entry up to whole blocks. Remainder, not bit operations: lengths pass 2^32. */
export function paddingOf(bytes: number): number {
  return (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES
}

/** A header block. POSIX.1-2017 pax, ustar. */
function formatBlock({ name, size, mtime, type }: { name: Bytes; size: number; mtime: number; type: number }): Bytes {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(name)
  for (const [field, value] of [
    [MODE, 0o600],
    [UID, 0],
    [GID, 0],
    [SIZE, size],
    [MTIME, mtime],
  ] as const)
    block.set(formatOctal(value, field.length - 1), field.start)
  block[TYPE_AT] = type
  block.set(utf8('ustar\x0000'), MAGIC_AT)
  block.fill(SPACE, CHECKSUM.start, CHECKSUM.start + CHECKSUM.length)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.set(joinBytes([formatOctal(sum, CHECKSUM.length - 2), Uint8Array.of(0)]), CHECKSUM.start)
  return block
}

/** A record that names a file, its own length before it in decimal. POSIX.1-2017 pax, pax Extended Header. */
function formatRecord(name: Bytes): Bytes {
  const rest = joinBytes([utf8(' path='), name, utf8('\n')])
  const digits = String(rest.length + String(rest.length).length).length
  return joinBytes([utf8(String(rest.length + digits)), rest])
}

/** Digits that fill a field but for what ends it. @throws RangeError for a number that has more of them */
function formatOctal(value: number, digits: number): Bytes {
  const text = value.toString(8).padStart(digits, '0')
  if (!/^[0-7]+$/.test(text) || text.length > digits) throw new RangeError('not a number that a header can hold')
  return utf8(text)
}

function parseOctal(block: Bytes, { start, length }: Field): number {
  return Number.parseInt(LATIN1.decode(block.subarray(start, start + length)), 8)
}

function nameIn(block: Bytes): string {
  const field = block.subarray(0, NAME_BYTES)
  const end = field.indexOf(0)
  return UTF8.decode(end === -1 ? field : field.subarray(0, end))
}

/** The name in a pax header: between the first `=` and the line feed that ends the record. */
function pathIn(head: Bytes): string {
  const size = parseOctal(head, SIZE)
  const record = head.subarray(BLOCK_BYTES, BLOCK_BYTES + size)
  return UTF8.decode(record.subarray(record.indexOf(EQUALS) + 1, -1))
}

/** Whether a name stands in the block alone. Of other bytes not every tar knows that they are UTF-8. */
function isPlain(name: Bytes): boolean {
  return name.length <= NAME_BYTES && name.every((byte) => byte < 0x80)
}

/** How many of the first bytes fit the name field, without a part of a character. */
function wholeCharacters(name: Bytes): number {
  let end = Math.min(name.length, NAME_BYTES)
  while (((name[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}

function wholeBlocks(bytes: number): number {
  return bytes + paddingOf(bytes)
}

interface Field {
  readonly start: number
  readonly length: number
}

// POSIX.1-2017 pax, ustar: where the fields of a header block are, in bytes.
const NAME_BYTES = 100
const MODE: Field = { start: 100, length: 8 }
const UID: Field = { start: 108, length: 8 }
const GID: Field = { start: 116, length: 8 }
const SIZE: Field = { start: 124, length: 12 }
const MTIME: Field = { start: 136, length: 12 }
const CHECKSUM: Field = { start: 148, length: 8 }
const TYPE_AT = 156
const MAGIC_AT = 257

/** A regular file, and what says more of the next one. POSIX.1-2017 pax, ustar. */
const FILE_TYPE = 0x30
const PAX_TYPE = 0x78

/** The last time that an entry's eleven octal digits can hold, in seconds. POSIX.1-2017 pax, ustar. */
const LAST_SECOND = 8 ** 11 - 1

/** Of every pax header: nobody makes a file of it. docs/protocol.md §3.2. */
const PAX_NAME = 'PaxHeader'

/** The longest record: four digits, ` path=`, the longest name, a line feed. */
const LONGEST_RECORD = 4 + 6 + MAX_PATH_BYTES + 1

const SPACE = 0x20
const EQUALS = 0x3d

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LATIN1 = new TextDecoder('latin1')
