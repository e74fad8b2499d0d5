import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { parseAcceptSignature } from '#protocol/accept-signature.ts'
import { DROP_EXTENT_FIELD, formatCommitBody } from '#protocol/api.ts'
import { formatExtent } from '#protocol/extent.ts'
import { MIN_PART_BYTES, PART_BYTES, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { travel } from './support/clock.ts'
import { create, depositDrop, newDrop, revoke } from './support/drops.ts'
import { randomNoise, hashOfParts } from '../kit/bytes.ts'
import { slowPuts } from './support/faults.ts'
import { fireAlarm, rowOf } from './support/inside.ts'
import { repeatedly } from '../kit/people.ts'
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
} from './support/parts.ts'
import { directly, ORIGIN, read, requestOf, withBindings } from './support/wire.ts'

test('a server tells its limit, with and without R2, and refuses larger drops before it keeps anything', async () => {
  const ask = async (bindings: Partial<Cloudflare.Env>): Promise<unknown> =>
    (await read(await withBindings(bindings)(new Request(`${ORIGIN}/v1/limits`)))).json['largest']
  expect(await ask({})).toBe(104_857_600)
  expect(await ask({ R2: env.BUCKET })).toBe(5_368_709_120)
  expect(await ask({ LARGEST_ON_KV: '7' })).toBe(7)
  expect(await ask({ LARGEST_ON_KV: 'much' })).toBeUndefined()
  expect((await read(await directly(new Request(`${ORIGIN}/v1/limits?n=0`)))).code).toBe('bad_request')

  const largest = 2 * MIN_PART_BYTES
  const via = withBindings({ LARGEST_ON_KV: `${largest}` })
  const drop = await newCut({ sizes: [MIN_PART_BYTES, MIN_PART_BYTES + 1] })
  const refused = await begin(drop, { via })
  expect([refused.status, refused.code, refused.json['largest']]).toEqual([413, 'too_large', largest])
  expect(await rowOf(drop.dropId)).toBeUndefined()
  const whole = await create(await newDrop(), { via: withBindings({ LARGEST_ON_KV: '63' }) })
  expect([whole.code, whole.json['largest']]).toEqual(['too_large', 63])
})

test('begin is repeatable, also when the drop is live, and nothing else under its id is', async () => {
  const drop = await depositInParts()
  expect((await begin(drop)).json).toEqual((await commit(drop)).json)
  expect((await create(drop)).code).toBe('too_large')
  expect((await create({ ...drop, bytes: randomNoise(9) })).code).toBe('id_taken')
  const size = drop.bytes.length
  const extent = (parts: number, bytes: number) => ({
    fields: { [DROP_EXTENT_FIELD]: formatExtent({ size: bytes, parts }) },
  })
  expect((await begin(drop, extent(2, size))).code).toBe('id_taken')
  expect((await begin(drop, extent(3, size + 1))).code).toBe('id_taken')
  expect((await begin({ ...drop, terms: { ...drop.terms, reads: 2 } })).code).toBe('id_taken')
  for (const bad of ['', 'size=1, parts=1', formatExtent({ size, parts: 9 })])
    expect((await begin(await newCut(), { fields: { [DROP_EXTENT_FIELD]: bad } })).code).toBe('bad_request')
  expect((await begin(await newCut(), { body: new Uint8Array(1) })).code).toBe('bad_request')
  const small = await depositDrop()
  expect((await begin({ ...drop, ...small, parts: drop.parts, bytes: drop.bytes })).code).toBe('id_taken')
})

