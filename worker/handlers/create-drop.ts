import { DROP_TERMS_FIELD } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_TERMS_CHARACTERS, PART_BYTES, STORE_MARGIN_SECONDS } from '#protocol/limits.ts'
import { isSafeKey } from '#protocol/public-key.ts'
import { parseTerms } from '#protocol/terms.ts'
import type { Env } from '../env.ts'
import { checkDigest, parseTarget, readBody, readDropId, readField } from '../parse.ts'
import { json, problem, refusal } from '../respond.ts'
import { shelfOf } from '../shelves.ts'
import { kvStore } from '../store.ts'

/**
 * POST /v1/drops: the ciphertext as the body, its terms in a field. Nobody signs: the keys in the terms are fresh, and
 * whoever deposits bytes proves nothing by it. The same request may be sent again until an answer comes.
 */
export async function createDrop(request: Request, env: Env): Promise<Response> {
  parseTarget(request, env)
  const id = readDropId(request)
  const terms = parseTerms(readField(request, DROP_TERMS_FIELD, MAX_TERMS_CHARACTERS))
  if (terms === undefined || ![terms.locator, terms.claim, terms.sender].every(isSafeKey))
    throw new DropError('bad_request')
  if (request.headers.get('Content-Length') === null) throw new DropError('length_required')
  const body = await readBody(request, PART_BYTES)
  if (body.length === 0) throw new DropError('bad_request')
  const digest = await checkDigest(request, body, false)

  const shelf = await shelfOf(env, id)
  const blob = `part/${crypto.randomUUID()}`
  const begun = await shelf.begin(id, terms, { digest, size: body.length, blob })
  if (begun.outcome === 'created') return json(begun.created, 201)
  if (begun.outcome !== 'begun') return refusal(begun, 'create')
  try {
    // By the row, not by these terms: the first request has fixed the expiry.
    const ttlSeconds = begun.created.expires - Math.floor(Date.now() / 1_000) + STORE_MARGIN_SECONDS
    await kvStore(env.KV).put(blob, body, ttlSeconds)
  } catch {
    await shelf.abandon(id, blob)
    return problem('try_later')
  }
  const committed = await shelf.commit(id, blob)
  if (committed.outcome === 'committed') return json(begun.created, 201)
  // Another attempt has taken this one's place, or the drop has ended meanwhile: nobody is going to read these bytes.
  await shelf.abandon(id, blob)
  return refusal(committed, 'create')
}
