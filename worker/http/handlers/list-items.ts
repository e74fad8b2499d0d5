import { parseItemsQuery, type Listing } from '#protocol/box-api.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { about, refusal } from '../respond.ts'

/** GET /v1/boxes/items?after=0&most=200: one page of what lies in a box, for who reads it. */
export async function listItems(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSignedBox(request, env, 'items')
  const query = parseItemsQuery(signed.query)
  if (query === undefined) throw new DropError('bad_request')
  const answer = await (await rackOf(env, signed.box)).list(signed, query)
  if (answer.outcome !== 'listed') return refusal(answer, 'items')
  return about({ box: signed.box }, answer.listing satisfies Listing)
}
