import { nativeAead } from '#client/crypto/aead.ts'
import { chunkCipher, type ChunkCipher, type CipherFor } from '#client/crypto/chunks.ts'
import { PART_BYTES } from '#protocol/limits.ts'

/**
 * The cipher of the page: the platform's own where it has one, found out by trying, else noble's in workers. Neither keeps
 * the page from answering.
 */
export const cipherFor: CipherFor = async (payloadKey) => {
  const native = await nativeAead(payloadKey)
  return native === undefined
    ? (await import('./parallel-cipher.ts')).parallelCipher(payloadKey)
    : tidied(chunkCipher(native))
}

/** Garbage that was made since the collector was last called, in bytes. */
let left = 0

/** Has the memory that the platform's cipher leaves behind collected, twice for every part at most. */
function tidied(cipher: ChunkCipher): ChunkCipher {
  const tidy = (done: Uint8Array): void => {
    left += done.length
    if (left < PART_BYTES / 2) return
    left = 0
    callCollector()
  }
  return {
    async sealRun(plaintext, first, isEnd) {
      const boxes = await cipher.sealRun(plaintext, first, isEnd)
      tidy(boxes)
      return boxes
    },
    async openRun(boxes, first, isEnd) {
      const plaintext = await cipher.openRun(boxes, first, isEnd)
      tidy(plaintext)
      return plaintext
    },
  }
}

/**
 * Asks for more memory than young objects may hold together, touches none of it, and gives it back: then V8 frees those that
 * nobody needs any more, in a millisecond or two. By itself it would wait until they are several parts.
 */
function callCollector(): void {
  if (!('transfer' in ArrayBuffer.prototype)) return
  try {
    new ArrayBuffer(ENOUGH_BYTES).transfer(0)
  } catch {
    // Where there is so little memory the collector has been called as well.
  }
}

/** Twice the room that Chromium gives to young objects. */
const ENOUGH_BYTES = 67_108_864