test('bytes that cannot be a part of the drop are refused by their code, and nothing of them is kept', async () => {
  const drop = await announce()
  const before = await allKeys()
  const code = async (n: number, body: Uint8Array<ArrayBuffer>, query = `?n=${n}`) =>
    (await upload(drop, n, { body, query })).code
  expect(await code(0, randomNoise(MIN_PART_BYTES - 1))).toBe('bad_request')
  expect(await code(0, randomNoise(MIN_PART_BYTES + 2))).toBe('bad_request')
  expect(await code(2, randomNoise(3))).toBe('bad_request')
  expect(await code(3, randomNoise(1))).toBe('bad_request')
  expect(await code(2, randomNoise(0))).toBe('bad_request')
  expect(await code(0, randomNoise(PART_BYTES + 1))).toBe('too_large')
  for (const query of ['', '?n=00', '?n=-1', '?n=2&n=2'])
    expect(await code(2, drop.parts[2]!, query)).toBe('bad_request')
  for (const fields of [{ 'Content-Digest': null }, { 'Content-Digest': 'sha-512=:AAAA:' }, { 'Content-Length': 'x' }])
    expect((await upload(drop, 2, { fields })).code).toBe('bad_request')
  expect((await upload(drop, 2, { fields: { 'Content-Length': null }, via: withBindings({}) })).code).toBe(
    'length_required',
  )
  expect((await upload({ ...(await depositDrop()), parts: [] }, 0, { body: randomNoise(64) })).code).toBe('bad_request')
  expect(await allKeys()).toHaveLength(before.length + 1)
  expect(await attemptsAt(drop.dropId)).toEqual([])
})

test('without the sender key nobody uploads, asks or commits anything; a wrong clock costs the sender a round trip', async () => {
  const drop = await announce()
  const signers = { sender: await generateSigningKey() }
  const asks = [
    (changes: object) => upload(drop, 2, changes),
    (changes: object) => uploaded(drop, changes),
    (changes: object) => commit(drop, changes),
  ]
  for (const ask of asks) expect((await ask({ signers })).code).toBe('gone')
  expect(await attemptsAt(drop.dropId)).toEqual([])
  for (const ask of asks) {
    const stale = await ask({ createdMs: 0 })
    expect(stale.code).toBe('not_proved')
    const nonce = parseAcceptSignature(stale.headers.get('Accept-Signature') ?? '') ?? ''
    expect((await ask({ createdMs: 0, nonce })).code).not.toBe('not_proved')
  }
  // A signature for one part is none for another.
  const request = await requestOf({
    name: 'upload',
    dropId: drop.dropId,
    query: '?n=0',
    signers: { sender: drop.sender },
    body: drop.parts[2]!,
  })
  const moved = new Request(`${ORIGIN}/v1/drops/upload?n=2`, {
    method: 'PUT',
    headers: request.headers,
    body: drop.parts[2]!,
  })
  expect((await read(await directly(moved))).code).toBe('gone')
})

test('nothing of a part is read before its signature is known to be right', async () => {
  const drop = await announce()
  const { headers, url } = await requestOf({
    name: 'upload',
    dropId: drop.dropId,
    query: '?n=2',
    signers: { sender: await generateSigningKey() },
    body: drop.parts[2]!,
  })
  let pulls = 0
  const body = new ReadableStream({ type: 'bytes', pull: () => void pulls++ })
  expect((await read(await withBindings({})(new Request(url, { method: 'PUT', headers, body })))).code).toBe('gone')
  expect(pulls).toBe(0)
})

test('a browser never saw the answer to a part that was there already, and sent it for ever', async () => {
  const drop = await announce()
  expect((await upload(drop, 2)).status).toBe(201)
  const stale = { createdMs: 0 }
  for (const [changes, status] of [[{}, 201] as const, [stale, 401] as const]) {
    const { headers, url } = await requestOf({
      name: 'upload',
      dropId: drop.dropId,
      query: '?n=2',
      signers: { sender: drop.sender },
      body: drop.parts[2]!,
      ...changes,
    })
    let left = 8
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(1)) : controller.close()),
      },
      { highWaterMark: 0 },
    )
    const reply = await read(await withBindings({})(new Request(url, { method: 'PUT', headers, body })))
    // Read to its end: a client that is still sending does not hear a server that closes the connection.
    expect([reply.status, left]).toEqual([status, -1])
  }
})

