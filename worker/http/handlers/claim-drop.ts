import { parseReaderBody } from '#protocol/api.ts'
import { DropError } from '#protocol/error.ts'
import { isSafeKey } from '#protocol/public-key.ts'
import { deliver } from '../deliver.ts'
import type { Env } from '../../env.ts'
import { parseSigned } from '../parse.ts'
import { refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'

/** POST /v1/drops/claim: binds a read to the reader key in the body, and hands out the ciphertext, or the first part of it. */
export async function claimDrop(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSigned(request, env, 'claim')
  const reader = parseReaderBody(body)
  if (reader === undefined || !isSafeKey(reader)) throw new DropError('bad_request')
  const answer = await (await shelfOf(env, signed.dropId)).claim(signed, reader)
  return answer.outcome === 'granted' ? deliver(env, answer) : refusal(answer, 'claim')
}
