import { expect, test } from 'vitest'
import { parseProblemCode } from '#protocol/error.ts'
import { CROSS_ORIGIN_HEADERS } from '#protocol/cross-origin.ts'
import { ORIGIN, withBindings } from './support/wire.ts'

const asked: string[] = []
/** The file server, which the platform binds: it has one page at every address, which says which. */
const files = {
  async fetch(input: string): Promise<Response> {
    asked.push(input)
    return new Response(`<h1>${new URL(input).pathname}</h1>`, {
      headers: { 'Content-Type': 'text/html', ETag: '"x"', 'Cache-Control': 'no-cache' },
    })
  },
} as unknown as Fetcher
const via = withBindings({ ASSETS: files })

function ask(path: string, accepted: string | undefined, method = 'GET'): Promise<Response> {
  const headers: Record<string, string> = accepted === undefined ? {} : { Accept: accepted }
  return via(new Request(`${ORIGIN}${path}`, { method, headers }))
}

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'

test.for([
  ['/%23sdlink1qqq', '/broken-link'],
  ['/sdlink1qqq', '/broken-link'],
  ['/x?u=%23sdlink1qqq', '/broken-link'],
  ['/%2523sdlink1qqq', '/broken-link'],
  ['/sdbox1qqq', '/broken-address'],
  ['/write%23sdbox1qqq', '/broken-address'],
  ['/%23sdin1qqq', '/broken-address'],
  ['/write', '/not-found'],
  ['/nothing/at?all=1', '/not-found'],
  ['/v1', '/not-found'],
] as const)(
  'where nothing is, a person is shown a page, and nothing of the address is in it: %s',
  async ([path, page]) => {
    asked.length = 0
    const answer = await ask(path, BROWSER)
    expect([answer.status, answer.headers.get('Vary')]).toEqual([404, 'Accept'])
    expect(asked).toEqual([`${ORIGIN}${page}`])
    expect(await answer.text()).toBe(`<h1>${page}</h1>`)
    expect([answer.headers.get('Cache-Control'), answer.headers.get('ETag')]).toEqual(['no-store', null])
    expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false)
  },
)

test.for([
  [undefined, 'GET'],
  ['*/*', 'GET'],
  ['application/json', 'GET'],
  ['application/problem+json, text/html;q=0.5', 'GET'],
  ['text/html;q=0', 'GET'],
  ['text/html;q=0.000, */*', 'GET'],
  ['text/htmlx', 'GET'],
  [BROWSER, 'POST'],
  [BROWSER, 'DELETE'],
] as const)('a program is told by a problem, as ever: Accept is %s, by %s', async ([accepted, method]) => {
  asked.length = 0
  const answer = await ask('/%23sdlink1qqq', accepted, method)
  const body = await answer.json<{ type: string }>()
  expect([answer.status, parseProblemCode(body.type), asked]).toEqual([404, 'not_found', []])
  expect(JSON.stringify(body)).not.toContain('sdlink')
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(CROSS_ORIGIN_HEADERS['Access-Control-Allow-Origin'])
})

test('below /v1/ every answer is for programs', async () => {
  const answer = await ask('/v1/nothing', BROWSER)
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
})

test('where no pages are deployed, a person is told by a problem', async () => {
  const empty = { fetch: async () => new Response(null, { status: 404 }) } as unknown as Fetcher
  const answer = await withBindings({ ASSETS: empty })(new Request(`${ORIGIN}/x`, { headers: { Accept: BROWSER } }))
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
})
