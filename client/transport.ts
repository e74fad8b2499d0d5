import type { Bytes } from '#protocol/bytes.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { giveBack, takeMemory } from './memory.ts'

/** One HTTP request, with its body in memory: a part is at most 8 MiB. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  readonly body?: Bytes
  readonly onSent?: (bytes: number, total: number) => void
  readonly onReceived?: (bytes: number, total: number) => void
  /** Ends the exchange at once: it rejects, and the connection is let go. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  /** The value of a header field, or `null`. */
  field(name: string): string | null
  readonly body: Bytes
}

/** No connection came about, or it was not the server's: nothing of the request has gone out. */
export class Unreached extends Error {
  override readonly name = 'Unreached'
}

/**
 * Carries an exchange out. A redirect is an answer, and what it leads to is none. Rejects only if there was no whole answer, with Unreached where that is known to be because nothing went out. When
 * it has resolved it does not look at the body of the exchange any more; that of the answer is in memory that the caller may
 * give back.
 */
export type Transport = (exchange: Exchange) => Promise<Answer>

/**
 * By `fetch`, where nobody needs a proxy: pages that send no part, and programs such as the drill. The command has its own
 * (`cli/network/`), and so has the page: a browser neither streams a body over HTTP/1.1 nor lets anybody set its length.
 */
export const fetchTransport: Transport = async ({ method, url, fields, body, onSent, onReceived, signal }) => {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? { headers: fields } : outgoing(fields, body, onSent)),
    ...(signal === undefined ? {} : { signal }),
    cache: 'no-store',
    credentials: 'omit',
    // Shown, it is an answer like no other of the server; as an error it could not be told from silence.
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
  })
  const total = Number(response.headers.get('Content-Length') ?? 0)
  return {
    // A browser does not say which one it was.
    status: response.type === 'opaqueredirect' ? REDIRECTED : response.status,
    field: (name) => response.headers.get(name),
    body: await collectBytes(chunksOf(response.body), total, (bytes) => onReceived?.(bytes, Math.max(total, bytes))),
  }
}

/** A body that goes out piece by piece: given whole, it would be copied, and nobody could tell how far it is. */
function outgoing(fields: Exchange['fields'], body: Bytes, onSent: Exchange['onSent']): RequestInit {
  const { length } = body
  if (length <= PIECE_BYTES) return { headers: fields, body }
  let sent = 0
  const stream = new ReadableStream<Bytes>({
    pull(controller) {
      // A server may answer before it has taken everything, and the memory be given back.
      if (body.length !== length) throw new RangeError('a body that was given back')
      // A reader who asks for the next piece has passed on the last one.
      onSent?.(sent, length)
      if (sent === length) return controller.close()
      // A copy: a connection may hold on to it after there was an answer.
      const piece = body.slice(sent, sent + PIECE_BYTES)
      sent += piece.length
      controller.enqueue(piece)
    },
  })
  const init: RequestInit & { duplex: 'half' } = {
    headers: { ...fields, 'Content-Length': `${length}` },
    body: stream,
    duplex: 'half',
  }
  return init
}

/** Bytes of a body that go out at a time. */
export const PIECE_BYTES = 65_536

/** Stands for any redirect. The contract has none: an answer with one is not the server's. */
const REDIRECTED = 307

/** Not every browser lets a stream be gone through. */
async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  const reader = stream?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) yield read.value
}

/**
 * The body of an answer, in memory that may be given back.
 * @param expected - the length that the answer names, in bytes. Believed up to a part: so that one is in memory once and
 * not twice.
 */
export async function collectBytes(
  chunks: AsyncIterable<Uint8Array>,
  expected: number,
  onBytes: (bytes: number) => void,
): Promise<Bytes> {
  let bytes = takeMemory(Math.min(Math.max(expected, 0) || 0, PART_BYTES))
  let length = 0
  for await (const chunk of chunks) {
    const needed = length + chunk.length
    if (needed > bytes.length) {
      const longer = new Uint8Array(Math.max(needed, bytes.length * 2))
      longer.set(bytes.subarray(0, length))
      bytes = longer
    }
    bytes.set(chunk, length)
    length = needed
    onBytes(length)
  }
  if (length === bytes.length) return bytes
  const whole = bytes.slice(0, length)
  giveBack(bytes)
  return whole
}
