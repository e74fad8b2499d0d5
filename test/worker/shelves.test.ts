import * as fc from 'fast-check'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { formatDropId, parseDropId } from '#protocol/id.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { shelfOf } from '../../worker/drops/shelves.ts'
import vectors from '../vectors/shelves.json' with { type: 'json' }
import { runs } from '../runs.ts'
import {
  acknowledge,
  claim,
  create,
  guess,
  newDrop,
  part,
  reopen,
  revoke,
  sent,
  type RawDrop,
} from './support/drops.ts'
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { repeatedly } from '../kit/people.ts'
import { withBindings, type Reply } from './support/wire.ts'

test.for(vectors.shelves)(
  'the drop $dropId is on the shelf that its vector names',
  async ({ dropId, of16, of256, of1 }) => {
    const id = parseDropId(dropId)!
    for (const [count, index] of [
      [16, of16],
      [256, of256],
      [1, of1],
    ] as const) {
      expect((await shelfOf({ ...env, SHELVES: `${count}` }, id)).name).toBe(`shelf-${index.toString(16)}`)
    }
  },
)

test('drops spread over all sixteen shelves', async () => {
  const counts = new Map<string, number>()
  for (let each = 0; each < 1_600; each++) {
    const name = (await shelfOf(env, formatDropId(randomBytes(16)))).name ?? ''
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  expect([...counts.keys()].toSorted()).toEqual(
    Array.from({ length: 16 }, (_, index) => `shelf-${index.toString(16)}`).toSorted(),
  )
  // A hundred each on average; less than fifty would be five standard deviations away.
  expect(Math.min(...counts.values())).toBeGreaterThan(50)
})

const via = withBindings({ SHELVES: '1' })

type Doing = 'create' | 'claim' | 'part' | 'acknowledge' | 'guess' | 'reopen' | 'revoke' | 'sent' | 'cross'

/** The expected state of one drop, from only the steps that concern it. */
interface Model {
  readonly drop: RawDrop
  state: 'none' | 'ready' | 'claimed' | 'read' | 'revoked' | 'locked'
  holder: number | undefined
  readonly dismissed: Set<number>
  tries: number
  /** Nobody else's drop: whose keys are tried on it. */
  readonly stranger: RawDrop
}

test(
  'three hundred drops on one shelf, handled in any order, are as separate as on three hundred shelves',
  { timeout: runs(180_000, 900_000) },
  async () => {
    const readers: SigningKey[] = await repeatedly(3, () => generateSigningKey())
    await fc.assert(
      fc.asyncProperty(plan(), async (steps) => {
        const drops = await Promise.all(Array.from({ length: DROPS }, () => newDrop()))
        const models = drops.map((drop, index): Model => ({
          drop,
          state: 'none',
          holder: undefined,
          dismissed: new Set(),
          tries: 0,
          stranger: drops[(index + 1) % DROPS]!,
        }))
        // Drops take their steps side by side; each takes its own one after the other.
        const mine = models.map((model, index) => ({ model, own: steps.filter(({ at }) => at === index) }))
        await Promise.all(mine.map(({ model }) => act(model, 'create', 0, readers)))
        await Promise.all(
          mine.map(async ({ model, own }) => {
            for (const { doing, reader } of own) await act(model, doing, reader, readers)
          }),
        )
        const shelf = await shelfOf({ ...env, SHELVES: '1' }, drops[0]!.dropId)
        const rows = await runInDurableObject(
          shelf,
          (_shelf, { storage }) => storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM drops').one().n,
        )
        expect(rows).toBeGreaterThanOrEqual(DROPS)
        await runDurableObjectAlarm(shelf)
        await Promise.all(models.map((model) => act(model, 'sent', 0, readers)))
      }),
      { numRuns: runs(1, 20), endOnFailure: true },
    )
  },
)

const DROPS = 300

function plan(): fc.Arbitrary<{ at: number; doing: Doing; reader: number }[]> {
  const doing = fc.constantFrom<Doing>(
    'create',
    'claim',
    'claim',
    'part',
    'acknowledge',
    'guess',
    'reopen',
    'revoke',
    'sent',
    'cross',
  )
  return fc.array(fc.record({ at: fc.nat(DROPS - 1), doing, reader: fc.nat(2) }), {
    minLength: 600,
    maxLength: 700,
    size: 'max',
  })
}

/** Does it to the drop and to its model, and compares what the two say. */
async function act(model: Model, doing: Doing, index: number, readers: readonly SigningKey[]): Promise<void> {
  const { drop, stranger } = model
  const reader = readers[index]!
  const said = await answer(drop, doing, reader, stranger)
  const expected = foretell(model, doing, index)
  expect(said).toEqual(expected)
}

async function answer(drop: RawDrop, doing: Doing, reader: SigningKey, stranger: RawDrop): Promise<unknown> {
  const outcome = ({ code, status, body }: Reply): unknown =>
    code ?? (body.length === drop.bytes.length ? body : status)
  switch (doing) {
    case 'create':
      return outcome(await create(drop, { via }))
    case 'claim':
      return outcome(await claim(drop, reader.publicKey, { via }))
    case 'part':
      return outcome(await part(drop, reader, { via }))
    case 'acknowledge':
      return outcome(await acknowledge(drop, reader, { via }))
    case 'guess': {
      const { code, json } = await guess(drop, { via })
      return json['triesLeft'] ?? code
    }
    case 'reopen':
      return stateIn(await reopen(drop, reader.publicKey, { via }))
    case 'revoke':
      return stateIn(await revoke(drop, { via }))
    case 'sent':
      return stateIn(await sent(drop, { via }))
    case 'cross':
      return across({ ...stranger, dropId: drop.dropId }, reader)
  }
}

/** The expected answer, and the model as it is afterwards. */
function foretell(model: Model, doing: Doing, index: number): unknown {
  const { drop, state } = model
  const isOpen = state === 'ready' || state === 'claimed'
  const isMine = model.holder === index
  switch (doing) {
    case 'create':
      if (state === 'none') model.state = 'ready'
      return 201
    case 'claim':
      if (!isOpen) return 'gone'
      if (state === 'claimed' && isMine) return drop.bytes
      if (model.dismissed.has(index)) return 'dismissed'
      if (state === 'claimed') return 'claimed'
      Object.assign(model, { state: 'claimed', holder: index })
      return drop.bytes
    case 'part':
      return state === 'claimed' && isMine ? drop.bytes : 'gone'
    case 'acknowledge':
      if (!isMine) return 'gone'
      if (isOpen) model.state = 'read'
      return 200
    case 'guess':
      model.tries = Math.min(MAX_TRIES, model.tries + 1)
      if (isOpen && model.tries === MAX_TRIES) model.state = 'locked'
      return isOpen ? MAX_TRIES - model.tries : 'gone'
    case 'reopen':
      if (state === 'claimed' && isMine) {
        model.dismissed.add(index)
        Object.assign(model, { state: 'ready', holder: undefined })
      }
      return stateOf(model)
    case 'revoke':
      if (isOpen) model.state = 'revoked'
      return stateOf(model)
    case 'sent':
      return stateOf(model)
    case 'cross':
      return isOpen ? Array.from({ length: 3 }, () => 'not_proved') : Array.from({ length: 3 }, () => 'gone')
  }
}

function stateIn({ json }: Reply): unknown {
  const { state, triesLeft, reads, size, claims } = json
  return { state, triesLeft, reads, size, claims: Array.isArray(claims) ? claims.length : claims }
}

function stateOf({ state, tries, drop, holder }: Model): unknown {
  const claims = holder === undefined ? 0 : 1
  return { state, triesLeft: MAX_TRIES - tries, reads: 1, size: drop.bytes.length, claims }
}

/** The keys of a neighbour, tried on this drop. */
async function across(wrong: RawDrop, reader: SigningKey): Promise<unknown> {
  const replies = [
    await claim(wrong, reader.publicKey, { via }),
    await sent(wrong, { via }),
    await revoke(wrong, { via }),
  ]
  return replies.map(({ code }) => code)
}
