import { expect, test, vi } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { formatAckBody, formatCommitBody, formatPartQuery, formatReaderBody, REQUESTS } from '#protocol/api.ts'
import type { RequestName } from '#protocol/api.ts'
import { formatDeleteBody, formatInviteBody, formatItemsQuery, formatPublishBody } from '#protocol/box-api.ts'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { REFUSAL_PADDING_MS } from '#protocol/limits.ts'
import { padRefusals } from '../../worker/auth/pad-refusals.ts'
import { holdPadding, type HeldPadding } from './support/refusal-padding.ts'
import { items, depositInBox, newBox, openBox, type RawBox } from './support/boxes.ts'
import { claim, depositDrop, look, newDrop, readWhole, revoke, sent } from './support/drops.ts'
import { announce } from './support/parts.ts'
import { newReaderKey } from '../kit/people.ts'
import { send, type Asking, type Reply } from './support/wire.ts'

/** The requests that need a proof: all except the operator's, whose key is in the settings. */
const PROVED = (Object.keys(REQUESTS) as RequestName[]).filter(
  (name) => REQUESTS[name].signers.length > 0 && name !== 'disclose',
)

const HASH = toBase64url(new Uint8Array(32))

/** Whatever somebody asks about a drop who holds none of its keys. */
function aboutDrop(name: RequestName, dropId: DropId, key: SigningKey): Asking {
  const bodies: Partial<Record<RequestName, Bytes>> = {
    claim: formatReaderBody(key.publicKey),
    reopen: formatReaderBody(key.publicKey),
    ack: formatAckBody(HASH),
    commit: formatCommitBody(HASH),
    upload: utf8('x'),
  }
  const reader = REQUESTS[name].signers.includes('reader') ? { reader: key.publicKey } : {}
  const query = name === 'part' || name === 'upload' ? { query: formatPartQuery(0) } : {}
  const signers = { locator: key, claim: key, reader: key, sender: key }
  return { name, dropId, signers, body: bodies[name] ?? new Uint8Array(0), ...reader, ...query }
}

/** The same about a box. */
function aboutBox(name: RequestName, box: RawBox, dropId: DropId, key: SigningKey): Asking {
  const bodies: Partial<Record<RequestName, Bytes>> = {
    publish: formatPublishBody(['a.b.c']),
    delete: formatDeleteBody([dropId]),
    keys: utf8('a.b.c'),
    invite: formatInviteBody({ hash: HASH, items: 1, bytes: 1, expires: 4_000_000_000 }),
  }
  const queries: Partial<Record<RequestName, string>> = {
    items: formatItemsQuery({ order: 'after', seq: 0, most: 1 }),
    collect: formatPartQuery(0),
  }
  const query = queries[name] === undefined ? {} : { query: queries[name] }
  const about = name === 'collect' ? { dropId } : {}
  const body = bodies[name] ?? new Uint8Array(0)
  return {
    name,
    box: box.address,
    boxReader: key.publicKey,
    signers: { root: key, member: key },
    body,
    ...query,
    ...about,
  }
}

/** The answers that have come when each request has been answered, or waits for the tick. */
async function answeredBefore(padding: HeldPadding, asked: readonly Asked[]): Promise<readonly string[]> {
  const answered: string[] = []
  for (const { name, reply } of asked) void reply.then(() => answered.push(name))
  const known = (): number => padding.waiting() + answered.length
  await vi.waitFor(() => expect(known()).toBeGreaterThanOrEqual(asked.length), { timeout: 100_000 })
  return answered
}

interface Asked {
  readonly name: string
  readonly reply: Promise<Reply>
}

