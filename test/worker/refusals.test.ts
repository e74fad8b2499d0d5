import { describe, expect, test } from 'vitest'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { utf8 } from '#protocol/bytes.ts'
import { CROSS_ORIGIN_HEADERS } from '#protocol/cross-origin.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import { formatTerms } from '#protocol/terms.ts'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import {
  claim,
  create,
  guess,
  depositDrop,
  look,
  newDrop,
  reopen,
  revoke,
  sent,
  type RawDrop,
} from './support/drops.ts'
import { rowOf } from './support/inside.ts'
import { newReader, newReaderKey } from '../kit/people.ts'
import { announce, begin, commit, newCut, upload, uploaded } from './support/parts.ts'
import { directly, ORIGIN, read, requestOf, withBindings, type Reply } from './support/wire.ts'

const NAMES = Object.keys(REQUESTS) as RequestName[]

async function plain(path: string, init: RequestInit = {}, origin = ORIGIN): Promise<Reply> {
  return read(await directly(new Request(`${origin}${path}`, init)))
}

describe('addresses', () => {
  test.for([
    '/v1',
    '/v1/',
    '/v1/drop',
    '/v1/limits/',
    '/v1/drops/',
    '/v1/drops//status',
    '/v1/drops/status/',
    '/v1/drops/claim/x',
    '/v2/drops',
    '/V1/drops',
  ])('%s is no address', async (path) => {
    for (const method of ['GET', 'POST', 'PUT'])
      expect([(await plain(path, { method })).code, path]).toEqual(['not_found', path])
  })

  test.for(NAMES)('%s for a host that is not ours is refused before anything else', async (name) => {
    const { method, path } = REQUESTS[name]
    for (const origin of [
      'https://other.example',
      'https://sealdrop.example:8443',
      'https://sealdrop.example.evil.example',
    ]) {
      const reply = await plain(path, { method, ...(method === 'GET' ? {} : { body: 'x' }) }, origin)
      expect([reply.status, reply.code]).toEqual([421, 'wrong_origin'])
    }
  })

  test('a query where none belongs is refused', async () => {
    const drop = await depositDrop()
    for (const query of ['?n=0', '?', '?drop=1']) {
      // An empty query is none: a URL does not keep the question mark apart.
      const expected = query === '?' ? undefined : 'bad_request'
      expect((await look(drop, { query })).code).toBe(expected)
    }
    const reader = await newReader()
    await claim(drop, reader.publicKey)
    for (const query of ['', '?n=1', '?n=1000000', '?n=0&n=0', '?n=00', '?n=0&x=1', '?N=0']) {
      const asking = {
        name: 'part' as const,
        dropId: drop.dropId,
        reader: reader.publicKey,
        signers: { reader },
        query,
      }
      expect((await read(await directly(await requestOf(asking)))).code).toBe('bad_request')
    }
  })

  test('a query of thousands of parameters costs no seconds', async () => {
    const begun = Date.now()
    const { path } = REQUESTS.limits
    expect((await plain(`${path}?${'a=1&'.repeat(60_000)}`)).code).toBe('bad_request')
    expect(Date.now() - begun).toBeLessThan(5_000)
  })
})

describe('bodies', () => {
  test('a create that does not say how long it is, is refused, and nothing of it is read', async () => {
    const drop = await newDrop()
    const { request, pulls } = streamed(drop)
    const reply = await read(await withBindings({})(request))
    expect([reply.status, reply.code, pulls()]).toEqual([411, 'length_required', 0])
  })

  test('a body that is announced as too large is refused before a byte of it is read', async () => {
    const drop = await newDrop()
    const { request, pulls } = streamed(drop, { 'Content-Length': `${PART_BYTES + 1}` })
    const reply = await read(await withBindings({})(request))
    expect([reply.status, reply.code, pulls()]).toEqual([413, 'too_large', 0])
    expect(await rowOf(drop.dropId)).toBeUndefined()
  })

  /** A create whose body counts how often it is asked for bytes. */
  function streamed(
    drop: RawDrop,
    fields: Readonly<Record<string, string>> = {},
  ): { request: Request; pulls: () => number } {
    let pulls = 0
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 })
    const headers = { 'Drop-Id': drop.dropId, 'Drop-Terms': formatTerms(drop.terms), ...fields }
    return {
      request: new Request(`${ORIGIN}${REQUESTS.create.path}`, { method: 'POST', headers, body }),
      pulls: () => pulls,
    }
  }

  test('a body longer than it announced is refused, and no more of it is read than may be', async () => {
    const drop = await depositDrop()
    const request = await requestOf({
      name: 'claim',
      dropId: drop.dropId,
      signers: { locator: drop.locator, claim: drop.claim },
    })
    for (const announced of ['10', null]) {
      let pulled = 0
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1_000
          controller.enqueue(new Uint8Array(1_000))
          if (pulled > 1_000_000) controller.close()
        },
      })
      const headers = new Headers(request.headers)
      if (announced !== null) headers.set('Content-Length', announced)
      const long = new Request(request.url, { method: 'POST', headers, body })
      expect((await read(await directly(long))).code).toBe('too_large')
      expect(pulled).toBeLessThan(500_000)
    }
  })

  test('a body of another shape is refused', async () => {
    const drop = await depositDrop()
    const reader = await newReaderKey()
    const bodies = [
      '',
      '{}',
      `{"reader": "${reader}"}`,
      `{"reader":"${reader}"}\n`,
      `\uFEFF{"reader":"${reader}"}`,
      `{"reader":"${reader}","x":1}`,
    ]
    for (const text of bodies) {
      const body = utf8(text)
      expect([text, (await claim(drop, reader, { body })).code]).toEqual([text, 'bad_request'])
      expect([text, (await reopen(drop, reader, { body })).code]).toEqual([text, 'bad_request'])
    }
    expect((await revoke(drop, { body: new Uint8Array(1) })).code).toBe('bad_request')
    expect((await rowOf(drop.dropId))?.claims).toEqual([])
    const cut = await announce()
    const hash = 'A'.repeat(43)
    for (const text of ['', '{}', `{"parts": "${hash}"}`, `{"parts":"${hash}"}\n`, `{"parts":"${hash.slice(1)}B"}`]) {
      expect([text, (await commit(cut, { body: utf8(text) })).code]).toEqual([text, 'bad_request'])
    }
  })
})

