import type { BoxAddress } from '#protocol/address.ts'
import { DROP_EXTENT_FIELD, type RequestName } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import {
  MAX_BODY_BYTES,
  MAX_EXTENT_CHARACTERS,
  MIN_BOX_DROP_BYTES,
  PART_BYTES,
  STORE_MARGIN_SECONDS,
} from '#protocol/limits.ts'
import { parseExtent } from '#protocol/parse-terms.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import type { Deposit } from '../boxes/box.ts'
import { quotasOf, rackOf } from '../boxes/racks.ts'
import type { LinkTerms } from '../drops/drop.ts'
import { shelfOf } from '../drops/shelves.ts'
import type { Env } from '../env.ts'
import { largestOf, newKey, storeOf } from '../storage/blob-store.ts'
import { readInvitationHash } from './parse-box.ts'
import { checkDigest, malformed, parseTarget, readBody, readDropId, readField, readTerms } from './parse.ts'
import { json, problem, refusal } from './respond.ts'

/**
 * POST /v1/drops: the ciphertext as the body, its terms in a field. Unsigned: the keys in the terms are fresh, and a signature
 * would prove nothing. The same request may be sent again until an answer comes.
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
  const incoming = { id, size: Number(length), parts: 1 }
  return depositInto(terms.box, incoming, { request, env, name: 'create' }, () => store(request, env, id, terms))
}

/** POST /v1/drops/begin: announces a drop in parts. Unsigned, like create; the terms name the key that may upload. */
export async function beginDrop(request: Request, env: Env): Promise<Response> {
  const { authority } = parseTarget(request, env)
  const id = readDropId(request)
  const terms = readTerms(request, authority)
  const extent = parseExtent(readField(request, DROP_EXTENT_FIELD, MAX_EXTENT_CHARACTERS))
  if (extent === undefined) throw malformed(DROP_EXTENT_FIELD)
  const body = await readBody(request, MAX_BODY_BYTES)
  if (body.length > 0) throw new DropError('bad_request')
  await checkDigest(request, body, false)
  const largest = largestOf(env)
  if (extent.size > largest) return problem('too_large', { largest })
  const announce = async (): Promise<Response> => {
    const answer = await (await shelfOf(env, id)).begin(id, terms, extent)
    return answer.outcome === 'begun' ? json(answer.created, 201) : refusal(answer, 'begin')
  }
  return 'box' in terms
    ? depositInto(terms.box, { id, ...extent }, { request, env, name: 'begin' }, announce)
    : announce()
}

/**
 * Deposits a drop into a box. Its rack is asked before anything is read, and told when all is over, whatever the result; if the
 * worker dies in between, the rack asks by itself.
 * @param deposit - as for a drop behind a link.
 * @throws DropError `bad_request` for a drop that is too small to be one
 */
async function depositInto(
  box: BoxAddress,
  incoming: Deposit,
  { request, env, name }: { readonly request: Request; readonly env: Env; readonly name: RequestName },
  deposit: () => Promise<Response>,
): Promise<Response> {
  // A smaller one cannot be opened: it would only take the place of a drop.
  if (incoming.size < MIN_BOX_DROP_BYTES) throw new DropError('bad_request')
  const invitation = await readInvitationHash(request)
  const rack = await rackOf(env, box)
  const quotas = quotasOf(env)
  const answer = await rack.admit({ ...incoming, box, invitation, largest: largestOf(env), quotas })
  if (answer.outcome !== 'admitted') return refusal(answer, name)
  let response: Response
  let settled: Awaited<ReturnType<typeof rack.settle>>
  try {
    response = await deposit()
  } finally {
    settled = await rack.settle(box, incoming.id, quotas, invitation)
  }
  // A body takes its time, and its room may have gone to another. A drop that has been deleted is not reported as arrived.
  return response.ok && settled === 'box_full' ? problem('box_full') : response
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
    // By the row, not by these terms: the first request has set the expiry.
    const ttlSeconds = made.created.expires - Math.floor(Date.now() / 1_000) + STORE_MARGIN_SECONDS
    await storeOf(env, blob).put(blob, body, ttlSeconds)
  } catch {
    await shelf.abandon(id, blob)
    return problem('try_later')
  }
  const kept = await shelf.keep(id, blob)
  if (kept.outcome === 'kept') return json(made.created, 201)
  // Another attempt has taken its place, or the drop has ended meanwhile: nobody is going to read these bytes.
  await shelf.abandon(id, blob)
  return refusal(kept, 'create')
}
