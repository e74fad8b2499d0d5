import { codeKindIn, MISPLACED_PAGES } from '#protocol/misplaced-code.ts'
import type { Env } from '../env.ts'
import { problem } from './respond.ts'

/**
 * The answer for an unknown address: the problem to a program, a page to a person (RFC 9110 §12.5.1). If the address has a code
 * in it, which has now been sent, the page says so: docs/decisions/0037. The page is one of the client's, and holds nothing of
 * the address.
 */
export async function notFound(request: Request, env: Env): Promise<Response> {
  const { pathname, search, origin } = new URL(request.url)
  if (pathname.startsWith('/v1/')) return problem('not_found')
  const page = wantsPage(request) ? await pageFor(codeKindIn(pathname + search), origin, env) : undefined
  const answer = page ?? problem('not_found')
  answer.headers.append('Vary', 'Accept')
  return answer
}

async function pageFor(kind: ReturnType<typeof codeKindIn>, origin: string, env: Env): Promise<Response | undefined> {
  const page = await env.ASSETS?.fetch(`${origin}${kind === undefined ? MISSING_PAGE : MISPLACED_PAGES[kind]}`)
  if (page?.status !== 200) return undefined
  const answer = new Response(page.body, { status: 404, headers: page.headers })
  answer.headers.set('Cache-Control', 'no-store')
  answer.headers.delete('ETag')
  return answer
}

/** Whether a page is wanted at least as much as the formats of programs. A client that takes anything gets the problem. */
function wantsPage({ headers, method }: Request): boolean {
  const accepted = headers.get('Accept') ?? ''
  const page = weightOf('text/html', accepted)
  if (page === 0 || (method !== 'GET' && method !== 'HEAD')) return false
  return page >= weightOf('application/json', accepted) && page >= weightOf('application/problem+json', accepted)
}

/** The weight of a media type, from 0 to 1; 0 if it is not named. RFC 9110 §12.4.2. */
function weightOf(type: string, accepted: string): number {
  const range = accepted
    .split(',')
    .map((each) => each.split(';').map((part) => part.trim().toLowerCase()))
    .find(([name]) => name === type)
  if (range === undefined) return 0
  const weight = range.find((part) => part.startsWith('q='))
  return weight === undefined ? 1 : Number(weight.slice(2)) || 0
}

const MISSING_PAGE = '/not-found'
