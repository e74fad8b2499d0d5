import { isDropError, isWireCode } from '#protocol/error.ts'
import { MAX_QUERY_CHARACTERS } from '#protocol/limits.ts'
import type { Env } from './env.ts'
import { problem } from './respond.ts'
import { router } from './routes.ts'

export { Rack } from './rack.ts'
export { Shelf } from './shelf.ts'

const worker: ExportedHandler<Env> = {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    try {
      // The router collects parameters of one name in a time that grows with the square of their number.
      if (new URL(request.url).search.length > MAX_QUERY_CHARACTERS) return problem('bad_request')
      return await router.fetch(request, env, context)
    } catch (error) {
      // What went wrong inside is nobody's business: not the client's, and not a log's.
      return isDropError(error) && isWireCode(error.code) ? problem(error.code, error.about) : problem('internal')
    }
  },
}

export default worker
