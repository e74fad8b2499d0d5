import type { ServerClock, ServerLimits } from '#protocol/api.ts'
import { formatSecurityTxt, readOperatorSettings, type Operator } from '#protocol/operator.ts'
import type { Env } from '../env.ts'
import { largestOf } from '../storage/blob-store.ts'
import { parseTarget } from './parse.ts'
import { json, problem, text } from './respond.ts'

// The requests that are about no drop and no box.

/** GET /v1/limits: the limits of this server, and the time of its clock. */
export function showLimits(request: Request, env: Env): Response {
  parseTarget(request, env)
  return json({ largest: largestOf(env), time: Math.floor(Date.now() / 1_000) } satisfies ServerLimits & ServerClock)
}

/** GET /v1/operator: the operator's own statement. It is in no file that is served. */
export function showOperator(request: Request, env: Env): Response {
  parseTarget(request, env)
  return json(readOperatorSettings(env) satisfies Operator)
}

/** GET /.well-known/security.txt (RFC 9116), if the operator has set a contact. */
export function showSecurityTxt(request: Request, env: Env): Response {
  const { authority } = parseTarget(request, env)
  const { contact } = readOperatorSettings(env)
  return contact === undefined
    ? problem('not_found')
    : text(formatSecurityTxt(contact, `https://${authority}`, Date.now()))
}
