import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { addressOf } from '#protocol/address.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { CROSS_ORIGIN_HEADERS } from '#protocol/cross-origin.ts'
import { formatDropId } from '#protocol/id.ts'
import { depositDrop } from './support/drops.ts'
import { rowOf } from './support/inside.ts'
import { directly, ORIGIN, read, requestOf, withBindings, type Reply } from './support/wire.ts'

const NAMES = Object.keys(REQUESTS) as RequestName[]

/** A browser's request for a page from disk, or of another origin, before the request itself. */
async function preflight(path: string, origin = 'null', fields = 'drop-id'): Promise<Reply> {
  const headers = {
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': fields,
  }
  return read(await directly(new Request(`${ORIGIN}${path}`, { method: 'OPTIONS', headers })))
}

function expectOpen({ headers }: Reply, occasion: string): void {
  for (const [name, value] of Object.entries(CROSS_ORIGIN_HEADERS))
    expect([occasion, name, headers.get(name)]).toEqual([occasion, name, value])
  for (const name of ['Access-Control-Allow-Credentials', 'Set-Cookie', 'Vary', 'Timing-Allow-Origin'])
    expect([occasion, name, headers.get(name)]).toEqual([occasion, name, null])
}

const SIGNED = 'Signature-Input, Signature'
const BOX = 'Box-Address, Box-Reader'

