import { decodeBody } from '#protocol/api.ts'
import type { ReaderKeys } from '#protocol/box-api.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { about, refusal } from '../respond.ts'

/** POST /v1/boxes/keys: a reader announces its keys of coming epochs, for the owner. */
export async function announceKeys(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSignedBox(request, env, 'keys', MAX_READER_KEYS_CHARACTERS)
  const jws = decodeBody(body)
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jws)) throw new DropError('bad_request')
  const answer = await (await rackOf(env, signed.box)).announce(signed, jws)
  if (answer.outcome !== 'done') return refusal(answer, 'keys')
  return about({ box: signed.box }, { keys: [jws] } satisfies ReaderKeys)
}
