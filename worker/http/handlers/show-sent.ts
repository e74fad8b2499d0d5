import type { Env } from '../../env.ts'
import { isLost } from '../../storage/lost.ts'
import { parseSigned } from '../parse.ts'
import { about, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** GET /v1/drops/sent: everything that the server holds about a drop, for its sender. */
export async function showSent(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSigned(request, env, 'sent')
  const answer = await (await shelfOf(env, signed.dropId)).sent(signed)
  if (answer.outcome !== 'sent') return refusal(answer, 'sent')
  const { place, sent } = answer
  const isGone = place !== undefined && (await isLost(env, place))
  return about({ drop: signed.dropId }, isGone ? { ...sent, state: 'lost' } : sent)
}
