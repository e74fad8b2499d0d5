import { Router, type RouterType } from 'itty-router'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { allowOf } from '#protocol/cross-origin.ts'
import type { Env } from '../env.ts'
import { acknowledgeDrop } from './handlers/acknowledge-drop.ts'
import { announceKeys } from './handlers/announce-keys.ts'
import { beginDrop } from './handlers/begin-drop.ts'
import { claimDrop } from './handlers/claim-drop.ts'
import { collectPart } from './handlers/collect-part.ts'
import { commitDrop } from './handlers/commit-drop.ts'
import { createDrop } from './handlers/create-drop.ts'
import { deleteItems } from './handlers/delete-items.ts'
import { disclose } from './handlers/disclose.ts'
import { invite } from './handlers/invite.ts'
import { listItems } from './handlers/list-items.ts'
import { publishCards } from './handlers/publish-cards.ts'
import { readPart } from './handlers/read-part.ts'
import { reopenDrop } from './handlers/reopen-drop.ts'
import { revokeDrop } from './handlers/revoke-drop.ts'
import { showCard } from './handlers/show-card.ts'
import { showInvitations } from './handlers/show-invitations.ts'
import { showLimits } from './handlers/show-limits.ts'
import { showOperator, showSecurityTxt } from './handlers/show-operator.ts'
import { showReaderKeys } from './handlers/show-reader-keys.ts'
import { showSent } from './handlers/show-sent.ts'
import { showStatus } from './handlers/show-status.ts'
import { showUploaded } from './handlers/show-uploaded.ts'
import { uploadPart } from './handlers/upload-part.ts'
import { missing } from './missing.ts'
import { preflight, problem } from './respond.ts'

type Handler = (request: Request, env: Env, context: ExecutionContext) => Response | Promise<Response>

/** Who answers what. Methods and paths are in `protocol/api.ts`, where the clients read them too. */
const HANDLERS: Readonly<Record<RequestName, Handler>> = {
  limits: showLimits,
  create: createDrop,
  begin: beginDrop,
  upload: uploadPart,
  uploaded: showUploaded,
  commit: commitDrop,
  status: showStatus,
  claim: claimDrop,
  part: readPart,
  ack: acknowledgeDrop,
  revoke: revokeDrop,
  reopen: reopenDrop,
  sent: showSent,
  card: showCard,
  publish: publishCards,
  items: listItems,
  collect: collectPart,
  delete: deleteItems,
  keys: announceKeys,
  readers: showReaderKeys,
  invite,
  invitations: showInvitations,
  operator: showOperator,
  disclose,
}

/** Router, not AutoRouter: that one tells clients what an error said. */
export const router: RouterType<Request, [Env, ExecutionContext]> = Router()

// No request of the contract: programs that know nothing of it look there.
const SECURITY_TXT = '/.well-known/security.txt'

// The router takes `/v1/drops/` for `/v1/drops`. A signature covers the path that the contract names, so that one alone is
// an address.
const ADDRESSES: ReadonlySet<string> = new Set([SECURITY_TXT, ...Object.values(REQUESTS).map(({ path }) => path)])
router.all('*', (request, env: Env) =>
  ADDRESSES.has(new URL(request.url).pathname) ? undefined : missing(request, env),
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
  // The platform sends no body after the fields of an answer to HEAD.
  if (method === 'GET') router.head(path, answer)
  router.options(path, () => preflight(name))
  router.all(path, () => problem('method_not_allowed', {}, { Allow: allowOf(method) }))
}
