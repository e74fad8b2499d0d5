import { parsePartQuery } from '#protocol/api.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import type { Env } from '../env.ts'
import { parseSignedPart } from './parse.ts'
import type { Part } from '../drops/part-rows.ts'
import { json, problem, refusal } from './respond.ts'
import { askShelf, shelfOf } from '../drops/shelves.ts'
import { newPartKey, storeOf } from '../storage/blob-store.ts'
import { drain, storeBody } from './body-stream.ts'

/** PUT /v1/drops/upload?n=0: one part, which is stored as it arrives. The signature is verified before any of it is read. */
export async function uploadPart(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  const { signed, hash } = parseSignedPart(request, env)
  const n = parsePartQuery(signed.query)
  if (n === undefined) throw new DropError('bad_request')
  const size = readLength(request)
  if (request.body === null) throw new DropError('bad_request')
  const part: Part = { n, blob: newPartKey(env), size, digest: hash, state: 'writing' }
  const answer = await askShelf(env, signed, part)
  // The body of an unknown upload, or of another sender's, is not read.
  if (answer.outcome === 'gone') return refusal(answer, 'upload')
  if (answer.outcome !== 'expected') await drain(request.body)
  if (answer.outcome === 'kept') return json({}, 201)
  if (answer.outcome !== 'expected') return refusal(answer, 'upload')
  const storing = store(request.body, env, signed.dropId, part, answer.ttlSeconds)
  // When the sender hangs up, the platform ends the request, and the unfinished part would stay.
  context.waitUntil(storing)
  return storing
}

async function store(
  body: ReadableStream<Uint8Array>,
  env: Env,
  id: DropId,
  part: Part,
  ttlSeconds: number,
): Promise<Response> {
  const { n, blob, size, digest } = part
  const shelf = await shelfOf(env, id)
  const stored = await storeBody(body, size, (stream) => storeOf(env, blob).put(blob, stream, ttlSeconds))
  const isWhole = stored.outcome === 'stored' && equalBytes(stored.hash, digest)
  const kept = isWhole ? await shelf.receive(id, n, blob) : undefined
  if (kept?.outcome === 'kept') return json({}, 201)
  await shelf.abandonPart(id, n, blob)
  if (kept !== undefined) return refusal(kept, 'upload')
  return problem(stored.outcome === 'refused' || stored.outcome === 'cut' ? 'try_later' : 'bad_request')
}

/** @throws DropError `length_required`, `bad_request` or `too_large`; nothing of the body is read before. */
function readLength(request: Request): number {
  const field = request.headers.get('Content-Length')
  if (field === null) throw new DropError('length_required')
  const length = Number(field)
  if (!/^\d{1,15}$/.test(field) || length === 0) throw new DropError('bad_request')
  if (length > PART_BYTES) throw new DropError('too_large')
  return length
}
