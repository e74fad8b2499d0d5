import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import type { CipherFor } from './crypto/chunks.ts'
import { openHeader, type AgeIdentity } from './crypto/envelope.ts'
import { payloadKey } from './crypto/payload.ts'
import { CHUNK_BYTES, PAYLOAD_NONCE_BYTES, TAG_BYTES } from './crypto/sizes.ts'
import { giveBack } from './memory.ts'
import { prefetch } from './prefetch.ts'
import type { Parts } from './staging.ts'

/** The payload of an age file in parts, cut wherever its sealer liked. Reads any range, verified. */
export interface Payload {
  /** Bytes of plaintext. */
  readonly size: number
  /**
   * The plaintext from `start` up to `end`, a run of chunks at a time, each in memory that the caller may give back.
   * @param onRun - told the bytes of plaintext before each run.
   * @throws Error if a chunk does not verify, or the parts do not add up
   */
  read(start: number, end: number, onRun?: (bytes: number) => void): AsyncGenerator<Bytes>
  /** Whether the parts, which have been read to the end, are as long together as the server says. */
  isExact(): boolean
}

/** @throws DropError `open_failed`, RangeError: nothing that any of these identities opens */
export async function openPayload(
  parts: Parts,
  identities: readonly AgeIdentity[],
  cipherFor: CipherFor,
): Promise<Payload> {
  const first = await parts.part(0)
  const { fileKey, headerBytes } = await openHeader(first, identities)
  const boxesStart = headerBytes + PAYLOAD_NONCE_BYTES
  if (first.length < boxesStart) throw new RangeError('no payload')
  const cipher = await cipherFor(payloadKey(fileKey, first.slice(headerBytes, boxesStart)))
  const size = plaintextSize(parts.size - boxesStart)
  /** Where each part begins in the whole, as far as they have been seen. */
  const starts = [0, first.length]

  /** The bytes of the parts from `from` up to `end`, part by part. */
  async function* pieces(from: number, end: number): AsyncGenerator<Bytes> {
    for (let n = starts.findLastIndex((start) => start <= from), at = from; at < end; n++) {
      if (n >= parts.count) throw new RangeError('less than the server said')
      const part = await parts.part(n)
      if (part.length === 0) throw new RangeError('an empty part')
      const start = starts[n] ?? 0
      const known = (starts[n + 1] ??= start + part.length)
      if (known - start !== part.length || known > parts.size) throw new RangeError('not the part that it was')
      const piece = part.subarray(at - start, end - start)
      at += piece.length
      yield piece
    }
  }

  /** Runs of whole chunks, cut where parts end and in between; a chunk that is in two parts is put together. */
  async function* runs(from: number, to: number): AsyncGenerator<{ boxes: Bytes; chunk: number; isEnd: boolean }> {
    const end = Math.min(parts.size, boxesStart + to * BOX_BYTES)
    let at = boxesStart + from * BOX_BYTES
    let chunk = from
    let rest = new Uint8Array(0)
    for await (const piece of prefetch(pieces(at, end))) {
      at += piece.length
      const bytes = rest.length === 0 ? piece : joinBytes([rest, piece])
      const whole = at === end ? bytes.length : bytes.length - (bytes.length % BOX_BYTES)
      rest = bytes.slice(whole)
      for (let done = 0; done < whole; done += RUN_BYTES) {
        const boxes = bytes.subarray(done, Math.min(whole, done + RUN_BYTES))
        yield { boxes, chunk, isEnd: at === parts.size && done + boxes.length === whole }
        chunk += boxes.length / BOX_BYTES
      }
      // A reader who asks for more has opened the last of it.
      giveBack(piece)
    }
  }

  return {
    size,
    async *read(start, end, onRun) {
      if (start === end) return
      for await (const { boxes, chunk, isEnd } of runs(Math.floor(start / CHUNK_BYTES), Math.ceil(end / CHUNK_BYTES))) {
        const at = chunk * CHUNK_BYTES
        onRun?.(at)
        const plaintext = await cipher.openRun(boxes, chunk, isEnd)
        yield plaintext.subarray(Math.max(0, start - at), end - at)
      }
      onRun?.(end)
    },
    isExact: () => starts.length === parts.count + 1 && starts.at(-1) === parts.size,
  }
}

/** @throws RangeError if no payload has so many bytes of boxes. C2SP age.md, Payload. */
function plaintextSize(boxesBytes: number): number {
  const chunks = Math.ceil(boxesBytes / BOX_BYTES)
  const size = boxesBytes - chunks * TAG_BYTES
  // Only the one chunk of an empty file may be empty.
  if (chunks < 1 || size <= (chunks - 1) * CHUNK_BYTES - (chunks === 1 ? 1 : 0)) throw new RangeError('not a payload')
  return size
}

const BOX_BYTES = CHUNK_BYTES + TAG_BYTES

/** 2 MiB: two runs of plaintext are in memory, the one in use and the next. */
const RUN_BYTES = 32 * BOX_BYTES
