import { parseInviteBody, type Invitations } from '#protocol/box-api.ts'
import { DropError } from '#protocol/error.ts'
import type { Env } from '../../env.ts'
import { parseSignedBox } from '../parse-box.ts'
import { rackOf } from '../../boxes/racks.ts'
import { about, refusal } from '../respond.ts'

/** POST /v1/boxes/invite: the owner makes an invitation, or ends one. */
export async function invite(request: Request, env: Env): Promise<Response> {
  const { signed, body } = await parseSignedBox(request, env, 'invite')
  const invitation = parseInviteBody(body)
  if (invitation === undefined) throw new DropError('bad_request')
  const answer = await (await rackOf(env, signed.box)).invite(signed, invitation)
  if (answer.outcome !== 'invitations') return refusal(answer, 'invite')
  return about({ box: signed.box }, { invitations: answer.invitations } satisfies Invitations)
}
