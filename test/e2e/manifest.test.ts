import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { listFolder } from '../../tools/files.ts'
import type { ReleaseManifest } from '../../tools/manifest.ts'
import { startServer, type Server } from '../tools/server.ts'

let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const MANIFEST = JSON.parse(readFileSync(`${ROOT}dist/manifest.json`, 'utf8')) as ReleaseManifest

test('the manifest lists every file that is served', () => {
  const paths = listFolder(`${ROOT}dist/web`)
    .filter((file) => file !== '_headers')
    .map((file) => `/${file.replace(/^index\.html$|\.html$/, '')}`)
  expect(MANIFEST.files.map(({ path }) => path)).toEqual(paths.toSorted())
  expect(paths).toEqual(expect.arrayContaining(['/', '/workshop', '/problems/gone', '/licenses.txt']))
})

test('every address of the manifest is answered with the bytes and headers in it', async () => {
  for (const { bytes, headers, path, sha256 } of MANIFEST.files) {
    const answer = await ask(path)
    expect([path, answer.status, answer.body.byteLength]).toEqual([path, 200, bytes])
    expect([path, createHash('sha256').update(answer.body).digest('hex')]).toEqual([path, sha256])
    for (const [name, value] of Object.entries(headers))
      expect([path, name, answer.values(name)]).toEqual([path, name, [value]])
    // None of the other headers changes what a browser lets the page do.
    const others = answer.names.filter((name) => !Object.keys(headers).some((each) => each.toLowerCase() === name))
    expect([path, others.filter((name) => !HARMLESS.has(name))]).toEqual([path, []])
  }
})

test('the command comes with the same manifest as the pages', () => {
  expect(readFileSync(`${ROOT}dist/cli/manifest.json`)).toEqual(readFileSync(`${ROOT}dist/manifest.json`))
})

test('the manifest has the hash of the file for opening from disk, which no server serves', () => {
  const bytes = readFileSync(`${ROOT}dist/sealdrop.html`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(MANIFEST.offline).toEqual({ path: 'sealdrop.html', sha256, bytes: bytes.length })
  expect(MANIFEST.files.map(({ path }) => path)).not.toContain('/sealdrop')
})

/** Headers of the server itself, of the connection or of a cache. */
const HARMLESS = new Set([
  'vary',
  'cf-cache-status',
  'connection',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'transfer-encoding',
])

interface Answer {
  readonly status: number | undefined
  readonly body: Buffer
  /** In lower case. */
  readonly names: readonly string[]
  /** Every value of a field, line by line: a browser would join them. */
  values(name: string): string[]
}

/** As the server sends it, without the decoding and joining of fetch. */
function ask(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(server.url + path, (answer) => {
      const parts: Buffer[] = []
      answer
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () =>
          resolve({
            status: answer.statusCode,
            body: Buffer.concat(parts),
            names: Object.keys(answer.headersDistinct),
            values: (name) => answer.headersDistinct[name.toLowerCase()] ?? [],
          }),
        )
        .on('error', reject)
    })
      .on('error', reject)
      .end()
  })
}
