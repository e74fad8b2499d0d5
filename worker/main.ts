import { isDropError, isWireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { MAX_QUERY_CHARACTERS } from '#protocol/limits.ts'
import { type ProblemBody } from '#protocol/problem.ts'
import type { Env } from './env.ts'
import { originsOf } from './http/parse.ts'
import { problem, sized } from './http/respond.ts'
import { router } from './http/routes.ts'

export { Rack } from './boxes/rack.ts'
export { Shelf } from './drops/shelf.ts'

const worker: ExportedHandler<Env> = {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    return nameProblem(await answer(request, env, context), request, env)
  },
}

async function answer(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  try {
    // The router collects parameters of one name in quadratic time.
    if (new URL(request.url).search.length > MAX_QUERY_CHARACTERS) return problem('bad_request')
    return await router.fetch(request, env, context)
  } catch (error) {
    // The cause inside is nobody's business: neither the client's nor a log's.
    return isDropError(error) && isWireCode(error.code) ? problem(error.code, error.about) : problem('internal')
  }
}

/** Makes the type of a problem absolute (RFC 9457 §3.1.1), by the name that the server was asked by. */
async function nameProblem(response: Response, request: Request, env: Env): Promise<Response> {
  if (response.headers.get('Content-Type') !== PROBLEM_TYPE) return response
  const { host } = new URL(request.url)
  const origins = originsOf(env)
  const origin = origins.find((each) => new URL(each).host === host) ?? origins[0] ?? ''
  const body = await response.json<ProblemBody>()
  return sized(JSON.stringify({ ...body, type: `${origin}${body.type}` }), response)
}

export default worker
