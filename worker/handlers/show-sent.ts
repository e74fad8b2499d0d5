import type { Env } from '../env.ts'
import { parseSigned } from '../parse.ts'
import { json, refusal } from '../respond.ts'
import { shelfOf } from '../shelves.ts'

/** GET /v1/drops/sent: everything that the server holds about a drop, for its sender. */
export async function showSent(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSigned(request, env, 'sent')
  const answer = await (await shelfOf(env, signed.dropId)).sent(signed)
  return answer.outcome === 'sent' ? json(answer.sent) : refusal(answer, 'sent')
}
