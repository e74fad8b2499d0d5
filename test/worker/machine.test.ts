import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Cause, SignatureRecord } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_DISMISSALS, MAX_TRIES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import * as life from '../../worker/drops/drop.ts'
import type { Drop } from '../../worker/drops/drop.ts'
import { runs } from '../runs.ts'

vi.setConfig({ testTimeout: runs(10_000, 600_000) })

// Events of a drop, in any order, by so few readers that they meet.
type Event =
  | { readonly kind: 'create' | 'keep'; readonly blob: string }
  | { readonly kind: 'claim' | 'acknowledge' | 'reopen'; readonly reader: PublicKey }
  | { readonly kind: 'guess'; readonly nonce: string }
  | { readonly kind: 'end'; readonly cause: Cause }

const READERS = ['alice', 'bob', 'carol', 'dave'] as string[] as PublicKey[]
const RECORD: SignatureRecord = { created: 0, nonce: '', signature: '' }
const KEYS = { locator: 'l', claim: 'c', sender: 's' } as Record<string, string> as Record<
  'locator' | 'claim' | 'sender',
  PublicKey
>

const reader = fc.constantFrom(...READERS)
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('create' as const, 'keep' as const),
        blob: fc.constantFrom('a', 'b', 'c'),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom('claim' as const, 'acknowledge' as const, 'reopen' as const),
        reader,
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('guess' as const), nonce: fc.nat(15).map(String) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('end' as const), cause: fc.constantFrom<Cause>('revoked', 'read') }),
    },
  ),
  { minLength: 20, maxLength: 80, size: 'max' },
)

function begun(reads: number): Drop {
  const { outcome, drop } = life.create(
    undefined,
    'id' as string as DropId,
    { authority: 'drop.example', ttlSeconds: 300, reads, ...KEYS },
    { digest: 'd', size: 1, blob: 'a' },
    0,
  ) as { outcome: string; drop: Drop }
  expect(outcome).toBe('expected')
  return drop
}

function step(drop: Drop, event: Event): Drop {
  switch (event.kind) {
    case 'create': {
      const next = life.create(
        drop,
        drop.id,
        { authority: 'drop.example', ttlSeconds: 300, reads: drop.reads, ...KEYS },
        { digest: 'd', size: 1, blob: event.blob },
        1,
      )
      return next.outcome === 'expected' ? next.drop : drop
    }
    case 'keep':
      return life.keep(drop, event.blob) ?? drop
    case 'claim': {
      const next = life.claim(drop, event.reader, RECORD)
      return next.outcome === 'yours' ? next.drop : drop
    }
    case 'acknowledge':
      return life.acknowledge(drop, event.reader, { opened: 'o', claim: RECORD, reader: RECORD }) ?? drop
    case 'reopen':
      return life.reopen(drop, event.reader)
    case 'guess':
      return life.countTry(drop, event.nonce)
    case 'end':
      return life.end(drop, event.cause)
  }
}

/** Runs a life and shows each step to `check`, with everything that came before. */
function lives(
  check: (before: Drop, after: Drop, event: Event, past: readonly Drop[]) => void,
  startLive = true,
): void {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), events, (reads, all) => {
      let drop = begun(reads)
      if (startLive) drop = life.keep(drop, 'a') ?? drop
      const past: Drop[] = []
      for (const event of all) {
        past.push(drop)
        const next = step(drop, event)
        check(drop, next, event, past)
        drop = next
      }
    }),
    { numRuns: runs(150, 5_000) },
  )
}

const winners = (drop: Drop): PublicKey[] => drop.claims.map((each) => each.reader)

test('there are never more winners than reads, and none of them twice', () => {
  lives((_, { claims, reads }) => {
    expect(claims.length).toBeLessThanOrEqual(reads)
    expect(new Set(claims.map((each) => each.reader)).size).toBe(claims.length)
  })
})

test('a dismissed reader key never holds a claim again', () => {
  lives((before, after) => {
    for (const gone of before.dismissed) {
      expect(after.dismissed).toContain(gone)
      expect(winners(after)).not.toContain(gone)
      expect(life.mayRead(after, gone)).toBe(false)
    }
  })
})

