import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { settle } from '../../boxes/racks.ts'
import { about, problem, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** POST /v1/drops/revoke: the sender ends the drop, and its ciphertext is deleted. */
export async function revokeDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'revoke')
  if (body.length > 0) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).revoke(signed)
  if (answer.outcome !== 'revoked') return refusal(answer, 'revoke')
  // It has ended, whether or not the store has deleted it.
  if (answer.box !== undefined) await settle(env, answer.box, signed.dropId)
  return answer.isErased ? about({ drop: signed.dropId }, answer.sent) : problem('try_later')
}
