import { parsePartQuery } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { deliver } from '../deliver.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** GET /v1/drops/part?n=0: one part of the ciphertext, as often as its reader asks, until it acknowledges. */
export async function readPart(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSigned(request, env, 'part')
  const n = parsePartQuery(signed.query)
  if (n === undefined || signed.reader === undefined) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).part(signed, signed.reader, n)
  return answer.outcome === 'granted' ? deliver(env, answer) : refusal(answer, 'part')
}
