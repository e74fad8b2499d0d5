import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { formatCommitBody, formatReaderBody, PART_REQUESTS, REQUESTS, type RequestName } from '#protocol/api.ts'
import { parseDropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { formatTerms } from '#protocol/terms.ts'
import {
  acknowledge,
  claim,
  create,
  guess,
  depositDrop,
  look,
  newDrop,
  part,
  readWhole,
  reopen,
  revoke,
  sent,
  type RawDrop,
} from './support/drops.ts'
import {
  announce as announceKeys,
  announcementOf,
  card,
  cardOf,
  collect,
  invitations,
  invite,
  items,
  newBox,
  publish,
  readers,
  remove,
} from './support/boxes.ts'
import { travel } from './support/clock.ts'
import { blobsOf, fireAlarm, inShelf, rowOf } from './support/inside.ts'
import { announce, attemptsAt, commit, upload, uploaded } from './support/parts.ts'
import { hashOfParts } from '../kit/bytes.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { recorder } from './support/recorder.ts'
import { directly, ORIGIN, read, requestOf } from './support/wire.ts'

// Faults that only a page or a command line can have are tried there.

test('a check of the proof that nobody waited for let everybody in', async () => {
  const drop = await depositDrop()
  const stranger = await newReader()
  const signers = { locator: stranger, claim: stranger }
  expect((await claim(drop, stranger.publicKey, { signers })).status).toBe(401)
  await claim(drop, stranger.publicKey)
  const other = await newReader()
  expect((await part(drop, stranger, { signers: { reader: other } })).status).toBe(401)
  expect((await revoke(drop, { signers: { sender: other } })).status).toBe(401)
})

test('a proof that was not bound to its object opened another one', async () => {
  const [mine, yours] = [await depositDrop(), await depositDrop()]
  const reader = await newReaderKey()
  const { locator, claim: key } = mine
  const request = await requestOf({
    name: 'claim',
    dropId: mine.dropId,
    signers: { locator, claim: key },
    body: formatReaderBody(reader),
  })
  request.headers.set('Drop-Id', yours.dropId)
  expect((await read(await directly(request))).code).toBe('not_proved')
  expect((await rowOf(yours.dropId))?.claims).toEqual([])

  const [here, there] = [await announce(), await announce()]
  const { dropId, parts, sender } = here
  const others = [
    await requestOf({ name: 'upload', dropId, query: '?n=2', signers: { sender }, body: parts[2]! }),
    await requestOf({ name: 'uploaded', dropId, signers: { sender } }),
    await requestOf({ name: 'commit', dropId, signers: { sender }, body: formatCommitBody(await hashOfParts(parts)) }),
  ]
  for (const other of others) {
    other.headers.set('Drop-Id', there.dropId)
    expect((await read(await directly(other))).code).toBe('gone')
  }
  expect([await attemptsAt(here.dropId), await attemptsAt(there.dropId)]).toEqual([[], []])
})

test('leaving the passphrase away skipped the check of the passphrase', async () => {
  const drop = await depositDrop()
  const { locator } = drop
  expect((await claim(drop, await newReaderKey(), { signers: { locator } })).code).toBe('bad_request')
  expect((await rowOf(drop.dropId))?.claims).toEqual([])
})

test('a fingerprint that was missing counted as one that matched', async () => {
  for (const role of ['locator', 'claim', 'sender'] as const) {
    const drop = await newDrop()
    const field = formatTerms(drop.terms)
      .split(', ')
      .filter((member) => !member.startsWith(role))
      .join(', ')
    expect((await create(drop, { fields: { 'Drop-Terms': field } })).code).toBe('bad_request')
  }
  const drop = await depositDrop()
  expect((await claim(drop, await newReaderKey(), { fields: { 'Content-Digest': null } })).code).toBe('bad_request')
})

test('a fingerprint was compared by its first bytes only', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const last = reader.publicKey.endsWith('A') ? 'E' : 'A'
  await reopen(drop, `${reader.publicKey.slice(0, 42)}${last}` as PublicKey)
  expect((await sent(drop)).json['state']).toBe('claimed')
  const neighbour = parseDropId(`${drop.dropId.slice(0, 21)}${drop.dropId.endsWith('A') ? 'Q' : 'A'}`)!
  expect((await look({ ...drop, dropId: neighbour })).code).toBe('gone')
})

