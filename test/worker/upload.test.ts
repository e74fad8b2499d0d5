import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { sha256, toBase64url } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { acknowledge, claim, look, lookAsHolder, part, sent } from './support/drops.ts'
import { DAY, travel } from './support/clock.ts'
import { dueOf, evict, fireAlarm, rowOf, shelfUsesAll } from './support/inside.ts'
import { newReader, newReaderKey } from '../kit/people.ts'
import {
  allKeys,
  announce,
  attemptsAt,
  begin,
  commit,
  depositInParts,
  newCut,
  upload,
  uploaded,
  type Cut,
} from './support/parts.ts'
import { read, requestOf, withBindings, type Wire } from './support/wire.ts'

const STORES: readonly (readonly [string, 'part/' | 'r2/', Partial<Cloudflare.Env>])[] = [
  ['Workers KV', 'part/', {}],
  ['R2', 'r2/', { R2: env.BUCKET }],
]

describe.for(STORES)('on %s', ([, prefix, bindings]) => {
  const via = withBindings(bindings)

  test('a drop in parts is announced, uploaded, committed, claimed, read part by part, and burned', async () => {
    const before = await allKeys()
    const drop = await newCut({ ttlSeconds: 300, reads: 1 })
    await shelfUsesAll(drop.dropId, bindings)
    await uploadWhole(drop, via)
    const keys = (await allKeys()).filter((key) => !before.includes(key))
    expect(keys).toHaveLength(3)
    for (const key of keys) expect(key.startsWith(prefix)).toBe(true)
    await readToTheEnd(drop, via)
    expect(await allKeys()).toEqual(before)
    expect(await attemptsAt(drop.dropId)).toEqual([])
  })

  test('an eviction before every request loses nothing', async () => {
    const drop = await newCut()
    const between = async (): Promise<void> => {
      await evict(drop.dropId)
      await shelfUsesAll(drop.dropId, bindings)
    }
    for (const step of [begin, ...drop.parts.map((_, n) => (each: typeof drop) => upload(each, n, { via })), commit]) {
      await between()
      expect((await step(drop, { via })).status).toBeLessThan(300)
    }
    const reader = await newReader()
    await between()
    expect((await claim(drop, reader.publicKey, { via })).body).toEqual(drop.parts[0])
    await between()
    expect((await acknowledge(drop, reader, { via })).json).toEqual({ burned: true })
  })

  test('an upload that is not committed is gone after a day, whole', async () => {
    const before = await allKeys()
    const drop = await announce({ ttlSeconds: 2_592_000 }, { via })
    await upload(drop, 0, { via })
    await upload(drop, 2, { via })
    await shelfUsesAll(drop.dropId, bindings)
    travel(DAY + 1_000)
    const replies = [await uploaded(drop), await upload(drop, 1, { via }), await commit(drop), await sent(drop)]
    expect(replies.map(({ code }) => code)).toEqual(['gone', 'gone', 'gone', 'gone'])
    expect((await begin(drop)).code).toBe('try_later')
    await fireAlarm(drop.dropId)
    // The same alarm ends what other tests have left on this shelf.
    expect((await allKeys()).filter((key) => !before.includes(key))).toEqual([])
    expect([await rowOf(drop.dropId), await attemptsAt(drop.dropId)]).toEqual([undefined, []])
    expect((await begin(drop)).status).toBe(201)
  })

  test('a part that is not what its digest says, or breaks off, leaves nothing behind', async () => {
    const before = await allKeys()
    const drop = await announce({}, { via })
    await shelfUsesAll(drop.dropId, bindings)
    const spoiled = drop.parts[0]!.slice()
    spoiled[5]! ^= 1
    const digest = await contentDigest(drop.parts[0]!)
    const wrong = { ...(await signedUpload(drop, 0)), body: spoiled }
    expect(await codeOf(via, wrong)).toBe('bad_request')
    for (const body of [drop.parts[0]!.subarray(0, -1), new Uint8Array([...drop.parts[0]!, 0])])
      expect(await codeOf(via, { ...wrong, body })).toBe('bad_request')
    expect(wrong.headers.get('Content-Digest')).toBe(digest)
    for (const at of [0, 1, 3_000_000])
      expect(await codeOf(via, { ...wrong, body: broken(drop.parts[0]!, at) })).toBe('try_later')
    expect(await allKeys()).toEqual(before)
    expect(await attemptsAt(drop.dropId)).toEqual([])
    expect((await upload(drop, 0, { via })).status).toBe(201)
  })

  test('drops outlive a change of the setting', async () => {
    const drop = await depositInParts({}, { via })
    const other = withBindings(bindings.R2 === undefined ? { R2: env.BUCKET } : {})
    const reader = await newReader()
    const reply = await claim(drop, reader.publicKey, { via: other })
    // Parts on R2 cannot be reached while it is not bound; a request loses nothing.
    expect(prefix === 'r2/' ? reply.code : reply.body).toEqual(prefix === 'r2/' ? 'try_later' : drop.parts[0])
    expect((await claim(drop, reader.publicKey, { via })).body).toEqual(drop.parts[0])
  })
})

