import { Router, type RouterType } from 'itty-router'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import type { Env } from './env.ts'
import { acknowledgeDrop } from './handlers/acknowledge-drop.ts'
import { claimDrop } from './handlers/claim-drop.ts'
import { createDrop } from './handlers/create-drop.ts'
import { readPart } from './handlers/read-part.ts'
import { reopenDrop } from './handlers/reopen-drop.ts'
import { revokeDrop } from './handlers/revoke-drop.ts'
import { showSent } from './handlers/show-sent.ts'
import { showStatus } from './handlers/show-status.ts'
import { problem } from './respond.ts'

type Handler = (request: Request, env: Env) => Promise<Response>

/** Who answers what. Methods and paths are in `protocol/api.ts`, where the clients read them too. */
const HANDLERS: Readonly<Record<RequestName, Handler>> = {
  create: createDrop,
  status: showStatus,
  claim: claimDrop,
  part: readPart,
  ack: acknowledgeDrop,
  revoke: revokeDrop,
  reopen: reopenDrop,
  sent: showSent,
}

/** Router, not AutoRouter: that one tells clients what an error said. */
export const router: RouterType<Request, [Env]> = Router<Request, [Env]>()

// The router takes `/v1/drops/` for `/v1/drops`. A signature covers the path that the contract names, so that one alone is
// an address.
const ADDRESSES: ReadonlySet<string> = new Set(Object.values(REQUESTS).map(({ path }) => path))
router.all('*', ({ url }) => (ADDRESSES.has(new URL(url).pathname) ? undefined : problem('not_found')))

for (const name of Object.keys(HANDLERS) as RequestName[]) {
  const { method, path } = REQUESTS[name]
  router[method === 'GET' ? 'get' : 'post'](path, (request, env) => HANDLERS[name](request, env))
  router.all(path, () => problem('method_not_allowed', {}, { Allow: method }))
}
