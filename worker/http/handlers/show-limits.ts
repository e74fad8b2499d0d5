import type { Clock, Limits } from '#protocol/api.ts'
import type { Env } from '../../env.ts'
import { parseTarget } from '../parse.ts'
import { json } from '../respond.ts'
import { largestOf } from '../../storage/store.ts'

/** GET /v1/limits: what this server takes, and what its clock says. It is about no drop. */
export function showLimits(request: Request, env: Env): Response {
  parseTarget(request, env)
  return json({ largest: largestOf(env), time: Math.floor(Date.now() / 1_000) } satisfies Limits & Clock)
}
