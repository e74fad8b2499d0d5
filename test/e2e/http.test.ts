import { afterAll, beforeAll, expect, test } from 'vitest'
import { request } from 'node:http'
import { WORKSHOP_PATH } from '#protocol/security-headers.ts'
import { startServer, type Server } from '../tools/server.ts'

// RFC 9110, as the server follows it.

let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

/** Asks without a library that would decode, follow or cache. */
function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; fields: Readonly<Record<string, string | string[] | undefined>>; size: number }> {
  return new Promise((done, fail) => {
    const asked = request(server.url + path, { method, headers, agent: false })
    asked.once('response', (answer) => {
      let size = 0
      answer.on('data', (chunk: Buffer) => (size += chunk.length))
      answer.once('end', () => done({ status: answer.statusCode ?? 0, fields: answer.headers, size }))
    })
    asked.once('error', fail)
    asked.end()
  })
}

/** Fields that differ from one answer to the next, or belong to the connection. */
const OF_THE_LINE: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding'])

const FILES = ['/', WORKSHOP_PATH, '/published', '/disclosure', '/problems/gone', '/licenses.txt', '/favicon.svg']
const ROUTES = ['/v1/limits', '/v1/operator', '/v1/drops/status', '/v1/boxes/card', '/v1/nothing']

test.for([...FILES, ...ROUTES])('HEAD of %s gets the same answer as GET, without the body', async (path) => {
  for (const coding of ['identity', 'gzip']) {
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => ask(method, path, { 'Accept-Encoding': coding })),
    )
    const kept = (fields = {}): unknown[] => Object.entries(fields).filter(([name]) => !OF_THE_LINE.has(name))
    expect([coding, head?.status, head?.size]).toEqual([coding, get?.status, 0])
    expect([coding, kept(head?.fields)]).toEqual([coding, kept(get?.fields)])
  }
})

test.for(FILES)('%s takes GET and HEAD, and says so to every other method', async (path) => {
  const { status: found } = await ask('GET', path)
  for (const method of ['OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
    const { status, fields } = await ask(method, path)
    expect([path, method, found === 200 ? status : 405]).toEqual([path, method, 405])
    expect([path, method, (fields['allow'] ?? '') !== '']).toEqual([path, method, true])
  }
})

test.for(FILES)('%s has a tag that its compressed form may share, and is not sent twice', async (path) => {
  for (const coding of ['identity', 'gzip', 'br']) {
    const { status, fields } = await ask('GET', path, { 'Accept-Encoding': coding })
    const tag = String(fields['etag'])
    expect([path, status, tag, fields['vary']]).toEqual([
      path,
      200,
      expect.stringMatching(/^W\/"[^"]+"$/),
      'Accept-Encoding',
    ])
    for (const known of [tag, tag.replace('W/', '')]) {
      const again = await ask('GET', path, { 'If-None-Match': known })
      expect([path, known, again.status, again.size]).toEqual([path, known, 304, 0])
      for (const name of ['etag', 'cache-control', 'vary', 'content-security-policy'])
        expect([path, name, again.fields[name]]).toEqual([path, name, fields[name]])
    }
    expect((await ask('GET', path, { 'If-None-Match': 'W/"other"' })).status).toBe(200)
  }
})
