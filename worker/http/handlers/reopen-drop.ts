import { parseReaderBody } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { about, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** POST /v1/drops/reopen: the sender dismisses the claim of the reader key in the body. */
export async function reopenDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'reopen')
  const reader = parseReaderBody(body)
  if (reader === undefined) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).reopen(signed, reader)
  return answer.outcome === 'sent' ? about({ drop: signed.dropId }, answer.sent) : refusal(answer, 'reopen')
}