test('a request that proves nothing is answered on the tick, whatever is there', { timeout: 120_000 }, async () => {
  const key = await generateSigningKey()
  const [box, bare, unknown] = [await openBox(), await newBox(), await newBox()]
  const { dropId } = await depositInBox(box)
  await depositInBox(bare)
  const [waiting, read, revoked, begun] = [
    await depositDrop(),
    await depositDrop(),
    await depositDrop(),
    await announce(),
  ]
  await readWhole(read)
  await revoke(revoked)
  const nowhere = (await newDrop()).dropId
  const ids = [nowhere, dropId, ...[waiting, read, revoked, begun].map((drop) => drop.dropId)]
  const padding = holdPadding()
  const asked = PROVED.flatMap((name) => {
    const isOfBox = REQUESTS[name].signers.some((role) => role === 'root' || role === 'member')
    const askings = isOfBox
      ? [box, bare, unknown].flatMap((each) => [dropId, nowhere].map((id) => aboutBox(name, each, id, key)))
      : ids.map((id) => aboutDrop(name, id, key))
    return askings.map((asking) => ({ name, reply: send(asking) }))
  })
  expect(asked.length).toBeGreaterThan(100)
  expect(await answeredBefore(padding, asked)).toEqual([])
  padding.release()
  for (const { name, reply } of asked) expect(['gone', 'not_proved'], name).toContain((await reply).code)
})

test('a holder of the id alone is told on the tick that nothing waits', async () => {
  const [revoked, begun, unknown] = [await depositDrop(), await announce(), await newDrop()]
  await revoke(revoked)
  const padding = holdPadding()
  const asked = [revoked, begun, unknown].map((drop) => ({ name: 'status', reply: look(drop) }))
  expect(await answeredBefore(padding, asked)).toEqual([])
  padding.release()
  for (const { reply } of asked) expect((await reply).code).toBe('gone')
})

test('a holder of a key waits for no tick', async () => {
  const [box, drop] = [await openBox(), await depositDrop()]
  await depositInBox(box)
  const padding = holdPadding()
  expect((await items(box)).status).toBe(200)
  expect((await look(drop)).status).toBe(200)
  expect((await claim(drop, await newReaderKey())).body).toEqual(drop.bytes)
  expect((await sent(drop)).status).toBe(200)
  expect(padding.waiting()).toBeGreaterThan(0)
})

test.for([
  { name: 'refusal that took no time goes', passed: 0, gone: 1 },
  { name: 'refusal that took longer than a tick goes', passed: 1, gone: 2 },
  { name: 'refusal that took longer than three ticks goes', passed: 3, gone: 4 },
])('a $name at the next tick', async ({ passed, gone }) => {
  const ticks: (() => void)[] = []
  const wait = vi.spyOn(scheduler, 'wait').mockImplementation((ms) => {
    expect(ms).toBe(REFUSAL_PADDING_MS * 2 ** ticks.length)
    return new Promise((tick) => ticks.push(tick))
  })
  let finish: () => void = () => {}
  const work = new Promise<void>((resolve) => (finish = resolve))
  let answeredAt: number | undefined
  const answer = padRefusals(async () => {
    await work
    return { outcome: 'gone' } as const
  })
  void answer.then(() => (answeredAt = ticks.length))
  for (let tick = 0; tick < gone; tick++) {
    if (tick === passed) finish()
    await settled()
    expect([tick, answeredAt, ticks.length]).toEqual([tick, undefined, tick + 1])
    ticks[tick]?.()
  }
  expect(await answer).toEqual({ outcome: 'gone' })
  expect(ticks.length).toBe(gone)
  wait.mockRestore()
})

test('requests that wait for a slow store do not wake their object so often that refusals wait for a turn', async () => {
  let finish: () => void = () => {}
  const work = new Promise<void>((resolve) => (finish = resolve))
  let waits = 0
  let passedMs = 0
  const wait = vi.spyOn(scheduler, 'wait').mockImplementation(async (ms) => {
    waits++
    passedMs += ms
    if (passedMs >= 1_000) finish()
    return Promise.resolve()
  })
  await padRefusals(async () => {
    await work
    return { outcome: 'revoked' } as const
  })
  wait.mockRestore()
  // Every ten milliseconds, which are a hundred, a few such requests made every refusal of their shelf late.
  expect(waits).toBeLessThan(10)
  expect(passedMs % REFUSAL_PADDING_MS).toBe(0)
})

test('an error is thrown at once, and stops the tick', async () => {
  await expect(padRefusals(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
})

/** Whatever follows from what has happened has followed. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1))
}
