import { parseCommitBody } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { settle } from '../../boxes/racks.ts'
import { json, problem, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** POST /v1/drops/commit: the sender has uploaded every part, and says what they hash to. */
export async function commitDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'commit')
  const digest = parseCommitBody(body)
  if (digest === undefined) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).commit(signed, digest)
  if (answer.outcome !== 'committed') return refusal(answer, 'commit')
  const isFull = answer.box !== undefined && (await settle(env, answer.box, signed.dropId)) === 'box_full'
  if (isFull) return problem('box_full')
  return json(answer.created)
}
