import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatExtent } from '#protocol/extent.ts'
import { parseExtent } from '#protocol/parse-terms.ts'
import { MIN_PART_BYTES, PART_BYTES } from '#protocol/limits.ts'
import vectors from '../vectors/extents.json' with { type: 'json' }
import { runs } from '../runs.ts'

const numRuns = runs(100, 5_000)

test.for(vectors.extents)('$size bytes in $parts parts are written as the vector has it', ({ field, ...extent }) => {
  expect(parseExtent(field)).toEqual(extent)
  expect(formatExtent(extent)).toBe(field)
})

test.for(vectors.alsoAccepted)('an extent is read in $why', ({ field, size, parts }) => {
  expect(parseExtent(field)).toEqual({ size, parts })
})

test.for(vectors.refused)('an extent is refused for $why', ({ field }) => {
  expect(parseExtent(field)).toBeUndefined()
})

test('an extent comes back exactly when so many bytes fit so many parts', () => {
  const anyParts = fc.integer({ min: 0, max: 1_000 })
  const anySize = fc.integer({ min: 0, max: 1_000 * PART_BYTES })
  fc.assert(
    fc.property(anyParts, anySize, (parts, size) => {
      const fits = parts >= 2 && size > (parts - 1) * MIN_PART_BYTES && size <= parts * PART_BYTES
      expect(parseExtent(formatExtent({ size, parts }))).toEqual(fits ? { size, parts } : undefined)
    }),
    { numRuns },
  )
})

test('no text makes the parser throw, and what it reads has one spelling', () => {
  const good = formatExtent({ size: 2 * PART_BYTES, parts: 2 })
  fc.assert(
    fc.property(fc.string({ maxLength: 10 }), fc.nat(good.length), fc.nat(5), (text, at, cut) => {
      const field = good.slice(0, at) + text + good.slice(at + cut)
      const extent = parseExtent(field)
      expect(extent === undefined ? field : formatExtent(extent)).toBe(field)
    }),
    { numRuns },
  )
})