/** The contract once more, in its own words. docs/protocol.md §10.1. */
const ALLOWED: Readonly<Record<string, readonly [method: string, fields: string]>> = {
  '/v1/limits': ['GET, HEAD', ''],
  '/v1/drops': ['POST', 'Drop-Id, Drop-Terms, Box-Invitation, Content-Digest, Content-Type'],
  '/v1/drops/begin': ['POST', 'Drop-Id, Drop-Terms, Drop-Extent, Box-Invitation, Content-Digest, Content-Type'],
  '/v1/drops/upload': ['PUT', `Drop-Id, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/uploaded': ['GET, HEAD', `Drop-Id, ${SIGNED}`],
  '/v1/drops/commit': ['POST', `Drop-Id, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/status': ['GET, HEAD', `Drop-Id, ${SIGNED}`],
  '/v1/drops/claim': ['POST', `Drop-Id, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/part': ['GET, HEAD', `Drop-Id, Drop-Reader, ${SIGNED}`],
  '/v1/drops/ack': ['POST', `Drop-Id, Drop-Reader, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/revoke': ['POST', `Drop-Id, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/reopen': ['POST', `Drop-Id, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/drops/sent': ['GET, HEAD', `Drop-Id, ${SIGNED}`],
  '/v1/boxes/card': ['GET, HEAD', 'Box-Address'],
  '/v1/boxes/publish': ['POST', `${BOX}, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/boxes/items': ['GET, HEAD', `${BOX}, ${SIGNED}`],
  '/v1/boxes/part': ['GET, HEAD', `Drop-Id, ${BOX}, ${SIGNED}`],
  '/v1/boxes/delete': ['POST', `${BOX}, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/boxes/keys': ['POST', `${BOX}, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/boxes/readers': ['GET, HEAD', `${BOX}, ${SIGNED}`],
  '/v1/boxes/invite': ['POST', `${BOX}, Content-Digest, Content-Type, ${SIGNED}`],
  '/v1/boxes/invitations': ['GET, HEAD', `${BOX}, ${SIGNED}`],
  '/v1/operator': ['GET, HEAD', ''],
  '/v1/operator/disclose': ['POST', `Content-Digest, Content-Type, ${SIGNED}`],
}

test.for(Object.entries(ALLOWED))('a preflight of %s is told its methods and these fields', async ([path, allowed]) => {
  const reply = await preflight(path)
  const { headers, status, body } = reply
  expect([status, body.length]).toEqual([204, 0])
  expect([headers.get('Access-Control-Allow-Methods'), headers.get('Access-Control-Allow-Headers')]).toEqual(allowed)
  expect(headers.get('Access-Control-Max-Age')).toBe('7200')
  expect(headers.get('Cache-Control')).toBe('no-store')
  expectOpen(reply, path)
})

test('every request that somebody signs, or that is about something, is among those', () => {
  const bare = NAMES.filter((name) => REQUESTS[name].names.length === 0 && REQUESTS[name].signers.length === 0)
  const paths = NAMES.filter((name) => !bare.includes(name)).map((name) => REQUESTS[name].path)
  expect(Object.keys(ALLOWED)).toEqual(expect.arrayContaining(paths))
})

test.for(NAMES)('a page of any origin may make %s as a client makes it, and read what comes of it', async (name) => {
  const key = await generateSigningKey()
  const { names, signers } = REQUESTS[name]
  const box = await addressOf(key.publicKey)
  const request = await requestOf({
    name,
    dropId: formatDropId(randomBytes(16)),
    ...(names.includes('Box-Address') ? { box } : {}),
    ...(names.includes('Box-Reader') ? { boxReader: key.publicKey } : {}),
    ...(names.includes('Drop-Reader') ? { reader: key.publicKey } : {}),
    ...(signers.length === 0 ? {} : { signers: Object.fromEntries(signers.map((role) => [role, key])) }),
    fields: { ...(names.includes('Drop-Id') ? {} : { 'Drop-Id': null }), Origin: 'https://other.example' },
  })
  const { headers } = await preflight(REQUESTS[name].path, 'https://other.example')
  const allowed = (headers.get('Access-Control-Allow-Headers') ?? '').toLowerCase().split(', ')
  const own = [...request.headers.keys()].filter((field) => !SET_BY_BROWSERS.has(field))
  expect(allowed).toEqual(expect.arrayContaining(own))
  expectOpen(await read(await directly(request)), name)
})

/** A field that no page sets by itself. */
const SET_BY_BROWSERS: ReadonlySet<string> = new Set(['content-length', 'origin'])

test('every page is told the same about every address', async () => {
  const asked = await Promise.all([
    preflight('/v1/drops/claim'),
    preflight('/v1/drops/claim', 'https://evil.example', 'authorization, cookie, x-anything'),
    preflight('/v1/drops/claim?n=0'),
    directly(new Request(`${ORIGIN}/v1/drops/claim`, { method: 'OPTIONS' })).then(read),
  ])
  const visible = asked.map(({ status, headers }) => [status, [...headers]])
  for (const each of visible) expect(each).toEqual(visible[0])
})

test('refusals carry the fields too, whatever is refused', async () => {
  const drop = await depositDrop()
  const broken = withBindings({ LARGEST_ON_KV: 'none', SHELF: undefined as never })
  const ask = async (path: string, init: RequestInit = {}, origin = ORIGIN): Promise<Reply> =>
    read(await directly(new Request(`${origin}${path}`, init)))
  const replies: readonly (readonly [string, Reply])[] = [
    ['not_found', await ask('/v1/nothing')],
    ['not_found', await preflight('/v1/nothing')],
    ['not_found', await preflight('/v1/drops/')],
    ['method_not_allowed', await ask('/v1/drops', { method: 'DELETE' })],
    ['wrong_origin', await ask('/v1/limits', {}, 'https://other.example')],
    ['bad_request', await ask('/v1/drops/status')],
    ['gone', await ask('/v1/drops/status', { headers: { 'Drop-Id': formatDropId(randomBytes(16)) } })],
    ['internal', await read(await broken(await requestOf({ name: 'status', dropId: drop.dropId })))],
  ]
  for (const [code, reply] of replies) {
    expect(reply.code).toBe(code)
    expectOpen(reply, code)
  }
})

test('a preflight changes nothing that waits', async () => {
  const drop = await depositDrop()
  const before = await rowOf(drop.dropId)
  for (const name of NAMES) await preflight(REQUESTS[name].path)
  expect(await rowOf(drop.dropId)).toEqual(before)
})
