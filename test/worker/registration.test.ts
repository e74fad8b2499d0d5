import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_READS, MAX_TTL_SECONDS, MIN_READS, MIN_TTL_SECONDS } from '#protocol/limits.ts'
import { formatPublicKey, type PublicKey } from '#protocol/public-key.ts'
import { formatTerms, type DropTerms } from '#protocol/terms.ts'
import { parseTerms } from '#protocol/parse-terms.ts'
import { runs } from '../runs.ts'
import { claim, create, depositDrop, newDrop } from './support/drops.ts'
import { rowOf } from './support/inside.ts'

// Every encoding that some verifier takes for a point of order 1, 2, 4 or 8, and some that are no point at all. Under such
// a key one signature can be right for every message. "Taming the many EdDSAs", 2020, table 6, and their other signs.
const UNSAFE: readonly (readonly [string, string])[] = [
  ['order 1', '0100000000000000000000000000000000000000000000000000000000000000'],
  ['order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['order 4', '0000000000000000000000000000000000000000000000000000000000000000'],
  ['order 4, other sign', '0000000000000000000000000000000000000000000000000000000000000080'],
  ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  ['order 8, other sign', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
  ['order 8, second', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ['order 8, second, other sign', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
  ['order 1, not canonical: the sign of zero', '0100000000000000000000000000000000000000000000000000000000000080'],
  ['order 2, not canonical: the sign of zero', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
  ['order 1, not canonical: p + 1', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['order 1, not canonical: p + 1, other sign', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
  ['order 4, not canonical: p', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['order 4, not canonical: p, other sign', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
  ['not canonical: p + 3', 'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['not canonical: 2^255 - 1', 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['no point of the curve: 2', '0200000000000000000000000000000000000000000000000000000000000000'],
]

test.for(UNSAFE)('a key of %s is registered for nobody', async ([, hex]) => {
  const key = fromHex(hex)
  for (const role of ['locator', 'claim', 'sender'] as const) {
    const drop = await newDrop()
    expect([role, (await create({ ...drop, terms: { ...drop.terms, [role]: key } })).code]).toEqual([
      role,
      'bad_request',
    ])
    expect(await rowOf(drop.dropId)).toBeUndefined()
  }
  const drop = await depositDrop()
  expect((await claim(drop, key)).code).toBe('bad_request')
  expect((await rowOf(drop.dropId))?.claims).toEqual([])
})

test('of a key of zeros and the signature that some verifiers take for every message, nothing comes', async () => {
  const drop = await depositDrop()
  const identity = fromHex(UNSAFE[0]![1])
  const forged = `claim=:${btoa(String.fromCharCode(1, ...new Uint8Array(63)))}:`
  const reply = await claim(drop, identity, { fields: { Signature: `locator=${forged.slice(6)}, ${forged}` } })
  expect(reply.code).toBe('bad_request')
})

function fromHex(hex: string): PublicKey {
  return formatPublicKey(new Uint8Array((hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))))
}

const key: fc.Arbitrary<PublicKey> = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(formatPublicKey)
const terms: fc.Arbitrary<DropTerms> = fc.record({
  ttlSeconds: fc.integer({ min: MIN_TTL_SECONDS, max: MAX_TTL_SECONDS }),
  reads: fc.integer({ min: MIN_READS, max: MAX_READS }),
  locator: key,
  claim: key,
  sender: key,
})

test('terms of which one is missing, there twice, unknown or changed in kind are refused', () => {
  fc.assert(
    fc.property(terms, fc.nat(4), (each, at) => {
      const members = formatTerms(each).split(', ')
      const member = members[at]!
      const [name, value = ''] = member.split(/=(.*)/s)
      const put = (text: string): string => members.with(at, text).join(', ')
      const changed = [
        members.toSpliced(at, 1).join(', '),
        put(`${member}, ${member}`),
        put(`${member}, other=1`),
        put(`${name}x=${value}`),
        put(`${name!.toUpperCase()}=${value}`),
        put(`${member};x=1`),
        put(`${name}="${value}"`),
        put(`${name}=(${value})`),
        put(`${name}=?1`),
        put(`${name}`),
        put(`${name}=`),
        put(`${name}=${value}0`),
        put(`${name}=-${value}`),
        put(`${name}=${value}.0`),
        `${formatTerms(each)},`,
        `${formatTerms(each)};`,
        `[${formatTerms(each)}]`,
      ]
      for (const field of changed) {
        const read = parseTerms(field)
        // "ttl=300" and "ttl=3000" may both be in bounds; then it has to be read as what it says.
        if (read === undefined || formatTerms(read) === field) continue
        expect(field).toBe('')
      }
    }),
    { numRuns: runs(30, 500) },
  )
})

test.for([
  { ttlSeconds: MIN_TTL_SECONDS - 1 },
  { ttlSeconds: MAX_TTL_SECONDS + 1 },
  { ttlSeconds: 0 },
  { ttlSeconds: -300 },
  { ttlSeconds: 1e15 },
  { reads: MIN_READS - 1 },
  { reads: MAX_READS + 1 },
])('the worker makes no drop of terms out of bounds: %j', async (changed) => {
  const drop = await newDrop()
  expect((await create({ ...drop, terms: { ...drop.terms, ...changed } })).code).toBe('bad_request')
  expect(await rowOf(drop.dropId)).toBeUndefined()
})
