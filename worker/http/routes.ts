import { Router, type RouterType } from 'itty-router'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { allowOf } from '#protocol/cross-origin.ts'
import type { Env } from '../env.ts'
import { showLimits, showOperator, showSecurityTxt } from './about-server.ts'
import { BOX_HANDLERS, showCard } from './box-requests.ts'
import { beginDrop, createDrop } from './deposits.ts'
import { disclose } from './disclose.ts'
import { DROP_HANDLERS, showStatus } from './drop-requests.ts'
import { notFound } from './not-found.ts'
import { preflight, problem } from './respond.ts'
import type { Handler } from './signed.ts'
import { uploadPart } from './upload-part.ts'

/** The handlers of all requests. Methods and paths are in `protocol/api.ts`, where the clients read them, too. */
const HANDLERS: Readonly<Record<RequestName, Handler>> = {
  limits: showLimits,
  create: createDrop,
  begin: beginDrop,
  upload: uploadPart,
  status: showStatus,
  card: showCard,
  operator: showOperator,
  disclose,
  ...DROP_HANDLERS,
  ...BOX_HANDLERS,
}

/** Router, not AutoRouter: that one tells clients the text of an error. */
export const router: RouterType<Request, [Env, ExecutionContext]> = Router()

// Not a request of the contract: programs that do not know it look there.
const SECURITY_TXT = '/.well-known/security.txt'

// The router takes `/v1/drops/` for `/v1/drops`. A signature covers the path in the contract, so only that is an address.
const ADDRESSES: ReadonlySet<string> = new Set([SECURITY_TXT, ...Object.values(REQUESTS).map(({ path }) => path)])
router.all('*', (request, env: Env) =>
  ADDRESSES.has(new URL(request.url).pathname) ? undefined : notFound(request, env),
)

router.get(SECURITY_TXT, showSecurityTxt)
router.head(SECURITY_TXT, showSecurityTxt)
router.options(SECURITY_TXT, () => preflight('limits'))
router.all(SECURITY_TXT, () => problem('method_not_allowed', {}, { Allow: allowOf('GET') }))

const VERBS = { GET: 'get', POST: 'post', PUT: 'put' } as const

for (const name of Object.keys(HANDLERS) as RequestName[]) {
  const { method, path } = REQUESTS[name]
  const answer: Handler = (request, env, context) => HANDLERS[name](request, env, context)
  router[VERBS[method]](path, answer)
  // In an answer to HEAD the platform leaves out the body.
  if (method === 'GET') router.head(path, answer)
  router.options(path, () => preflight(name))
  router.all(path, () => problem('method_not_allowed', {}, { Allow: allowOf(method) }))
}