describe('fields', () => {
  test.for([
    '',
    'x',
    'AAAAAAAAAAAAAAAAAAAAAB',
    'AAAAAAAAAAAAAAAAAAAAA=',
    'AAAAAAAAAAAAAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAAAAAAAA, AAAAAAAAAAAAAAAAAAAAAA',
  ])('the drop id %j is refused on every route', async (id) => {
    for (const name of NAMES.filter((each) => !['limits', 'operator', 'disclose'].includes(each))) {
      const { method, path } = REQUESTS[name]
      const fields = { 'Content-Length': '1', 'Signature-Input': 'x=()', Signature: 'x=::' }
      const { code } = await plain(path, { method, headers: { 'Drop-Id': id, ...fields } })
      expect([name, code]).toEqual([name, 'bad_request'])
    }
  })

  test('a field that is too long is refused as too large', async () => {
    const drop = await depositDrop()
    const padding = `, x="${'y'.repeat(2_100)}"`
    expect((await sent(drop, { fields: { 'Signature-Input': padding } })).code).toBe('too_large')
    expect((await sent(drop, { fields: { Signature: padding } })).code).toBe('too_large')
    expect((await create(drop, { fields: { 'Drop-Terms': formatTerms(drop.terms) + padding } })).code).toBe('too_large')
    const cut = await newCut()
    expect((await begin(cut, { fields: { 'Drop-Terms': formatTerms(cut.terms) + padding } })).code).toBe('too_large')
    expect((await begin(cut, { fields: { 'Drop-Extent': `size=1, parts=2${padding}` } })).code).toBe('too_large')
    expect((await begin(cut, { body: new Uint8Array(1_025) })).code).toBe('too_large')
    expect((await upload(cut, 0, { fields: { Signature: padding } })).code).toBe('too_large')
  })
})

test('every answer forbids caches, carries the security headers, and a problem says its code and no more', async () => {
  const drop = await depositDrop()
  const cut = await newCut()
  const replies = [
    await plain('/nowhere'),
    await plain(REQUESTS.claim.path),
    await plain(REQUESTS.status.path, {}, 'https://other.example'),
    await create(drop),
    await create(await newDrop(), { body: new Uint8Array(PART_BYTES + 1) }),
    await create({ ...(await newDrop()), dropId: drop.dropId }),
    await look(drop),
    await look(await newDrop()),
    await guess(drop),
    await claim(drop, await newReaderKey(), { fields: { Signature: null } }),
    await claim(drop, await newReaderKey(), { createdMs: 0 }),
    await claim(drop, await newReaderKey()),
    await claim(drop, await newReaderKey()),
    await sent(drop),
    await revoke(drop),
    await plain(REQUESTS.limits.path),
    await begin(cut),
    await begin({ ...cut, dropId: drop.dropId }),
    await begin(cut, { via: withBindings({ LARGEST_ON_KV: '1' }) }),
    await upload(cut, 2),
    await upload(cut, 2),
    await upload(cut, 2, { createdMs: 0 }),
    await upload(cut, 2, { fields: { 'Content-Length': null }, via: withBindings({}) }),
    await upload(cut, 3),
    await uploaded(cut),
    await commit(cut),
  ]
  const members: Readonly<Record<string, readonly string[]>> = {
    bad_request: ['field', 'wanted'],
    claimed: ['claims', 'authority'],
    wrong_passphrase: ['triesLeft'],
    too_large: ['largest'],
  }
  for (const { status, headers, code, json } of replies) {
    expect(headers.get('Cache-Control')).toBe('no-store')
    for (const [name, value] of Object.entries({ ...API_SECURITY_HEADERS, ...CROSS_ORIGIN_HEADERS }))
      expect([name, headers.get(name)]).toEqual([name, value])
    for (const name of ['Set-Cookie', 'Access-Control-Allow-Credentials']) expect(headers.get(name)).toBe(null)
    if (status < 300) continue
    expect(headers.get('Content-Type')).toBe('application/problem+json')
    const { title } = PROBLEMS[code as keyof typeof PROBLEMS]
    expect(json).toMatchObject({ type: `https://sealdrop.example/problems/${code}`, title, status })
    const more = Object.keys(json).filter((name) => !['type', 'title', 'status'].includes(name))
    // That a body is wrong or too large says less than that a field or a drop is.
    expect([members[code ?? ''] ?? [], ...(code === 'too_large' || code === 'bad_request' ? [[]] : [])]).toContainEqual(
      more,
    )
    for (const { dropId } of [drop, cut]) expect(JSON.stringify(json)).not.toContain(dropId)
  }
  expect([...new Set(replies.flatMap(({ code }) => code ?? []))].toSorted()).toEqual([
    'bad_request',
    'claimed',
    'gone',
    'id_taken',
    'incomplete',
    'length_required',
    'method_not_allowed',
    'not_found',
    'not_proved',
    'too_large',
    'wrong_origin',
    'wrong_passphrase',
  ])
})
