import type { Limits } from '#protocol/api.ts'
import type { Env } from '../env.ts'
import { parseTarget } from '../parse.ts'
import { json } from '../respond.ts'
import { largestOf } from '../store.ts'

/** GET /v1/limits: what this server takes. It is about no drop. */
export function showLimits(request: Request, env: Env): Response {
  parseTarget(request, env)
  return json({ largest: largestOf(env) } satisfies Limits)
}
