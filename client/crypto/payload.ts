import type { Bytes } from '#protocol/bytes.ts'
import { aeadFor, type Aead } from './aead.ts'
import { hkdf } from './kdf.ts'

/** The payload of an age file: nonce (16 bytes) ‖ chunks. C2SP age.md, Payload. */

/** Bytes of plaintext in every chunk but the last. C2SP age.md, Payload. */
export const CHUNK_BYTES = 65_536

export const PAYLOAD_NONCE_BYTES = 16
const TAG_BYTES = 16

/** Bytes of ciphertext, the nonce included, for so many bytes of plaintext. */
export function payloadSize(plaintextBytes: number): number {
  const chunks = Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES))
  return PAYLOAD_NONCE_BYTES + plaintextBytes + chunks * TAG_BYTES
}

/**
 * Seals the payload.
 * @param fileKey - 16 bytes. @param nonce - 16 bytes, fresh: one file key and nonce never seal two plaintexts.
 */
export async function sealPayload(fileKey: Bytes, nonce: Bytes, plaintext: Bytes): Promise<Bytes> {
  const aead = await aeadFor(payloadKey(fileKey, nonce))
  const sealed = new Uint8Array(payloadSize(plaintext.length))
  sealed.set(nonce)
  await eachChunk(plaintext, CHUNK_BYTES, async (chunk, index, isLast) => {
    const box = await aead.seal(chunkNonce(index, isLast), chunk)
    sealed.set(box, PAYLOAD_NONCE_BYTES + index * (CHUNK_BYTES + TAG_BYTES))
  })
  return sealed
}

/** Opens the payload. Rejects, and releases nothing, unless every chunk is genuine, in order, and the last is the last. */
export async function openPayload(fileKey: Bytes, payload: Bytes): Promise<Bytes> {
  const nonce = payload.slice(0, PAYLOAD_NONCE_BYTES)
  const boxes = payload.subarray(PAYLOAD_NONCE_BYTES)
  const chunks = Math.ceil(boxes.length / (CHUNK_BYTES + TAG_BYTES))
  const plaintextBytes = boxes.length - chunks * TAG_BYTES
  const lastBytes = plaintextBytes - (chunks - 1) * CHUNK_BYTES
  // Only the one chunk of an empty file may be empty.
  if (nonce.length !== PAYLOAD_NONCE_BYTES || chunks === 0 || lastBytes < 0 || (lastBytes === 0 && chunks > 1)) {
    throw new RangeError('not an age payload')
  }
  const aead: Aead = await aeadFor(payloadKey(fileKey, nonce))
  const plaintext = new Uint8Array(plaintextBytes)
  await eachChunk(boxes, CHUNK_BYTES + TAG_BYTES, async (box, index, isLast) => {
    plaintext.set(await aead.open(chunkNonce(index, isLast), box), index * CHUNK_BYTES)
  })
  return plaintext
}

function payloadKey(fileKey: Bytes, nonce: Bytes): Bytes {
  return hkdf(fileKey, nonce, 'payload', 32)
}

/** 11 bytes of counter, big-endian ‖ 1 for the last chunk, else 0. C2SP age.md, Payload. */
function chunkNonce(index: number, isLast: boolean): Bytes {
  const nonce = new Uint8Array(12)
  // 2^32 chunks are 256 TiB: the counter's upper bytes stay zero.
  new DataView(nonce.buffer).setUint32(7, index)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

/** Runs over the chunks with several in flight: the platform spreads them over its threads. */
async function eachChunk(
  bytes: Bytes,
  size: number,
  run: (chunk: Bytes, index: number, isLast: boolean) => Promise<void>,
): Promise<void> {
  const count = Math.max(1, Math.ceil(bytes.length / size))
  for (let start = 0; start < count; start += IN_FLIGHT) {
    const batch: Promise<void>[] = []
    for (let index = start; index < Math.min(count, start + IN_FLIGHT); index++) {
      batch.push(run(bytes.subarray(index * size, (index + 1) * size), index, index === count - 1))
    }
    await Promise.all(batch)
  }
}

const IN_FLIGHT = 16
