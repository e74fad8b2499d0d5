import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { formatSubject, type Disclosure, type Subject } from '#protocol/disclosure.ts'
import type { DropId } from '#protocol/id.ts'
import { quotasOf, rackOf } from '../../worker/boxes/racks.ts'
import type { Rack } from '../../worker/boxes/rack.ts'
import { DATABASES } from '../../worker/storage/schema.ts'
import { storeOf } from '../../worker/storage/blob-store.ts'
import { cardOf, depositInBox, newBox, newBoxDrop, openBox } from './support/boxes.ts'
import { claim, depositDrop, newDrop, revoke } from './support/drops.ts'
import { newReaderKey } from '../kit/people.ts'
import { depositInParts } from './support/parts.ts'
import { directly, ORIGIN, read, send, withBindings, type Changes, type Reply } from './support/wire.ts'

/** A request of the operator, to a server that knows the key. */
async function ask(about: Subject, changes: Changes = {}): Promise<Reply & { disclosure: Disclosure }> {
  const key = await operatorKey
  const via = withBindings({ OPERATOR_KEY: key.publicKey })
  const asked = { name: 'disclose', body: formatSubject(about), signers: { operator: key }, via } as const
  const reply = await send({ ...asked, ...changes })
  return { ...reply, disclosure: reply.json as unknown as Disclosure }
}

const operatorKey: Promise<SigningKey> = generateSigningKey()

const UNKNOWN = toBase64url(new Uint8Array(16)) as DropId

test('of a drop the operator is told every declared field, and the store keys of its sealed bytes', async () => {
  const drop = await depositDrop()
  const reader = await newReaderKey()
  await claim(drop, reader)
  const { status, disclosure } = await ask({ drop: drop.dropId })
  expect(status).toBe(200)
  expect(disclosure).toMatchObject({ v: 1, kind: 'sealdrop disclosure', about: { drop: drop.dropId } })
  expect(disclosure.statement).toMatchObject({ found: true, source: 'sealdrop.example' })
  expect(disclosure.held.map(({ table }) => table)).toEqual(['drops'])
  const [{ columns, rows } = { columns: {}, rows: [] }] = disclosure.held
  const declared = Object.keys(DATABASES.shelf['drops']?.columns ?? {})
  expect([Object.keys(columns), rows.map((row) => Object.keys(row))]).toEqual([declared, [declared]])
  const [row = {}] = rows
  expect(row).toMatchObject({
    id: drop.dropId,
    phase: 'live',
    claims: [{ reader }],
    expires: { form: 'milliseconds since 1970', time: expect.stringMatching(/^20.*Z$/) as unknown },
  })
  const [object] = disclosure.ciphertext
  expect(object).toMatchObject({ store: 'Workers KV', present: true })
  expect(row['blobs']).toEqual([object?.key])
})

test('of a drop in parts every part is told, and of one that has ended that its bytes are gone', async () => {
  const parted = await depositInParts()
  const { disclosure } = await ask({ drop: parted.dropId })
  expect(disclosure.held.map(({ table, rows }) => [table, rows.length])).toEqual([
    ['drops', 1],
    ['parts', 3],
  ])
  expect(disclosure.ciphertext.map(({ present }) => present)).toEqual([true, true, true])
  const revoked = await depositDrop()
  await revoke(revoked)
  const ended = (await ask({ drop: revoked.dropId })).disclosure
  expect(ended.held[0]?.rows).toMatchObject([{ phase: 'revoked' }])
  expect(ended.ciphertext).toMatchObject([{ present: false }])
})

test('a drop in a box is told with its item, and a box with all that a rack has of it', async () => {
  const box = await openBox()
  const { dropId } = await depositInBox(box)
  await depositInBox(box)
  const ofDrop = (await ask({ drop: dropId })).disclosure
  expect(ofDrop.held.map(({ table, rows }) => [table, rows.map(({ id }) => id)])).toEqual([
    ['drops', [dropId]],
    ['items', [dropId]],
  ])
  expect(ofDrop.held[1]?.rows).toMatchObject([{ box: box.address, state: 'listed' }])
  const ofBox = (await ask({ box: box.address })).disclosure
  expect(ofBox.held.map(({ table, rows }) => [table, rows.length])).toEqual([
    ['boxes', 1],
    ['cards', 1],
    ['items', 2],
  ])
  expect(ofBox.held[0]?.rows).toMatchObject([{ address: box.address, items: 2 }])
})

