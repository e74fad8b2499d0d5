import { expect, test } from 'vitest'
import { REQUESTS } from '#protocol/api.ts'
import { depositDrop, look } from './support/drops.ts'
import { directly, ORIGIN, read, requestOf, send, withBindings } from './support/wire.ts'

const ROUTES: readonly (readonly [path: string, method: string])[] = [
  ...Object.values(REQUESTS).map(({ path, method }) => [path, method] as const),
  ['/.well-known/security.txt', 'GET'],
]

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH']

/** RFC 9110 §9.1, §9.3.2, §15.5.6. */
test.for(ROUTES)('%s takes %s, and says so to every other method', async ([path, own]) => {
  const taken = [own, ...(own === 'GET' ? ['HEAD'] : []), 'OPTIONS']
  for (const method of METHODS) {
    const { status, headers, code } = await read(await directly(new Request(ORIGIN + path, { method })))
    const isTaken = taken.includes(method)
    expect([method, status === 405, isTaken ? 'none' : headers.get('Allow')]).toEqual([
      method,
      !isTaken,
      isTaken ? 'none' : taken.join(', '),
    ])
    expect([method, code === 'method_not_allowed']).toEqual([method, !isTaken && method !== 'HEAD'])
  }
  const preflight = await directly(new Request(ORIGIN + path, { method: 'OPTIONS' }))
  expect([preflight.status, preflight.headers.get('Allow')]).toEqual([204, taken.join(', ')])
})

test.for(ROUTES.filter(([, method]) => method === 'GET'))(
  'HEAD of %s is answered as GET is, without a body',
  async ([path]) => {
    const via = withBindings({ OPERATOR_CONTACT: 'mailto:security@sealdrop.example' })
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map(async (method) => read(await via(new Request(ORIGIN + path, { method })))),
    )
    expect([head?.status, [...(head?.headers ?? [])]]).toEqual([get?.status, [...(get?.headers ?? [])]])
  },
)

test('a signed HEAD is signed as such, and changes no more than GET does', async () => {
  const drop = await depositDrop()
  const { dropId, sender } = drop
  const asked = { name: 'sent', dropId, signers: { sender } } as const
  const signed = await requestOf(asked)
  // Signed for GET it is another request.
  expect((await directly(new Request(signed.url, { method: 'HEAD', headers: signed.headers }))).status).toBe(401)
  expect((await send({ ...asked, method: 'HEAD' })).status).toBe(200)
  expect((await look(drop)).status).toBe(200)
})

test('every 401 says by what to prove oneself', async () => {
  const { dropId } = await depositDrop()
  const { locator } = await depositDrop()
  for (const asked of [
    { name: 'status', signers: { locator } },
    { name: 'sent', signers: { sender: locator } },
    { name: 'sent', signers: { sender: locator }, createdMs: 0 },
  ] as const) {
    const { status, headers } = await send({ dropId, ...asked })
    expect([asked.name, status, headers.get('WWW-Authenticate')]).toEqual([
      asked.name,
      401,
      'Signature realm="sealdrop"',
    ])
  }
})
