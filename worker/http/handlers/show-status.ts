import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import type { Status } from '#protocol/api.ts'
import { signersOf } from '#protocol/signature-input.ts'
import type { Env } from '../../env.ts'
import { parseSigned, parseTarget, readDropId } from '../parse.ts'
import { about, refusal } from '../respond.ts'
import { shelfOf } from '../../drops/shelves.ts'
import { largestOf } from '../../storage/store.ts'

/** GET /v1/drops/status: what waits, and the nonce to claim it with. Signed or not, it changes nothing that waits. */
export async function showStatus(request: Request, env: Env): Promise<Response> {
  parseTarget(request, env)
  const id = readDropId(request)
  const isSigned = request.headers.has('Signature') || request.headers.has('Signature-Input')
  const signed = isSigned ? (await parseSigned(request, env, 'status')).signed : undefined
  const answer = await (await shelfOf(env, id)).status(id, signed)
  if (answer.outcome !== 'status') return refusal(answer, 'status', signed && signersOf('status', signed.signatures))
  return about({ drop: id }, { ...answer.status, largest: largestOf(env) } satisfies Status, {
    'Accept-Signature': formatAcceptSignature('claim', answer.nonce),
  })
}