test('the name on a card is told in words, and not only as it was signed', async () => {
  const box = await openBox()
  const { disclosure } = await ask({ box: box.address })
  const jws = await cardOf(box)
  const says = { name: 'Newsroom', readers: [{ name: expect.any(String) as unknown }] }
  const card = disclosure.held.find(({ table }) => table === 'cards')?.rows[0]
  expect(card?.['jws']).toMatchObject({ value: jws, form: 'signed JSON', says })
})

test('a disclosure says how to read it, and that nothing found does not mean that nothing ever was', async () => {
  const { statement } = (await ask({ drop: UNKNOWN })).disclosure
  expect(statement.reading.join()).toMatch(/base64url.*does not say that nothing ever was/)
})

test('of a drop that was never there nothing is held, and the answer says where it was looked for', async () => {
  const { dropId } = await newDrop()
  const { disclosure } = await ask({ drop: dropId })
  expect([disclosure.held, disclosure.ciphertext, disclosure.statement.found]).toEqual([[], [], false])
  expect(disclosure.statement.searched.length).toBeGreaterThan(0)
  expect(disclosure.statement.notHeld.length).toBeGreaterThan(0)
})

test('a drop is looked for on every rack, whatever its shelf says of it', async () => {
  const searched = async (drop: DropId): Promise<string> => (await ask({ drop })).disclosure.statement.searched.join()
  const { dropId } = await depositInBox(await openBox())
  for (const drop of [dropId, (await newDrop()).dropId, (await depositDrop()).dropId])
    expect(await searched(drop)).toMatch(/^shelf-[0-9a-f], where this id belongs,all 16 racks: /)
})

test('a drop that is on its way to boxes is told though no shelf knows it yet', async () => {
  const { dropId, bytes } = await newBoxDrop(await newBox())
  const size = bytes.length
  const boxes = [await newBox(), await newBox(), await newBox()].map(({ address }) => address)
  for (const box of boxes) await reserve(box, dropId, size)
  await reserve((await newBox()).address, (await newDrop()).dropId, size)
  const { held, statement } = (await ask({ drop: dropId })).disclosure
  expect(statement.found).toBe(true)
  expect(new Set(held.map(({ table }) => table))).toEqual(new Set(['items']))
  const rows = held.flatMap((table) => table.rows)
  expect(new Set(rows.map((row) => row['box']))).toEqual(new Set(boxes))
  expect(rows).toHaveLength(boxes.length)
  for (const row of rows) expect(row).toMatchObject({ id: dropId, state: 'pending', size, parts: 1 })
})

test('a look makes no tables', async () => {
  const names = async (): Promise<string[]> => {
    const objects = await listDurableObjectIds(env.RACK)
    const tables = objects.map((id) =>
      runInDurableObject(env.RACK.get(id), (_rack: Rack, { storage }) =>
        storage.sql
          .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
          .toArray(),
      ),
    )
    return (await Promise.all(tables)).flat().map(({ name }) => name)
  }
  await openBox()
  const before = await names()
  expect(before).toContain('items')
  expect((await ask({ drop: (await newDrop()).dropId })).disclosure.held).toEqual([])
  expect(await listDurableObjectIds(env.RACK)).toHaveLength(16)
  expect((await names()).length).toBe(before.length)
})

test('a drop for a link that somebody has announced to a box is told with both', async () => {
  const drop = await depositDrop()
  const { address } = await newBox()
  await reserve(address, drop.dropId, 20_000)
  const { held } = (await ask({ drop: drop.dropId })).disclosure
  expect(held.map(({ table, rows }) => [table, rows.map(({ box }) => box)])).toEqual([
    ['drops', [null]],
    ['items', [address]],
  ])
})

/** Room is kept for a drop, and its sender is heard of no more. */
async function reserve(box: BoxAddress, id: DropId, size: number): Promise<void> {
  const request = { box, id, size, parts: 1, invitation: undefined, largest: 1_000_000, quotas: quotasOf(env) }
  expect((await (await rackOf(env, box)).admit(request)).outcome).toBe('admitted')
}