test('the key of a secret stood in addresses, and so in logs', async () => {
  const { wire: via, seen } = recorder()
  const drop = await depositDrop({}, { via })
  const reader = await newReader()
  await look(drop, { via })
  await claim(drop, reader.publicKey, { via })
  await part(drop, reader, { via })
  await reopen(drop, await newReaderKey(), { via })
  await acknowledge(drop, reader, { via })
  await sent(drop, { via })
  await revoke(drop, { via })
  const cut = await announce({}, { via })
  await upload(cut, 0, { via })
  await uploaded(cut, { via })
  await commit(cut, { via })
  for (const { method, path } of [REQUESTS.limits, REQUESTS.operator, REQUESTS.disclose])
    await via(new Request(`${ORIGIN}${path}`, { method }))
  const box = await newBox()
  await publish(box, [await cardOf(box)], { via })
  await card(box, { via })
  await items(box, {}, { via })
  await collect(box, drop.dropId, { via })
  await remove(box, [drop.dropId], { via })
  await announceKeys(box, await announcementOf(box.reader), { via })
  await readers(box, { via })
  await invite(box, { hash: 'A'.repeat(43), items: 0, bytes: 0, expires: 0 }, { via })
  await invitations(box, { via })
  const queries: Partial<Record<RequestName, string>> = { items: '?after=0&most=200' }
  const urls = (Object.keys(REQUESTS) as RequestName[]).map(
    (name) => `${ORIGIN}${REQUESTS[name].path}${PART_REQUESTS.has(name) ? '?n=0' : (queries[name] ?? '')}`,
  )
  expect(seen.map(({ url }) => url).toSorted()).toEqual(urls.toSorted())
})

test('names were made by a generator that can be foretold', async () => {
  const random = vi.spyOn(Math, 'random')
  const drop = await depositDrop()
  await readWhole(drop)
  expect(random).not.toHaveBeenCalled()
  random.mockRestore()
})

test('a limit on readers took the limit on time away', async () => {
  const drop = await depositDrop({ reads: 100, ttlSeconds: 300 })
  await readWhole(drop)
  const [blob = ''] = await blobsOf(drop.dropId)
  travel(301_000)
  expect((await look(drop)).code).toBe('gone')
  await fireAlarm(drop.dropId)
  expect(await env.KV.get(blob)).toBe(null)
})

test('a time to live of nothing became "for ever"', async () => {
  for (const ttl of ['0', '-1', '299', '2592001', '1.5', '"300"', '', '1e3', '9999999999999999']) {
    const drop = await newDrop()
    const field = formatTerms(drop.terms).replace(/ttl=\d+/, `ttl=${ttl}`)
    expect([ttl, (await create(drop, { fields: { 'Drop-Terms': field } })).code]).toEqual([ttl, 'bad_request'])
  }
  await depositDrop({ ttlSeconds: 300 })
  for (const { expiration } of (await env.KV.list()).keys) expect(expiration).toBeGreaterThan(0)
})

test('two who came at the same moment both got it', async () => {
  for (let round = 0; round < 10; round++) {
    const drop = await depositDrop()
    const replies = await Promise.all([claim(drop, await newReaderKey()), claim(drop, await newReaderKey())])
    expect(replies.map(({ status }) => `${status}`).toSorted()).toEqual(['200', '409'])
  }
})

