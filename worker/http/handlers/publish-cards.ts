import { parsePublishBody } from '#protocol/box-api.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_CARDS_BYTES } from '#protocol/limits.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { json, refusal } from '../respond.ts'

/** POST /v1/boxes/publish: the owner puts cards in place of those that are there. */
export async function publishCards(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSignedBox(request, env, 'publish', MAX_CARDS_BYTES)
  const cards = parsePublishBody(body)
  if (cards === undefined) throw new DropError('bad_request')
  const answer = await (await rackOf(env, signed.box)).publish(signed, cards)
  return answer.outcome === 'done' ? json({}) : refusal(answer, 'publish')
}
