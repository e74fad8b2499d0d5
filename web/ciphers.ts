import { nativeAead } from '#client/crypto/aead.ts'
import { chunkCipher, type CipherFor } from '#client/crypto/chunks.ts'

/**
 * The cipher of the page: the platform's own where it has one, found out by trying, else noble's in workers. Neither keeps
 * the page from answering.
 */
export const cipherFor: CipherFor = async (payloadKey) => {
  const native = await nativeAead(payloadKey)
  return native === undefined ? (await import('./spread.ts')).spreadCipher(payloadKey) : chunkCipher(native)
}
