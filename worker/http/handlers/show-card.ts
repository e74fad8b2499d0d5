import type { CardAnswer } from '#protocol/box-api.ts'
import type { Env } from '../../env.ts'
import { readBoxAddress } from '../parse-box.ts'
import { parseTarget } from '../parse.ts'
import { rackOf } from '../../boxes/racks.ts'
import { json, refusal } from '../respond.ts'
import { largestOf } from '../../storage/store.ts'

/** GET /v1/boxes/card: what a sender seals with. Nobody signs: who has the address may have the card. */
export async function showCard(request: Request, env: Env): Promise<Response> {
  parseTarget(request, env)
  const box = readBoxAddress(request)
  const answer = await (await rackOf(env, box)).card(box)
  if (answer.outcome !== 'card') return refusal(answer, 'card')
  return json({ card: answer.card, largest: largestOf(env) } satisfies CardAnswer)
}
