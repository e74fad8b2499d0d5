import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeClass } from '#client/pad.ts'
import { payloadSize } from '#client/crypto/sizes.ts'
import sizes from '../vectors/sizes.json' with { type: 'json' }
import { runs } from '../runs.ts'

const numRuns = runs(100, 10_000)

test.for(sizes.sizes)('$bytes bytes are of the class of the vector', (vector) => {
  expect(sizeClass(vector.bytes)).toBe(vector.class)
})

test('a class holds what is in it, is made of blocks, is of its own class, and grows with what it holds', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), fc.nat(1_000_000), (bytes, more) => {
      const size = sizeClass(bytes)
      expect(size).toBeGreaterThanOrEqual(bytes)
      expect(size % 512).toBe(0)
      expect(sizeClass(size)).toBe(size)
      expect(sizeClass(bytes + more)).toBeGreaterThanOrEqual(size)
    }),
    { numRuns },
  )
})

test('above a megabyte at most a sixteenth is added', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_048_577, max: 2 ** 40 }), (bytes) => {
      expect(sizeClass(bytes)).toBeLessThanOrEqual(bytes * (1 + 1 / 16) + 512)
    }),
    { numRuns },
  )
})

test('up to a part there are few lengths to be seen', () => {
  const seen = new Set<number>()
  for (let bytes = 0; bytes <= 8_388_608; bytes += 512) seen.add(payloadSize(sizeClass(bytes)))
  expect(seen.size).toBe(7 + 3 * 32)
})
