import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPublicKey } from '#protocol/public-key.ts'
import { formatTerms } from '#protocol/terms.ts'
import { parseTerms } from '#protocol/parse-terms.ts'
import vectors from '../vectors/terms.json' with { type: 'json' }
import { runs } from '../runs.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(formatPublicKey)
const anyTerms = fc.record({
  ttlSeconds: fc.integer({ min: 300, max: 2_592_000 }),
  reads: fc.integer({ min: 1, max: 100 }),
  locator: key,
  claim: key,
  sender: key,
})

test('terms come back from their field', () => {
  fc.assert(
    fc.property(anyTerms, (terms) => {
      expect(parseTerms(formatTerms(terms))).toEqual(terms)
    }),
    { numRuns: runs(25, 1_000) },
  )
})

test.for(vectors.terms)(
  '$ttlSeconds seconds and $reads reads are written as the vector has it',
  ({ field, ...terms }) => {
    expect(parseTerms(field)).toEqual(terms)
    expect(formatTerms(parseTerms(field) ?? fail())).toBe(field)
  },
)

test.for(vectors.alsoAccepted)('terms are read with $why', ({ field, why: _why, ...terms }) => {
  expect(parseTerms(field)).toEqual(terms)
})

test.for(vectors.refused)('terms are refused for $why', ({ field }) => {
  expect(parseTerms(field)).toBeUndefined()
})

test('no text makes the parser throw', () => {
  const [{ field: good } = fail()] = vectors.terms
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.nat(good.length), fc.nat(20), (text, at, cut) => {
      for (const field of [text, good.slice(0, at) + text + good.slice(at + cut)]) {
        const terms = parseTerms(field)
        expect(terms === undefined ? terms : parseTerms(formatTerms(terms))).toEqual(terms)
      }
    }),
    { numRuns: runs(25, 1_000) },
  )
})

function fail(): never {
  throw new Error('the vectors are empty')
}
