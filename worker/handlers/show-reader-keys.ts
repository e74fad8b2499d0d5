import type { ReaderKeys } from '#protocol/box-api.ts'
import type { Env } from '../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../racks.ts'
import { json, refusal } from '../respond.ts'

/** GET /v1/boxes/readers: what the readers of a box have announced, for its owner. */
export async function showReaderKeys(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSignedBox(request, env, 'readers')
  const answer = await (await rackOf(env, signed.box)).readers(signed)
  return answer.outcome === 'readers' ? json({ keys: answer.keys } satisfies ReaderKeys) : refusal(answer, 'readers')
}
