import { describe, expect, test } from 'vitest'
import { parseAcceptSignature } from '#protocol/accept-signature.ts'
import { DAY, MINUTE, travel } from './support/clock.ts'
import { craft } from './support/craft.ts'
import {
  acknowledge,
  claim,
  create,
  guess,
  type RawDrop,
  depositDrop,
  look,
  part,
  reopen,
  revoke,
  sent,
} from './support/drops.ts'
import { evict, fireAlarm, rowOf } from './support/inside.ts'
import { newReader, repeatedly } from '../kit/people.ts'
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
import { signedRequests } from './support/signed.ts'
import { type Changes, directly, read, withBindings, type Wire } from './support/wire.ts'

test('a clock that is wrong costs one round trip: the refusal brings a nonce, and with it the same request succeeds', async () => {
  const drop = await depositInParts()
  for (const { name, role, ask } of await signedRequests(drop, await newReader())) {
    // The seconds of `created` are rounded down, and the test takes its time: not quite five minutes is not tried here.
    for (const offset of [-DAY, -302_000, 330_000, 40 * 365 * DAY]) {
      const createdMs = Date.now() + offset
      const refused = await ask({ createdMs })
      expect([name, refused.status, refused.code]).toEqual([name, 401, 'not_proved'])
      const offer = refused.headers.get('Accept-Signature') ?? ''
      expect(offer).toContain(`tag="sealdrop-${name}-${role}"`)
      // These two end the drop: they are tried below.
      if (name === 'ack' || name === 'revoke') continue
      expect((await ask({ createdMs, nonce: parseAcceptSignature(offer) ?? '' })).status).toBeLessThan(300)
    }
  }
  const reader = await newReader()
  const other = await depositDrop({ reads: 2 })
  await claim(other, reader.publicKey)
  for (const ask of [
    (changes: Changes) => acknowledge(other, reader, changes),
    (changes: Changes) => revoke(other, changes),
  ]) {
    const nonce = parseAcceptSignature((await ask({ createdMs: 0 })).headers.get('Accept-Signature') ?? '') ?? ''
    expect((await ask({ createdMs: 0, nonce })).status).toBe(200)
  }
})

test('a clock that is five minutes wrong costs nothing', async () => {
  const drop = await depositDrop()
  // It stands still, however long a request takes.
  travel(0)
  for (const offset of [-4.9 * MINUTE, 4.9 * MINUTE])
    expect((await sent(drop, { createdMs: Date.now() + offset })).status).toBe(200)
})

test('of two signatures both have to be fresh, and a stale one is no wrong passphrase', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  for (const role of ['locator', 'claim'] as const) {
    const stale = await craft(drop, reader, 'claim', role, {
      parameters: (all) => ({ ...all, created: 1_700_000_000 }),
    })
    expect([role, (await claim(drop, reader.publicKey, stale)).code]).toEqual([role, 'not_proved'])
  }
  expect(await rowOf(drop.dropId)).toMatchObject({ claims: [], tries: [] })
})

describe('a nonce of the server', () => {
  const old: Changes = { createdMs: 0 }

  async function nonceFor(drop: RawDrop): Promise<string> {
    return parseAcceptSignature((await look(drop)).headers.get('Accept-Signature') ?? '') ?? ''
  }

  test('lives for ten minutes', async () => {
    const drop = await depositDrop()
    const nonce = await nonceFor(drop)
    travel(9 * MINUTE)
    expect((await sent(drop, { ...old, nonce })).status).toBe(200)
    travel(61_000)
    expect((await sent(drop, { ...old, nonce })).code).toBe('not_proved')
  })

  test('is good for one drop, also among those of one shelf', async () => {
    const via = withBindings({ SHELVES: '1' })
    const [drop, other] = [await depositDrop({}, { via }), await depositDrop({}, { via })]
    const [mine, notMine] = await Promise.all(
      [drop, other].map(
        async (each) => parseAcceptSignature((await look(each, { via })).headers.get('Accept-Signature') ?? '') ?? '',
      ),
    )
    expect((await sent(drop, { ...old, via, nonce: mine ?? '' })).status).toBe(200)
    expect((await sent(drop, { ...old, via, nonce: notMine ?? '' })).code).toBe('not_proved')
  })

  test('is worth nothing after an eviction, and the refusal brings the next', async () => {
    const drop = await depositDrop()
    const nonce = await nonceFor(drop)
    await evict(drop.dropId)
    const refused = await sent(drop, { ...old, nonce })
    expect(refused.code).toBe('not_proved')
    const next = parseAcceptSignature(refused.headers.get('Accept-Signature') ?? '') ?? ''
    expect((await sent(drop, { ...old, nonce: next })).status).toBe(200)
  })

  test('cannot be made up, and not from a later time', async () => {
    const drop = await depositDrop()
    const nonce = await nonceFor(drop)
    travel(-MINUTE)
    expect((await sent(drop, { ...old, createdMs: 0, nonce })).code).toBe('not_proved')
    const spoiled = `${nonce.slice(0, 31)}${nonce.endsWith('A') ? 'E' : 'A'}`
    for (const made of ['A'.repeat(32), spoiled, nonce.slice(0, 22)])
      expect((await sent(drop, { ...old, nonce: made })).code).toBe('not_proved')
  })
})

