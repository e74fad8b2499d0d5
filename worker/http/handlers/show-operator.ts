import { formatSecurityTxt, readOperatorSettings, type Operator } from '#protocol/operator.ts'
import type { Env } from '../../env.ts'
import { parseTarget } from '../parse.ts'
import { json, problem, text } from '../respond.ts'

/** GET /v1/operator: what the operator says of itself. It is about no drop, and stands in nothing that is served as a file. */
export function showOperator(request: Request, env: Env): Response {
  parseTarget(request, env)
  return json(readOperatorSettings(env) satisfies Operator)
}

/** GET /.well-known/security.txt (RFC 9116), if the operator has set whom to tell. */
export function showSecurityTxt(request: Request, env: Env): Response {
  const { authority } = parseTarget(request, env)
  const { contact } = readOperatorSettings(env)
  return contact === undefined
    ? problem('not_found')
    : text(formatSecurityTxt(contact, `https://${authority}`, Date.now()))
}
