import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { formatAckBody, formatReaderBody } from '#protocol/api.ts'
import { toBase64url } from '#protocol/bytes.ts'
import {
  acknowledge,
  claim,
  depositDrop,
  look,
  lookAsHolder,
  OPENED,
  part,
  readWhole,
  revoke,
  sent,
} from './support/drops.ts'
import { slowDeletes } from './support/faults.ts'
import { blobsOf, evict, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { directly, requestOf } from './support/wire.ts'

test('an acknowledged drop is burned: the ciphertext leaves the store, and a retry changes nothing', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const [blob = ''] = await blobsOf(drop.dropId)
  expect((await acknowledge(drop, reader)).json).toEqual({ burned: true })
  expect(await storeKeys()).not.toContain(blob)
  expect(await rowOf(drop.dropId)).toMatchObject({ phase: 'read' })
  const before = await rowOf(drop.dropId)
  expect((await acknowledge(drop, reader)).json).toEqual({ burned: true })
  expect(await rowOf(drop.dropId)).toEqual(before)
})

test('nothing is burned before the reader has acknowledged', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await repeatedly(3, () => claim(drop, reader.publicKey))
  await repeatedly(3, () => part(drop, reader))
  await evict(drop.dropId)
  expect(await blobsOf(drop.dropId)).toHaveLength(1)
})

test('a drop for three readers is burned with the third acknowledgement', async () => {
  const drop = await depositDrop({ reads: 3 })
  const readers = [await newReader(), await newReader(), await newReader()]
  for (const { publicKey } of readers) await claim(drop, publicKey)
  const burned = await repeatedly(3, async (index) => (await acknowledge(drop, readers[index]!)).json['burned'])
  expect(burned).toEqual([false, false, true])
  expect((await sent(drop)).json).toMatchObject({ state: 'read', reads: 3 })
})

test('three readers who acknowledge at once burn it once and leave three receipts', async () => {
  const drop = await depositDrop({ reads: 3 })
  const readers = [await newReader(), await newReader(), await newReader()]
  for (const { publicKey } of readers) await claim(drop, publicKey)
  const replies = await Promise.all(readers.map((reader) => acknowledge(drop, reader)))
  expect(replies.filter(({ json }) => json['burned'] === true).length).toBeGreaterThan(0)
  const row = await rowOf(drop.dropId)
  expect(row?.claims.map(({ ack }) => ack?.opened)).toEqual([OPENED, OPENED, OPENED])
  expect(row).toMatchObject({ phase: 'read' })
})

test('a reader who has acknowledged gets no more bytes, and the other reader still does', async () => {
  const drop = await depositDrop({ reads: 2 })
  const [first, second] = [await newReader(), await newReader()]
  await claim(drop, first.publicKey)
  await claim(drop, second.publicKey)
  await acknowledge(drop, first)
  expect((await part(drop, first)).code).toBe('gone')
  expect((await claim(drop, first.publicKey)).code).toBe('gone')
  expect((await part(drop, second)).body).toEqual(drop.bytes)
})

test('only the reader who has claimed can acknowledge', async () => {
  const drop = await depositDrop()
  const [reader, other] = [await newReader(), await newReader()]
  expect((await acknowledge(drop, reader)).code).toBe('gone')
  await claim(drop, reader.publicKey)
  expect((await acknowledge(drop, other)).code).toBe('gone')
  expect((await acknowledge(drop, reader, { signers: { claim: drop.claim, reader: other } })).code).toBe('not_proved')
  expect((await acknowledge(drop, reader, { signers: { claim: other, reader } })).code).toBe('not_proved')
  expect(await blobsOf(drop.dropId)).toHaveLength(1)
})

test('anything but a hash of the token is refused', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  // The last one reads as 32 bytes in a careless decoder; a sender that met it could not read its receipts.
  for (const opened of ['', OPENED.slice(1), `${OPENED}A`, `${OPENED.slice(0, 42)}=`, `${OPENED.slice(0, 42)}d`]) {
    expect((await acknowledge(drop, reader, { body: formatAckBody(opened) })).code).toBe('bad_request')
  }
  expect((await acknowledge(drop, reader, { body: new Uint8Array(0) })).code).toBe('bad_request')
  expect(await blobsOf(drop.dropId)).toHaveLength(1)
})

test('the receipts of a read drop go to its sender and to a proof of link and passphrase, and to nobody else', async () => {
  const drop = await depositDrop()
  const reader = await readWhole(drop)
  const receipts = (await rowOf(drop.dropId))?.claims
  expect(receipts).toMatchObject([{ reader: reader.publicKey, ack: { opened: OPENED } }])
  expect((await sent(drop)).json['claims']).toEqual(receipts)
  expect((await lookAsHolder(drop)).json).toMatchObject({ state: 'read', claims: receipts })
  expect((await claim(drop, await newReaderKey())).json).toMatchObject({
    type: 'https://sealdrop.example/problems/gone',
    claims: receipts,
  })

  const link = await look(drop, { signers: { locator: drop.locator } })
  expect(link.json).toMatchObject({ state: 'read' })
  expect(link.json).not.toHaveProperty('claims')
  expect((await look(drop)).code).toBe('gone')
})

test('an acknowledgement that comes after a revocation is kept: the sender sees that it revoked too late', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  await revoke(drop)
  expect((await acknowledge(drop, reader)).json).toEqual({ burned: true })
  expect((await sent(drop)).json).toMatchObject({
    state: 'revoked',
    claims: [{ reader: reader.publicKey, ack: { opened: OPENED } }],
  })
})

test('an acknowledgement and a revocation at once leave one cause and the receipt', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  const { kv, reached, release } = slowDeletes(env.KV)
  await shelfUses(drop.dropId, kv)
  const both = Promise.all([acknowledge(drop, reader), revoke(drop)])
  await reached
  release()
  expect((await both).map(({ status }) => status)).toEqual([200, 200])
  const row = await rowOf(drop.dropId)
  expect(['read', 'revoked']).toContain(row?.phase)
  expect(row).toMatchObject({ claims: [{ ack: { opened: OPENED } }] })
})

test('a second acknowledgement does not replace the first', async () => {
  const drop = await depositDrop({ reads: 2 })
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  await acknowledge(drop, reader)
  await acknowledge(drop, reader, { body: formatAckBody(toBase64url(new Uint8Array(32).fill(9))) })
  expect((await rowOf(drop.dropId))?.claims[0]?.ack?.opened).toBe(OPENED)
})

test('a client that hangs up after 16 KiB of the ciphertext has burned nothing, and then opens it', async () => {
  const drop = await depositDrop({ sizeBytes: 300_000 })
  const reader = await newReader()
  const body = formatReaderBody(reader.publicKey)
  const signers = { locator: drop.locator, claim: drop.claim }
  const response = await directly(await requestOf({ name: 'claim', dropId: drop.dropId, signers, body }))
  const stream = response.body!.getReader()
  let bytes = 0
  while (bytes < 16_384) bytes += (await stream.read()).value?.length ?? 0
  await stream.cancel()
  expect(bytes).toBeLessThan(300_000)

  expect(await blobsOf(drop.dropId)).toHaveLength(1)
  expect(await rowOf(drop.dropId)).toMatchObject({ phase: 'live', claims: [{ reader: reader.publicKey }] })
  expect((await part(drop, reader)).body).toEqual(drop.bytes)
  expect((await claim(drop, reader.publicKey)).body).toEqual(drop.bytes)
  expect((await acknowledge(drop, reader)).json).toEqual({ burned: true })
})