/** From its announcement to its commit, and what cannot be done with it before. */
async function uploadWhole(drop: Cut, via: Wire): Promise<void> {
  const begun = await begin(drop, { via })
  const terms = { reads: 1, size: drop.bytes.length, parts: 3 }
  expect([begun.status, begun.json]).toEqual([201, { ...terms, expires: expect.any(Number) }])
  expect(Number(begun.json['expires']) - Date.now() / 1_000).toBeCloseTo(UPLOAD_LIFE_SECONDS, -1)

  for (const n of [2, 0]) {
    const reply = await upload(drop, n, { via })
    expect([reply.status, reply.json]).toEqual([201, {}])
  }
  const hashes = await Promise.all(drop.parts.map(async (bytes) => toBase64url(await sha256(bytes))))
  const known = await uploaded(drop, { via })
  const { expires } = begun.json
  const received = [hashes[0], null, hashes[2]]
  expect(known.json).toEqual({ drop: drop.dropId, ...terms, expires, state: 'uploading', received })
  expect((await commit(drop, { via })).code).toBe('incomplete')
  expect((await look(drop, { via })).code).toBe('gone')
  expect((await claim(drop, await newReaderKey(), { via })).code).toBe('gone')
  expect((await upload(drop, 1, { via })).status).toBe(201)

  const committed = await commit(drop, { via })
  expect([committed.status, committed.json]).toEqual([200, { ...terms, expires: expect.any(Number) }])
  expect(Number(committed.json['expires']) - Date.now() / 1_000).toBeCloseTo(300, -1)
  expect(await dueOf(drop.dropId)).toBe((await rowOf(drop.dropId))?.expiresAtMs)
  expect((await lookAsHolder(drop, { via })).json).toMatchObject({ ...terms, state: 'ready' })
}

/** From its claim to its burning, and what cannot be read. */
async function readToTheEnd(drop: Cut, via: Wire): Promise<void> {
  const reader = await newReader()
  const first = await claim(drop, reader.publicKey, { via })
  expect(first.body).toEqual(drop.parts[0])
  for (const [n, bytes] of drop.parts.entries()) {
    const reply = await part(drop, reader, { via, query: `?n=${n}` })
    expect(reply.body).toEqual(bytes)
    expect(reply.headers.get('Content-Digest')).toBe(await contentDigest(bytes))
    expect(reply.headers.get('Content-Type')).toBe('application/octet-stream')
  }
  expect((await part(drop, reader, { via, query: '?n=3' })).code).toBe('bad_request')
  expect((await acknowledge(drop, reader, { via })).json).toEqual({ burned: true })
  expect((await part(drop, reader, { via, query: '?n=1' })).code).toBe('gone')
  expect((await sent(drop)).json).toMatchObject({ reads: 1, size: drop.bytes.length, parts: 3, state: 'read' })
}

interface Sending {
  readonly url: string
  readonly headers: Headers
  readonly body: BodyInit
}

/** A request to upload a part, so that another body can be sent with it. */
async function signedUpload(drop: Cut, n: number): Promise<Sending> {
  const { url, headers } = await requestOf({
    name: 'upload',
    dropId: drop.dropId,
    query: `?n=${n}`,
    signers: { sender: drop.sender },
    body: drop.parts[n]!,
  })
  return { url, headers, body: drop.parts[n]! }
}

async function codeOf(via: Wire, { url, headers, body }: Sending): Promise<string | number> {
  const { code, status } = await read(await via(new Request(url, { method: 'PUT', headers, body })))
  return code ?? status
}

/** A body that breaks off, as when somebody hangs up. */
function broken(bytes: Uint8Array, at: number): ReadableStream<Uint8Array> {
  let sentBytes = 0
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (sentBytes >= at) return controller.error(new Error('hung up'))
      controller.enqueue(bytes.slice(sentBytes, Math.min(at, sentBytes + 65_536)))
      sentBytes += 65_536
    },
  })
}
