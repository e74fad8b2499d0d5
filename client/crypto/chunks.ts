import type { Bytes } from '#protocol/bytes.ts'
import { takeMemory } from '../memory.ts'
import { nativeAead, nobleAead, type Aead } from './aead.ts'
import { nodeAead } from './node-aead.ts'
import { CHUNK_BYTES, TAG_BYTES } from './sizes.ts'

/** Seals and opens runs of consecutive chunks under one payload key. C2SP age.md, Payload. */
export interface ChunkCipher {
  /**
   * @param plaintext - whole chunks of 64 KiB; if the run ends the payload, the last may be shorter, and of an empty
   * payload it is empty.
   * @param first - the number of the run's first chunk. @param isEnd - whether its last chunk is the payload's last.
   * @returns the boxes, in memory that the caller may give back
   * @throws RangeError for lengths that no run has
   */
  sealRun(plaintext: Bytes, first: number, isEnd: boolean): Promise<Bytes>
  /** As `sealRun`. Rejects, and releases nothing, unless every chunk is genuine, in its place, and the last one if and only if so said. */
  openRun(boxes: Bytes, first: number, isEnd: boolean): Promise<Bytes>
}

/** @param payloadKey - 32 bytes, of `payload.ts`. */
export type CipherFor = (payloadKey: Bytes) => Promise<ChunkCipher>

/** The platform's cipher with several chunks in flight, which it spreads over its threads; else noble's on this thread. */
export const cipherHere: CipherFor = async (payloadKey) => chunkCipher(await aeadFor(payloadKey))

/** Chunks by whatever cipher. */
export function chunkCipher(aead: Aead): ChunkCipher {
  return {
    async sealRun(plaintext, first, isEnd) {
      const count = Math.max(1, Math.ceil(plaintext.length / CHUNK_BYTES))
      checkRun(plaintext.length, count, first, isEnd)
      const boxes = takeMemory(plaintext.length + count * TAG_BYTES)
      await eachChunk(count, aead.inFlight, async (index) => {
        const chunk = plaintext.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
        const box = boxes.subarray(index * BOX_BYTES, (index + 1) * BOX_BYTES)
        await aead.seal(chunkNonce(first + index, isEnd && index === count - 1), chunk, box)
      })
      return boxes
    },
    async openRun(boxes, first, isEnd) {
      const count = Math.max(1, Math.ceil(boxes.length / BOX_BYTES))
      const plaintextBytes = boxes.length - count * TAG_BYTES
      checkRun(plaintextBytes, count, first, isEnd)
      const plaintext = takeMemory(plaintextBytes)
      await eachChunk(count, aead.inFlight, async (index) => {
        const box = boxes.subarray(index * BOX_BYTES, (index + 1) * BOX_BYTES)
        const chunk = plaintext.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
        await aead.open(chunkNonce(first + index, isEnd && index === count - 1), box, chunk)
      })
      return plaintext
    },
  }
}

/** The platform's own cipher where it has one, which is several times faster, else noble's. Found out by trying. */
export async function aeadFor(key: Bytes): Promise<Aead> {
  return nodeAead(key) ?? (await nativeAead(key)) ?? nobleAead(key)
}

/** Every chunk but the payload's last is full; only the one chunk of an empty payload is empty. */
function checkRun(plaintextBytes: number, count: number, first: number, isEnd: boolean): void {
  const lastBytes = plaintextBytes - (count - 1) * CHUNK_BYTES
  const isWhole = isEnd ? lastBytes > 0 || (lastBytes === 0 && first + count === 1) : lastBytes === CHUNK_BYTES
  if (!isWhole) throw new RangeError('not a run of chunks')
}

/** 11 bytes of counter, big-endian ‖ 1 for the last chunk, else 0. C2SP age.md, Payload. */
function chunkNonce(index: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index))
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Runs over the chunks, several at a time. After a failure no other is begun. */
async function eachChunk(count: number, inFlight: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    try {
      while (next < count) await run(next++)
    } catch (error) {
      next = count
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, lane))
}

const BOX_BYTES = CHUNK_BYTES + TAG_BYTES
