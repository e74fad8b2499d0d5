import { DropError } from '#protocol/error.ts'
import type { Env } from '../env.ts'
import { parseSigned } from '../parse.ts'
import { json, refusal } from '../respond.ts'
import { shelfOf } from '../shelves.ts'

/** POST /v1/drops/revoke: the sender ends the drop, and its ciphertext is deleted. */
export async function revokeDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'revoke')
  if (body.length > 0) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).revoke(signed)
  return answer.outcome === 'sent' ? json(answer.sent) : refusal(answer, 'revoke')
}
