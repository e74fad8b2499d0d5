import { parseAckBody, type Acknowledged } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { json, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** POST /v1/drops/ack: the reader has opened it all. With the last reader the ciphertext is deleted. */
export async function acknowledgeDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'ack')
  const opened = parseAckBody(body)
  if (opened === undefined || signed.reader === undefined) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).acknowledge(signed, signed.reader, opened)
  if (answer.outcome !== 'acknowledged') return refusal(answer, 'ack')
  return json({ burned: answer.burned } satisfies Acknowledged)
}
