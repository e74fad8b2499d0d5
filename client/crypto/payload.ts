import type { Bytes } from '#protocol/bytes.ts'
import { hkdf } from './kdf.ts'

/** The payload of an age file: nonce (16 bytes) ‖ chunks. C2SP age.md, Payload. */

/**
 * The key of the chunks, 32 bytes.
 * @param fileKey - 16 bytes. @param nonce - 16 bytes, fresh: one file key and nonce never seal two plaintexts.
 */
export function payloadKey(fileKey: Bytes, nonce: Bytes): Bytes {
  return hkdf(fileKey, nonce, 'payload', 32)
}