test('a drop that has ended stays ended, by its first cause', () => {
  lives((before, after) => {
    const expected = life.hasEnded(before) ? before : after
    expect(after.phase).toBe(expected.phase)
    expect(winners(after)).toEqual(winners(expected))
  })
})

test('a drop that was whole never waits for its bytes again', () => {
  lives((before, after) => {
    expect(before.phase !== 'uploading' && after.phase === 'uploading').toBe(false)
  }, false)
})

test('nobody may read before it is whole, after the end, or after acknowledging', () => {
  lives((_, drop) => {
    for (const each of READERS) {
      const mine = drop.claims.find(({ reader: key }) => key === each)
      expect(life.mayRead(drop, each)).toBe(drop.phase === 'live' && mine !== undefined && mine.ack === undefined)
      const mayClaim = life.claim(drop, each, RECORD).outcome === 'yours'
      expect(mayClaim && drop.phase !== 'live').toBe(false)
    }
  }, false)
})

test('a claim is lost only to a reopening that names it, and never once it is acknowledged', () => {
  lives((before, after, event) => {
    for (const each of before.claims) {
      const kept = after.claims.find((claim) => claim.reader === each.reader)
      const isTakenBack = event.kind === 'reopen' && event.reader === each.reader && each.ack === undefined
      expect(isTakenBack ? each : kept).toMatchObject(each)
    }
  })
})

test('the winner who asks again changes nothing and is told the same', () => {
  lives((_, drop) => {
    for (const { reader: key, ack } of drop.claims) {
      const again = life.claim(drop, key, { ...RECORD, created: 9 })
      expect(again).toEqual(
        drop.phase === 'live' && ack === undefined ? { outcome: 'yours', drop } : { outcome: 'gone' },
      )
    }
  })
})

test('every event, repeated at once, changes nothing more', () => {
  lives((_, after, event) => {
    const isAnUpload = event.kind === 'create' || event.kind === 'keep'
    expect(isAnUpload ? after : step(after, event)).toEqual(after)
  })
})

test('a claim or a reopening of long ago, repeated, changes nothing more', () => {
  lives((_, after, __, past) => {
    for (const each of past.flatMap(winners).filter((key) => after.dismissed.includes(key))) {
      expect(life.claim(after, each, RECORD).outcome).not.toBe('yours')
      expect(life.reopen(after, each)).toBe(after)
    }
  })
})

test('a wrong passphrase counts once per nonce, and the tenth ends what has not ended', () => {
  lives((before, after, event) => {
    expect(new Set(after.tries).size).toBe(after.tries.length)
    expect(life.triesLeft(after)).toBe(MAX_TRIES - after.tries.length)
    expect(life.triesLeft(after)).toBeGreaterThanOrEqual(0)
    const isUsedUp = life.triesLeft(after) === 0
    const isJudged = event.kind === 'guess' && !life.hasEnded(before)
    expect(isJudged ? after.phase === 'locked' : isUsedUp).toBe(isUsedUp)
    expect(isUsedUp && (life.showsClaims(after) || !life.hasEnded(after))).toBe(false)
  })
})

test('no blob is forgotten before the drop has ended', () => {
  lives((before, after) => {
    expect(after.blobs).toEqual(expect.arrayContaining(life.hasEnded(after) ? [] : [...before.blobs]))
  }, false)
})

test('the read that is never taken back is the one that is acknowledged: a hundred dismissals and no more', () => {
  let drop = life.keep(begun(1), 'a')!
  for (let count = 0; count < MAX_DISMISSALS + 5; count++) {
    const key = `reader ${count}` as PublicKey
    drop = life.reopen(step(drop, { kind: 'claim', reader: key }), key)
  }
  expect(drop.dismissed).toHaveLength(MAX_DISMISSALS)
  expect(drop.claims).toHaveLength(1)
})

test('expiry is the moment that was promised', () => {
  const drop = begun(1)
  expect([299_999, 300_000, 300_001].map((now) => life.isExpired(drop, now))).toEqual([false, true, true])
})
