import type { BlobGrant } from '../drops/rpc.ts'
import type { Env } from '../env.ts'
import { binary, problem } from './respond.ts'
import { isSettled, storeOf } from '../storage/blob-store.ts'

/**
 * Serves ciphertext straight from the store. A drop is never burned because this stream ended: the server sees a clean end even
 * when the client hung up after 16 KiB. Ciphertext that is not there is late or lost: docs/protocol.md §6.3.
 */
export async function serveCiphertext(env: Env, grant: BlobGrant): Promise<Response> {
  let body: ReadableStream<Uint8Array> | undefined
  let isAnswered = true
  try {
    body = await storeOf(env, grant.blob).read(grant.blob)
  } catch {
    isAnswered = false
  }
  if (body === undefined) return problem(isAnswered && isSettled(env, grant.writtenMs) ? 'lost' : 'try_later')
  const sized = body.pipeThrough(new FixedLengthStream(grant.size))
  return binary(sized, { 'Content-Digest': grant.digest })
}
