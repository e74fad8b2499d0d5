import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { about, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** GET /v1/drops/uploaded: which parts have arrived, for a sender that goes on. */
export async function showUploaded(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSigned(request, env, 'uploaded')
  const answer = await (await shelfOf(env, signed.dropId)).uploaded(signed)
  return answer.outcome === 'uploaded' ? about({ drop: signed.dropId }, answer.uploaded) : refusal(answer, 'uploaded')
}
