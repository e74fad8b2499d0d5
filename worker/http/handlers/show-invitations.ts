import type { Invitations } from '#protocol/box-api.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { about, refusal } from '../respond.ts'

/** GET /v1/boxes/invitations: what is left of a box's invitations, for its owner. */
export async function showInvitations(request: Request, env: Env): Promise<Response> {
  const { signed } = await parseSignedBox(request, env, 'invitations')
  const answer = await (await rackOf(env, signed.box)).invitations(signed)
  if (answer.outcome !== 'invitations') return refusal(answer, 'invitations')
  return about({ box: signed.box }, { invitations: answer.invitations } satisfies Invitations)
}