test('a card for a week that no calendar has keeps nobody from asking about its box', async () => {
  const box = await openBox({ epoch: 15_000_000 })
  const { status, disclosure } = await ask({ box: box.address })
  const cards = disclosure.held.find(({ table }) => table === 'cards')
  expect([status, cards?.rows[0]?.['epoch']]).toEqual([200, { value: 15_000_000, form: 'weeks since 1970' }])
})

test('bytes in a bucket that is not bound any more are not said to be gone', async () => {
  await expect(storeOf(env, 'r2/x').head('r2/x')).rejects.toThrow('R2 is not bound')
})

test('without a key in the settings there is no such address', async () => {
  const key = await operatorKey
  const { status, code } = await ask({ drop: UNKNOWN }, { via: directly, signers: { operator: key } })
  expect([status, code]).toEqual([404, 'not_found'])
})

test.for([
  ['by another key', async () => ({ signers: { operator: await generateSigningKey() } })],
  ['six minutes ago', async () => ({ createdMs: Date.now() - 360_000 })],
  ['six minutes ahead', async () => ({ createdMs: Date.now() + 360_000 })],
] as const)('what was signed %s proves nothing', async ([, change]) => {
  const { status, code } = await ask({ drop: UNKNOWN }, await change())
  expect([status, code]).toEqual([401, 'not_proved'])
})

test('an unsigned question, and one about something else, are not understood', async () => {
  const drop = await depositDrop()
  expect((await ask({ drop: drop.dropId }, { signers: undefined as never })).code).toBe('bad_request')
  for (const text of ['', '{}', '{"drop":"x"}', `{"drop":"${drop.dropId}" }`, `{"box":"${drop.dropId}"}`])
    expect([text, (await ask({ drop: drop.dropId }, { body: utf8(text) })).code]).toEqual([text, 'bad_request'])
})

test('a signature for one question is worth nothing for another', async () => {
  const [one, other] = [await depositDrop(), await depositDrop()]
  const key = await operatorKey
  let seen: Request | undefined
  const via = async (request: Request): Promise<Response> => {
    seen = request.clone()
    return new Response()
  }
  await send({ name: 'disclose', body: formatSubject({ drop: one.dropId }), signers: { operator: key }, via })
  const body = formatSubject({ drop: other.dropId })
  const swapped = new Request(seen!.url, { method: 'POST', headers: seen!.headers, body })
  expect((await read(await withBindings({ OPERATOR_KEY: key.publicKey })(swapped))).code).toBe('bad_request')
})

test('the statement of the operator is answered as data, and security.txt only where there is a contact', async () => {
  const path = '/.well-known/security.txt'
  const get = async (name: string, via = directly): Promise<Reply> => read(await via(new Request(`${ORIGIN}${name}`)))
  expect((await get('/v1/operator')).json).toEqual({})
  expect((await get(path)).code).toBe('not_found')
  const via = withBindings({ OPERATOR_NAME: 'Example', OPERATOR_CONTACT: 'mailto:security@drop.example' })
  expect((await get('/v1/operator', via)).json).toEqual({ name: 'Example', contact: 'mailto:security@drop.example' })
  const answer = await get(path, via)
  expect(answer.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
  expect(new TextDecoder().decode(answer.body)).toMatch(/^Contact: mailto:security@drop\.example\nExpires: 20/)
  const broken = withBindings({ OPERATOR_CONTACT: 'not an address' })
  expect([(await get('/v1/operator', broken)).status, (await get(path, broken)).status]).toEqual([500, 500])
})

test('a request for security.txt by another method does not say that there is none, and a slash behind it makes another address', async () => {
  const path = '/.well-known/security.txt'
  const via = withBindings({ OPERATOR_CONTACT: 'mailto:security@drop.example' })
  for (const [method, status, allow] of [
    ['HEAD', 200, null],
    ['POST', 405, 'GET, HEAD, OPTIONS'],
    ['OPTIONS', 204, 'GET, HEAD, OPTIONS'],
  ] as const) {
    const reply = await read(await via(new Request(`${ORIGIN}${path}`, { method })))
    expect([method, reply.status, reply.headers.get('Allow')]).toEqual([method, status, allow])
  }
  expect((await read(await via(new Request(`${ORIGIN}${path}/`)))).code).toBe('not_found')
})
