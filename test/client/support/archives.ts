import { planArchive, type Message } from '#client/archive.ts'
import { unpackArchive, type Contents, type Sink } from '#client/unarchive.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { concat, fromBase64 } from '../../kit/bytes.ts'

/** A whole archive, in memory. */
export async function pack(message: Message, token: Bytes, now: number): Promise<Bytes> {
  const plan = await planArchive(message, token, now)
  return plan.read(0, plan.size)
}

export interface Unpacked extends Pick<Contents, 'text' | 'token' | 'letterhead'> {
  readonly files: readonly { name: string; type: string; modifiedAtMs: number; bytes: Bytes }[]
}

/** The content of an archive, delivered in pieces of these lengths over and over; and everything that its sink was given. */
export async function unpack(archive: Bytes, lengths: readonly number[] = [archive.length]): Promise<Unpacked> {
  const { sink, found } = collect()
  const { text, token, letterhead, files } = await unpackArchive(archive.length, inPieces(archive, lengths), sink)
  return {
    text,
    letterhead,
    token,
    files: files.map(({ name, type, modifiedAtMs }) => ({ name, type, modifiedAtMs, bytes: found(name) })),
  }
}

/** A sink that keeps what it is given. */
export function collect(): { sink: Sink; names: string[]; found: (name: string) => Bytes } {
  const names: string[] = []
  const contents = new Map<string, Bytes[]>()
  return {
    names,
    found: (name) => concat(...(contents.get(name) ?? [])),
    sink: {
      file: async ({ name }) => {
        names.push(name)
        contents.set(name, [])
      },
      write: async (bytes) => void contents.get(names.at(-1) ?? '')?.push(new Uint8Array(bytes)),
    },
  }
}

/** The bytes in pieces of these lengths, over and over. */
export async function* inPieces(bytes: Bytes, lengths: readonly number[]): AsyncGenerator<Bytes, void, undefined> {
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const end = start + (lengths[turn % lengths.length] ?? bytes.length)
    yield bytes.subarray(start, end)
    start = end
  }
}

/** An archive of the vectors. */
export function archiveOf({ base64, size }: { base64: string; size: number }): Bytes {
  const archive = new Uint8Array(size)
  archive.set(fromBase64(base64))
  return archive
}
