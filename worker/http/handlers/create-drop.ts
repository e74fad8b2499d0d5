import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { PART_BYTES, STORE_MARGIN_SECONDS } from '#protocol/limits.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { depositInto } from '../deposit.ts'
import type { LinkTerms } from '../../drops/drop.ts'
import type { Env } from '../../env.ts'
import { checkDigest, parseTarget, readBody, readDropId, readTerms } from '../parse.ts'
import { json, problem, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'
import { largestOf, newKey, storeOf } from '../../storage/store.ts'

/**
 * POST /v1/drops: the ciphertext as the body, its terms in a field. Nobody signs: the keys in the terms are fresh, and
 * whoever deposits bytes proves nothing by it. The same request may be sent again until an answer comes.
 */
export async function createDrop(request: Request, env: Env): Promise<Response> {
  const { authority } = parseTarget(request, env)
  const id = readDropId(request)
  const terms = readTerms(request, authority)
  const length = request.headers.get('Content-Length')
  if (length === null) throw new DropError('length_required')
  const largest = largestOf(env)
  if (Number(length) > largest) return problem('too_large', { largest })
  if (!('box' in terms)) return store(request, env, id, terms)
  if (!/^[1-9]\d{0,14}$/.test(length)) throw new DropError('bad_request')
  const order = { id, size: Number(length), parts: 1 }
  return depositInto(terms.box, order, { request, env, name: 'create' }, () => store(request, env, id, terms))
}

async function store(request: Request, env: Env, id: DropId, terms: LinkTerms | BoxTerms): Promise<Response> {
  const body = await readBody(request, PART_BYTES)
  if (body.length === 0) throw new DropError('bad_request')
  const digest = await checkDigest(request, body, false)

  const shelf = await shelfOf(env, id)
  const blob = newKey()
  const made = await shelf.create(id, terms, { digest, size: body.length, blob })
  if (made.outcome === 'created') return json(made.created, 201)
  if (made.outcome !== 'expected') return refusal(made, 'create')
  try {
    // By the row, not by these terms: the first request has fixed the expiry.
    const ttlSeconds = made.created.expires - Math.floor(Date.now() / 1_000) + STORE_MARGIN_SECONDS
    await storeOf(env, blob).put(blob, body, ttlSeconds)
  } catch {
    await shelf.abandon(id, blob)
    return problem('try_later')
  }
  const kept = await shelf.keep(id, blob)
  if (kept.outcome === 'kept') return json(made.created, 201)
  // Another attempt has taken this one's place, or the drop has ended meanwhile: nobody is going to read these bytes.
  await shelf.abandon(id, blob)
  return refusal(kept, 'create')
}
