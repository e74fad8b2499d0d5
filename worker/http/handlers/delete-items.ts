import { parseDeleteBody, type Deleted } from '#protocol/box-api.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_DELETE_BYTES } from '#protocol/limits.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { json, refusal } from '../respond.ts'

/** POST /v1/boxes/delete: the owner burns drops in a box. */
export async function deleteItems(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSignedBox(request, env, 'delete', MAX_DELETE_BYTES)
  const drops = parseDeleteBody(body)
  if (drops === undefined) throw new DropError('bad_request')
  const answer = await (await rackOf(env, signed.box)).delete(signed, drops)
  return answer.outcome === 'deleted' ? json({ deleted: answer.deleted } satisfies Deleted) : refusal(answer, 'delete')
}
