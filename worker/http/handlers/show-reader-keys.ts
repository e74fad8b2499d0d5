import type { ReaderKeys } from '#protocol/box-api.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { about, refusal } from '../respond.ts'

/** GET /v1/boxes/readers: what the readers of a box have announced, for its owner. */
export async function showReaderKeys(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSignedBox(request, env, 'readers')
  const answer = await (await rackOf(env, signed.box)).readers(signed)
  if (answer.outcome !== 'readers') return refusal(answer, 'readers')
  return about({ box: signed.box }, { keys: answer.keys } satisfies ReaderKeys)
}