/** Somebody between TLS and the worker who writes every request down, to send it again. */
function eavesdropper(): { via: Wire; replay: (order: (all: Request[]) => Request[]) => Promise<void> } {
  const heard: Request[] = []
  const via: Wire = (request) => {
    heard.push(request.clone())
    return directly(request)
  }
  const replay = async (order: (all: Request[]) => Request[]): Promise<void> => {
    for (const request of order(heard)) await read(await directly(request.clone()))
  }
  return { via, replay }
}

const ORDERS: readonly (readonly [string, (all: Request[]) => Request[]])[] = [
  ['in order', (all) => all],
  ['backwards', (all) => all.toReversed()],
]

/** A life up to a point: two readers vanished and were dismissed, three guesses, one holder. */
async function liveUpTo(
  via: Wire,
  inParts: boolean,
): Promise<{ drop: RawDrop; holder: Awaited<ReturnType<typeof newReader>> }> {
  const drop = await (inParts ? depositInParts : depositDrop)({ reads: 2 }, { via })
  for (const reader of await repeatedly(2, newReader)) {
    await claim(drop, reader.publicKey, { via })
    await part(drop, reader, { via })
    await reopen(drop, reader.publicKey, { via })
  }
  await repeatedly(3, () => guess(drop, { via }))
  const holder = await newReader()
  await claim(drop, holder.publicKey, { via })
  return { drop, holder }
}

test.for(ORDERS.flatMap(([how, order]) => [false, true].map((inParts) => [how, inParts, order] as const)))(
  'every request of a claimed drop, sent again %s, changes nothing, before and after an eviction (in parts: %s)',
  async ([, inParts, order]) => {
    const { via, replay } = eavesdropper()
    const { drop } = await liveUpTo(via, inParts)
    const known = async () => [await rowOf(drop.dropId), await attemptsAt(drop.dropId)]
    const before = await known()
    expect(before[0]).toMatchObject({
      phase: 'live',
      claims: [{}],
      dismissed: [{}, {}].map(() => expect.any(String)),
      tries: [{}, {}, {}].map(() => expect.any(String)),
    })
    await replay(order)
    expect(await known()).toEqual(before)
    await evict(drop.dropId)
    await replay(order)
    expect(await known()).toEqual(before)
  },
)

test.for(ORDERS)('every request of an upload, sent again %s, changes nothing', async ([, order]) => {
  const { via, replay } = eavesdropper()
  const drop = await announce({}, { via })
  for (const n of [2, 1]) await upload(drop, n, { via })
  await uploaded(drop, { via })
  await commit(drop, { via })
  const known = async () => [await rowOf(drop.dropId), await attemptsAt(drop.dropId), await allKeys()]
  const before = await known()
  expect(before[0]).toMatchObject({ phase: 'uploading' })
  await replay(order)
  expect(await known()).toEqual(before)
  await evict(drop.dropId)
  await replay(order)
  expect(await known()).toEqual(before)
})

test.for(ORDERS)(
  'what an upload was made of, sent again %s to another under its id, is nothing to it',
  async ([, order]) => {
    const { via, replay } = eavesdropper()
    const drop = await depositInParts({ ttlSeconds: 300 }, { via })
    await revoke(drop, { via })
    travel(301_000)
    await fireAlarm(drop.dropId)
    expect(await rowOf(drop.dropId)).toBeUndefined()
    const other = { ...(await newCut({ sizes: drop.parts.map(({ length }) => length) })), dropId: drop.dropId }
    expect((await begin(other)).status).toBe(201)
    travel(-301_000)
    const known = async () => [await rowOf(drop.dropId), await attemptsAt(drop.dropId), await allKeys()]
    const before = await known()
    expect(before.slice(0, 2)).toMatchObject([{ phase: 'uploading', sender: other.terms.sender }, []])
    await replay(order)
    expect(await known()).toEqual(before)
  },
)

test.for((['read', 'revoked'] as const).flatMap((end) => [false, true].map((inParts) => [end, inParts] as const)))(
  'every request of a %s drop, sent again in any order, changes nothing (in parts: %s)',
  async ([end, inParts]) => {
    const { via, replay } = eavesdropper()
    const { drop, holder } = await liveUpTo(via, inParts)
    await acknowledge(drop, holder, { via })
    if (end === 'revoked') await revoke(drop, { via })
    else {
      const last = await newReader()
      await claim(drop, last.publicKey, { via })
      await acknowledge(drop, last, { via })
    }
    await sent(drop, { via })
    const before = await rowOf(drop.dropId)
    expect(before).toMatchObject({ phase: end })
    for (const [, order] of ORDERS) {
      await replay(order)
      expect(await rowOf(drop.dropId)).toEqual(before)
    }
  },
)

test('a revocation that is heard once ends nothing that is created under another id', async () => {
  const { via, replay } = eavesdropper()
  const drop = await depositDrop({}, { via })
  await revoke(drop, { via })
  const other = await depositDrop()
  await replay((all) => all)
  expect((await sent(other)).json['state']).toBe('ready')
  expect((await create(drop)).status).toBe(201)
  expect((await sent(drop)).json['state']).toBe('revoked')
})