test('a table of locks or of visitors grew with every request', async () => {
  const drop = await depositDrop()
  const count = (): Promise<number> =>
    inShelf(
      drop.dropId,
      (_shelf, { storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM drops').one().n,
    )
  const before = [await count(), JSON.stringify(await rowOf(drop.dropId)).length]
  const stranger = await newReader()
  const unknown: RawDrop = {
    ...(await newDrop()),
    dropId: drop.dropId.replace(/^./, (each) => (each === 'A' ? 'B' : 'A')) as typeof drop.dropId,
  }
  await Promise.all(
    Array.from({ length: 100 }, () =>
      claim(drop, stranger.publicKey, { signers: { locator: stranger, claim: stranger } }),
    ),
  )
  await Promise.all(Array.from({ length: 100 }, () => look(unknown)))
  await readWhole(drop)
  await repeatedly(30, () => guess(drop))
  expect(await count()).toBe(before[0])
  expect((await rowOf(drop.dropId))?.tries.length).toBeLessThanOrEqual(10)
})

test('anybody who knew the id could delete', async () => {
  const drop = await depositDrop()
  const headers = { 'Drop-Id': drop.dropId }
  for (const { path } of Object.values(REQUESTS)) {
    expect((await read(await directly(new Request(`${ORIGIN}${path}`, { method: 'DELETE', headers })))).status).toBe(
      405,
    )
  }
  expect((await revoke(drop, { signers: {}, fields: { Signature: null, 'Signature-Input': null } })).status).toBe(400)
  expect((await revoke(drop, { signers: { sender: await newReader() } })).status).toBe(401)
  expect(await blobsOf(drop.dropId)).toHaveLength(1)
})

test('uploads of strangers were shown as a page', async () => {
  const drop = await newDrop()
  const page = { ...drop, bytes: new TextEncoder().encode('<script>alert(1)</script>') as RawDrop['bytes'] }
  await create(page, { fields: { 'Content-Type': 'text/html' } })
  const { headers } = await claim(page, await newReaderKey())
  expect(headers.get('Content-Type')).toBe('application/octet-stream')
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
})

test('the ciphertext stayed in the store after it was read', async () => {
  const drop = await depositDrop()
  const [blob = ''] = await blobsOf(drop.dropId)
  await readWhole(drop)
  expect(await env.KV.get(blob)).toBe(null)
})

test('a permission to download outlived what it was for', async () => {
  for (const end of [
    acknowledge,
    (drop: RawDrop) => revoke(drop),
    (drop: RawDrop, { publicKey }: { publicKey: PublicKey }) => reopen(drop, publicKey),
  ]) {
    const drop = await depositDrop()
    const reader = await newReader()
    await claim(drop, reader.publicKey)
    const permission = await requestOf({
      name: 'part',
      dropId: drop.dropId,
      query: '?n=0',
      reader: reader.publicKey,
      signers: { reader },
    })
    expect((await read(await directly(permission.clone()))).body).toEqual(drop.bytes)
    await end(drop, reader)
    expect((await read(await directly(permission))).code).toBe('gone')
  }
})

test('a stranger burned a secret by failing to open it', async () => {
  const drop = await depositDrop()
  const stranger = await newReader()
  await repeatedly(30, () => claim(drop, stranger.publicKey, { signers: { locator: stranger, claim: stranger } }))
  expect((await claim(drop, await newReaderKey())).body).toEqual(drop.bytes)
})

test('a built-in secret was the same on every installation', () => {
  const bound = Object.keys(env).filter((name) => !name.startsWith('__VITEST'))
  expect(bound.toSorted().join(' ')).toBe(
    'ASSETS BARE_BOX_BYTES BARE_BOX_ITEMS BOX_BYTES BOX_BYTES_PER_DAY BOX_ITEMS BUCKET KV LARGEST_ON_KV LARGEST_ON_R2 ORIGIN RACK SHELF SHELVES',
  )
})

test('the answer that burned could be served again from a cache', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  const replies = [
    await claim(drop, reader.publicKey),
    await acknowledge(drop, reader),
    await revoke(drop),
    await claim(drop, reader.publicKey),
  ]
  expect(replies.map(({ headers }) => headers.get('Cache-Control'))).toEqual(
    Array.from({ length: 4 }, () => 'no-store'),
  )
})
