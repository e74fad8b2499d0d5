import { createTarPacker, unpackTar } from 'modern-tar'
import { equalBytes, joinBytes, type Bytes } from '#protocol/bytes.ts'
import { LARGEST_ENTRY } from './layout.ts'
import { BLOCK_BYTES } from './pad.ts'

/** What the head of an entry says. */
export interface Entry {
  readonly name: string
  /** Bytes of its content, at most LARGEST_ENTRY. */
  readonly size: number
  /** Milliseconds since 1970. A head keeps whole seconds, and 0 for a time that it cannot hold. */
  readonly modifiedAtMs: number
}

/** What comes before the content of an entry, in the one spelling of docs/protocol.md §3.2: one block, or three. */
export async function formatHead({ name, size, modifiedAtMs }: Entry): Promise<Bytes> {
  const seconds = Math.min(Math.max(0, Math.floor(modifiedAtMs / 1_000)), LAST_SECOND)
  // A time that nobody knows is no reason to write an archive that nobody can read.
  const mtime = new Date((Number.isNaN(seconds) ? 0 : seconds) * 1_000)
  const { readable, controller } = createTarPacker()
  // The library goes on to wait for the content. How long the head is says its first block.
  controller.add({ name, size, type: 'file', mode: 0o600, mtime })
  const reader = readable.getReader()
  let head = new Uint8Array(0)
  while (head.length === 0 || head.length < headBlocks(head) * BLOCK_BYTES) {
    const { value } = await reader.read()
    if (value === undefined) break
    head = joinBytes([head, value])
  }
  return head
}

/** Blocks of the head that begins with this block. */
export function headBlocks(first: Bytes): 1 | 3 {
  return first[TYPE_OFFSET] === PAX_TYPE ? 3 : 1
}

/** Reads a head. @throws Error unless it is spelled as `formatHead` spells it */
export async function parseHead(head: Bytes): Promise<Entry> {
  // What the library passes over here, it cannot write again.
  const [found] = await unpackTar(head)
  if (found === undefined) throw new RangeError('no head of an entry')
  const { name, size, mtime } = found.header
  // The library has a way to write it, and stock tools have another.
  if (size > LARGEST_ENTRY) throw new RangeError('more than eleven octal digits say')
  const entry = { name, size, modifiedAtMs: mtime?.getTime() ?? 0 }
  if (!equalBytes(await formatHead(entry), head)) throw new RangeError('not as this client would write it')
  return entry
}

/** Where a header says of what kind it is, and the kind that describes the next one. POSIX.1-2017 pax, ustar. */
const TYPE_OFFSET = 156
const PAX_TYPE = 0x78

/** The last time that an entry's eleven octal digits can hold, in seconds. POSIX.1-2017 pax, ustar. */
const LAST_SECOND = 8 ** 11 - 1
