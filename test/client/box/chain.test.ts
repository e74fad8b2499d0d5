import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { advance, identityAt, newChain } from '#client/box/chain.ts'
import { deriveReaderKey, recipientsFrom } from '#client/box/reader-keys.ts'
import { ageRecipient } from '#client/crypto/envelope.ts'
import { sha256, utf8 } from '#protocol/bytes.ts'
import { epochAt, firstNeededEpoch, lifeOfCard } from '#protocol/epoch.ts'
import { MAX_TTL_SECONDS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { runs } from '../../runs.ts'
import { fromHex, toHex } from '../../kit/bytes.ts'

const anyChain = fc.record({
  epoch: fc.integer({ min: 0, max: 100_000 }),
  key: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes)),
})
const anyStep = fc.integer({ min: 0, max: 30 })
const numRuns = runs(25, 500)

test.for(boxes.chains)(
  'every key of the chain from epoch $epoch is the one of the vector',
  async ({ epoch, key, steps }) => {
    const chain = { epoch, key: fromHex(key) }
    for (const step of steps) {
      expect(toHex(advance(chain, step.epoch).key)).toBe(step.key)
      expect(identityAt(chain, step.epoch)).toBe(step.identity)
    }
    const recipients = await recipientsFrom(chain, epoch)
    const hashes = await Promise.all(recipients.map(async (each) => toHex(await sha256(utf8(each)))))
    expect(hashes).toEqual(steps.map(({ recipientSha256 }) => recipientSha256))
  },
)

test.for(boxes.readers)('the key of reader $seed is the one of the vector', async ({ seed, publicKey }) => {
  expect((await deriveReaderKey(fromHex(seed))).publicKey).toBe(publicKey)
})

test('to advance twice is to advance once, and opens the same', () => {
  fc.assert(
    fc.property(anyChain, anyStep, anyStep, (chain, one, two) => {
      const twice = advance(advance(chain, chain.epoch + one), chain.epoch + one + two)
      expect(twice).toEqual(advance(chain, chain.epoch + one + two))
      expect(identityAt(twice, twice.epoch)).toBe(identityAt(chain, twice.epoch))
    }),
    { numRuns },
  )
})

test('a chain knows nothing of what lies before it', () => {
  fc.assert(
    fc.property(anyChain, fc.integer({ min: 1, max: 30 }), (chain, back) => {
      expect(identityAt(chain, chain.epoch - back)).toBeUndefined()
      expect(() => advance(chain, chain.epoch - back)).toThrow(RangeError)
    }),
    { numRuns },
  )
})

test('a clock that is gone mad does not keep a device busy for ever', () => {
  expect(() => advance(newChain(0), Number.MAX_SAFE_INTEGER)).toThrow(RangeError)
  expect(() => advance(newChain(0), Number.NaN)).toThrow(RangeError)
})

test('a key is needed for as long as the latest drop of its epoch can lie in a box, and no epoch longer', () => {
  const { notAfter } = lifeOfCard(3_000)
  // Sealed with the last second of the card, uploaded for a day, living as long as it can, to the end of that day.
  const lastSecond = Math.ceil((notAfter + UPLOAD_LIFE_SECONDS + MAX_TTL_SECONDS) / 86_400) * 86_400
  expect(firstNeededEpoch((lastSecond - 1) * 1_000)).toBeLessThanOrEqual(3_000)
  expect(firstNeededEpoch((lastSecond + 86_400) * 1_000)).toBe(3_001)
})

test('a new chain begins with the present epoch and is like no other', async () => {
  const now = 1_795_392_000_000
  const [a, b] = [newChain(now), newChain(now)]
  expect(a.epoch).toBe(epochAt(now))
  expect(a.key).not.toEqual(b.key)
  expect(await ageRecipient(identityAt(a, a.epoch) ?? '')).toMatch(/^age1pq1/)
})
