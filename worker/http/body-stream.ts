import type { Bytes } from '#protocol/bytes.ts'

/**
 * The result of storing a body. `cut`: it broke off. `misfit`: it was longer or shorter than announced. `refused`: the store did
 * not take it.
 */
export type BodyResult = { readonly outcome: 'stored'; readonly hash: Bytes } | { readonly outcome: BodyFailure }
type BodyFailure = 'cut' | 'misfit' | 'refused'

/**
 * Streams a body into a store and hashes it on the way, one window at a time: the source waits for the store. Never fails, and
 * the store is done when it returns, so that everything that is there can be deleted.
 * @param size - bytes that the body has to have, no more and no fewer.
 * @param put - starts to store a stream of known length.
 */
export async function storeBody(
  body: ReadableStream<Uint8Array>,
  size: number,
  put: (stream: ReadableStream<Uint8Array>) => Promise<void>,
): Promise<BodyResult> {
  const { readable, writable } = new FixedLengthStream(size)
  const hasher = new crypto.DigestStream('SHA-256')
  const hash = hasher.digest.catch(() => undefined)
  const reader = body.getReader({ mode: 'byob' })
  const sinks = [writable.getWriter(), hasher.getWriter()] as const
  const storing = settle(put(readable))
  const passing = pass(reader, size, sinks)
  // A store that refuses at once reads nothing, and the body would wait for it for ever.
  const first = await Promise.race([passing, storing.then((end) => (end === 'refused' ? end : passing))])
  if (first !== 'passed') {
    const stopped = new Error('stopped')
    await Promise.allSettled([reader.cancel(stopped), ...sinks.map((sink) => sink.abort(stopped))])
  }
  const stored = await storing
  const known = await hash
  if (first === 'cut' || first === 'misfit') return { outcome: first }
  if (first === 'refused' || stored === 'refused' || known === undefined) return { outcome: 'refused' }
  return { outcome: 'stored', hash: new Uint8Array(known) }
}

/**
 * Reads an unwanted body to its end: a client whose connection is closed while it sends does not see the answer, and sends
 * everything again. Never fails.
 */
export async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  try {
    await body.pipeTo(new WritableStream())
  } catch {
    // A client that has hung up waits for no answer.
  }
}

async function settle(putting: Promise<void>): Promise<'stored' | 'refused'> {
  try {
    await putting
    return 'stored'
  } catch {
    return 'refused'
  }
}

async function pass(
  reader: ReadableStreamBYOBReader,
  size: number,
  sinks: readonly WritableStreamDefaultWriter<Uint8Array>[],
): Promise<'passed' | BodyFailure> {
  let window = new Uint8Array(WINDOW_BYTES)
  for (let length = 0; ;) {
    let read: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>
    try {
      read = await reader.readAtLeast(WINDOW_BYTES, window)
    } catch {
      return 'cut'
    }
    const chunk = read.value ?? new Uint8Array(0)
    length += chunk.length
    if (length > size || (read.done && length < size)) return 'misfit'
    try {
      if (chunk.length > 0) await Promise.all(sinks.map((sink) => sink.write(chunk)))
      if (!read.done) window = new Uint8Array(chunk.buffer)
      else {
        await Promise.all(sinks.map((sink) => sink.close()))
        return 'passed'
      }
    } catch {
      return 'refused'
    }
  }
}

/** Bytes in memory between a body and its store. */
const WINDOW_BYTES = 65_536
