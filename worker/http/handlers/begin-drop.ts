import { DROP_EXTENT_FIELD } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { parseExtent } from '#protocol/parse-order.ts'
import { MAX_BODY_BYTES, MAX_EXTENT_CHARACTERS } from '#protocol/limits.ts'
import { depositInto } from '../deposit.ts'
import type { Env } from '../../env.ts'
import { checkDigest, malformed, parseTarget, readBody, readDropId, readField, readTerms } from '../parse.ts'
import { json, problem, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'
import { largestOf } from '../../storage/store.ts'

/** POST /v1/drops/begin: announces a drop in parts. Nobody signs, as with create; who may upload is in the terms. */
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
