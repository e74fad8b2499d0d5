import { parsePartQuery } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { deliver } from '../deliver.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf, settle } from '../../boxes/racks.ts'
import { refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** GET /v1/boxes/part?n=0: one part of a drop in a box, as often as who reads the box asks. */
export async function collectPart(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSignedBox(request, env, 'collect')
  const { box, dropId, query } = signed
  const n = parsePartQuery(query)
  if (n === undefined || dropId === undefined) throw new DropError('bad_request')
  const allowed = await (await rackOf(env, box)).allow(signed)
  if (allowed.outcome !== 'allowed') return refusal(allowed, 'collect')
  const answer = await (await shelfOf(env, dropId)).collect(dropId, box, n)
  if (answer.outcome === 'granted') return deliver(env, answer)
  // Should the list still have it, whoever ended it was not heard to the end.
  if (answer.outcome === 'gone') await settle(env, box, dropId)
  return refusal(answer, 'collect')
}
