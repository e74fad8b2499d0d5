import { connect } from 'node:net'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { signRequest } from '#client/crypto/sign.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatExtent } from '#protocol/extent.ts'
import { formatDropId } from '#protocol/id.ts'
import { MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatTerms } from '#protocol/terms.ts'
import { configWith, startServer } from '../tools/server.ts'
import { PATIENCE_MS } from './support/disk.ts'

const home = mkdtempSync(join(tmpdir(), 'sealdrop-hang-up-'))
afterAll(() => rmSync(home, { recursive: true }))

test.for(['KV', 'R2'] as const)('a sender who hangs up in the middle of a part leaves nothing on %s', async (store) => {
  await using server = await startServer(store === 'R2' ? { config: configWith(home) } : {})
  const [locator, claim, sender] = await Promise.all([0, 1, 2].map(() => generateSigningKey()))
  if (!locator || !claim || !sender) throw new Error('keys are made above')
  const dropId = formatDropId(randomBytes(16))
  const part = new Uint8Array(MIN_PART_BYTES).fill(7)
  const keys = { locator: locator.publicKey, claim: claim.publicKey, sender: sender.publicKey }
  const begun = await fetch(`${server.url}/v1/drops/begin`, {
    method: 'POST',
    headers: {
      'Drop-Id': dropId,
      'Drop-Terms': formatTerms({ ttlSeconds: 300, reads: 1, ...keys }),
      'Drop-Extent': formatExtent({ size: 2 * MIN_PART_BYTES, parts: 2 }),
    },
  })
  expect(begun.status).toBe(201)
  const digest = await contentDigest(part)
  const authority = new URL(server.url).host
  const request = { name: 'upload' as const, authority, query: '?n=0', dropId, digest }
  const now = Math.floor(Date.now() / 1_000)
  const signed = await signRequest(request, { sender }, toBase64url(randomBytes(18)), now)
  const head = [
    'PUT /v1/drops/upload?n=0 HTTP/1.1',
    `Host: ${authority}`,
    `Drop-Id: ${dropId}`,
    `Content-Length: ${part.length}`,
    `Content-Digest: ${digest}`,
    `Signature-Input: ${signed.signatureInput}`,
    `Signature: ${signed.signature}`,
  ]
  for (const sentBytes of [0, 1, 3_000_000]) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.write(`${head.join('\r\n')}\r\n\r\n`)
        socket.write(part.subarray(0, sentBytes), () => setTimeout(() => socket.destroy(), 300))
      })
      socket.on('close', () => resolve()).on('error', reject)
    })
  }
  // The shelf notes an attempt before it is made: once no note is left, every one has been cleaned up.
  await expect
    .poll(() => rowsIn(join(server.data, 'state/do/sealdrop-Shelf'), 'SELECT n, state FROM parts'))
    .toEqual([])
  // The local store of R2 leaves files behind that no object names: only objects that can be fetched count.
  const [folder, query] = store === 'R2' ? ['r2', 'SELECT key FROM _mf_objects'] : ['kv', 'SELECT key FROM _mf_entries']
  expect(rowsIn(join(server.data, 'state', folder), query)).toEqual([])
})

/** The rows of a query over the databases below a folder, while their server is running. */
function rowsIn(folder: string, query: string): unknown[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.sqlite') && !file.endsWith('metadata.sqlite'),
  )
  expect(files).not.toEqual([])
  return files.flatMap((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true, timeout: PATIENCE_MS })
    try {
      return database.prepare(query).all()
    } finally {
      database.close()
    }
  })
}