test('a part that is sent again is stored once; one with other bytes takes its place, and the old bytes go', async () => {
  const drop = await announce()
  const before = await allKeys()
  await repeatedly(3, () => upload(drop, 2))
  expect(await attemptsAt(drop.dropId)).toMatchObject([{ n: 2, state: 'received' }])
  const other = {
    ...drop,
    parts: [drop.parts[0]!, drop.parts[1]!, randomNoise(1).map((byte) => byte ^ drop.parts[2]![0]! ^ 1)],
  }
  expect((await upload(other, 2)).status).toBe(201)
  expect(await allKeys()).toHaveLength(before.length + 1)
  expect(await attemptsAt(drop.dropId)).toMatchObject([{ n: 2, state: 'received' }])
  for (const n of [0, 1]) await upload(drop, n)
  expect((await commit(drop)).code).toBe('incomplete')
  expect((await upload(drop, 2)).status).toBe(201)
  expect((await commit(drop, { body: formatCommitBody(await hashOfParts(other.parts)) })).code).toBe('incomplete')
  const replies = await Promise.all(Array.from({ length: 5 }, () => commit(drop)))
  for (const { status, json } of replies) expect([status, json]).toEqual([200, replies[0]?.json])
  // Committed: the same part again is no error, another one is.
  expect((await upload(drop, 2)).status).toBe(201)
  expect((await upload(other, 2)).code).toBe('bad_request')
  await revoke(drop)
  expect([(await upload(drop, 2)).code, (await commit(drop)).status, (await uploaded(drop)).json['received']]).toEqual([
    'gone',
    200,
    [],
  ])
  expect(await allKeys()).toEqual(before)
})

test('of two uploads of one part at once, the same bytes are kept once, and of others the last', async () => {
  const drop = await announce()
  const before = await allKeys()
  await Promise.all(Array.from({ length: 6 }, () => upload(drop, 2)))
  expect(await allKeys()).toHaveLength(before.length + 1)
  expect(await attemptsAt(drop.dropId)).toHaveLength(1)
  const { kv, reached, release } = slowPuts(env.KV)
  const old = { ...drop, parts: [randomNoise(MIN_PART_BYTES)] }
  const slow = upload(old, 0, { via: withBindings({ KV: kv }) })
  await reached
  expect((await upload(drop, 0)).status).toBe(201)
  release()
  expect((await slow).status).toBe(201)
  expect(await attemptsAt(drop.dropId)).toMatchObject([
    { n: 0, state: 'received' },
    { n: 2, state: 'received' },
  ])
  expect(await allKeys()).toHaveLength(before.length + 2)
  await upload(drop, 1)
  expect((await commit(drop)).code).toBe('incomplete')
})

test.for(['revoked', 'expired', 'committed by another'] as const)(
  'a part that arrives when its drop is %s leaves nothing behind',
  async (how) => {
    const drop = await announce()
    const before = await allKeys()
    const { kv, reached, release } = slowPuts(env.KV)
    const slow = upload({ ...drop, parts: [randomNoise(MIN_PART_BYTES)] }, 0, { via: withBindings({ KV: kv }) })
    await reached
    if (how === 'revoked') await revoke(drop)
    if (how === 'expired') {
      travel((UPLOAD_LIFE_SECONDS + 1) * 1_000)
      await fireAlarm(drop.dropId)
    }
    if (how === 'committed by another') {
      for (const n of drop.parts.keys()) await upload(drop, n)
      await commit(drop)
    }
    release()
    expect((await slow).code).toBe(how === 'committed by another' ? 'bad_request' : 'gone')
    // The same alarm ends what other tests have left on this shelf.
    const more = (await allKeys()).filter((key) => !before.includes(key))
    expect(more).toHaveLength(how === 'committed by another' ? 3 : 0)
    expect((await attemptsAt(drop.dropId)).every(({ state }) => state === 'received')).toBe(true)
  },
)

test('a commit that meets a part being replaced is told to come again or finds what it named', async () => {
  const drop = await announce()
  for (const n of drop.parts.keys()) await upload(drop, n)
  const other = { ...drop, parts: [randomNoise(MIN_PART_BYTES)] }
  const [committed, replaced] = await Promise.all([commit(drop), upload(other, 0)])
  const isLive = (await rowOf(drop.dropId))?.phase === 'live'
  expect(committed.status === 200).toBe(isLive)
  expect(replaced.code).toBe(isLive ? 'bad_request' : undefined)
  expect((await attemptsAt(drop.dropId)).map(({ state }) => state)).toEqual(['received', 'received', 'received'])
})
