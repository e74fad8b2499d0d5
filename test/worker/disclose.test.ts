import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { formatSubject, type Disclosure, type Subject } from '#protocol/disclosure.ts'
import type { DropId } from '#protocol/id.ts'
import { DATABASES } from '../../worker/schema.ts'
import { storeOf } from '../../worker/store.ts'
import { layInBox, openBox } from './support/boxes.ts'
import { claim, lay, newDrop, revoke } from './support/drops.ts'
import { newReaderKey } from './support/parties.ts'
import { layInParts } from './support/parts.ts'
import { directly, ORIGIN, read, send, withBindings, type Changes, type Reply } from './support/wire.ts'

/** What an operator asks, of a server that knows the key. */
async function ask(about: Subject, changes: Changes = {}): Promise<Reply & { disclosure: Disclosure }> {
  const key = await operatorKey
  const via = withBindings({ OPERATOR_KEY: key.publicKey })
  const asked = { name: 'disclose', body: formatSubject(about), signers: { operator: key }, via } as const
  const reply = await send({ ...asked, ...changes })
  return { ...reply, disclosure: reply.json as unknown as Disclosure }
}

const operatorKey: Promise<SigningKey> = generateSigningKey()

const UNKNOWN = toBase64url(new Uint8Array(16)) as DropId

test('of a drop the operator is told every declared field, and where its sealed bytes lie', async () => {
  const drop = await lay()
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
  const parted = await layInParts()
  const { disclosure } = await ask({ drop: parted.dropId })
  expect(disclosure.held.map(({ table, rows }) => [table, rows.length])).toEqual([
    ['drops', 1],
    ['parts', 3],
  ])
  expect(disclosure.ciphertext.map(({ present }) => present)).toEqual([true, true, true])
  const revoked = await lay()
  await revoke(revoked)
  const ended = (await ask({ drop: revoked.dropId })).disclosure
  expect(ended.held[0]?.rows).toMatchObject([{ phase: 'revoked' }])
  expect(ended.ciphertext).toMatchObject([{ present: false }])
})

test('a drop in a box is told with its item, and a box with all that a rack has of it', async () => {
  const box = await openBox()
  const { dropId } = await layInBox(box)
  await layInBox(box)
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

test('of what was never there nothing is held, and that is said with what was searched', async () => {
  const { dropId } = await newDrop()
  const { disclosure } = await ask({ drop: dropId })
  expect([disclosure.held, disclosure.ciphertext, disclosure.statement.found]).toEqual([[], [], false])
  expect(disclosure.statement.searched.length).toBeGreaterThan(0)
  expect(disclosure.statement.notHeld.length).toBeGreaterThan(0)
})

test('of a drop that its shelf does not know, nobody says that it was in no box', async () => {
  const searched = async (drop: DropId): Promise<string> => (await ask({ drop })).disclosure.statement.searched.join()
  expect(await searched((await newDrop()).dropId)).not.toContain('in no box')
  expect(await searched((await lay()).dropId)).toContain('in no box')
})

test('a card for a week that no calendar has keeps nobody from asking about its box', async () => {
  const box = await openBox({ epoch: 15_000_000 })
  const { status, disclosure } = await ask({ box: box.address })
  const cards = disclosure.held.find(({ table }) => table === 'cards')
  expect([status, cards?.rows[0]?.['epoch']]).toEqual([200, { value: 15_000_000, form: 'weeks since 1970' }])
})

test('bytes in a bucket that is not bound any more are not said to be gone', async () => {
  await expect(storeOf(env, 'r2/x').stand('r2/x')).rejects.toThrow('R2 is not bound')
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
  const drop = await lay()
  expect((await ask({ drop: drop.dropId }, { signers: undefined as never })).code).toBe('bad_request')
  for (const text of ['', '{}', '{"drop":"x"}', `{"drop":"${drop.dropId}" }`, `{"box":"${drop.dropId}"}`])
    expect([text, (await ask({ drop: drop.dropId }, { body: utf8(text) })).code]).toEqual([text, 'bad_request'])
})

test('a signature for one question is worth nothing for another', async () => {
  const [one, other] = [await lay(), await lay()]
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

test('what the operator says of itself is answered as data, and security.txt only where there is a contact', async () => {
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
