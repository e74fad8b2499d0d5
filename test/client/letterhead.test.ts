import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { archiveSize, formatMeta, type Letterhead } from '#client/layout.ts'
import { parseLetterhead } from '#client/letterhead.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { formatDropId } from '#protocol/id.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import { runs } from '../runs.ts'
import { pack, unpack } from './support/archives.ts'
import { noise } from '../kit/bytes.ts'
import { anyMessage } from '../kit/messages.ts'
import { spoilt } from '../spoilt.ts'

const NOW = 1_800_000_000_000
const token = noise(32)
const box = formatBoxAddress(noise(32))
const { publicKey: key } = await generateSigningKey()
const reply = { key, age: `age1pq1${'q'.repeat(1_952)}`, proof: toBase64url(noise(64)) }
const to = { box, drop: formatDropId(noise(16)), serial: 1_800_000_000, readers: [key] }
const whole: Letterhead = { to, reply, from: box }

const anyLetterhead: fc.Arbitrary<Letterhead> = fc.record(
  {
    to: fc.record({
      box: fc.constant(box),
      drop: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatDropId),
      serial: fc.maxSafeNat(),
      readers: fc.array(fc.constant(key), { maxLength: 8 }),
    }),
    reply: fc.constant(reply),
    from: fc.constant(box),
  },
  { requiredKeys: ['to'] },
)

test('a letterhead comes back with its message, and is counted in the length of the archive', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, anyLetterhead, async (message, letterhead) => {
      const archive = await pack({ ...message, letterhead }, token, NOW)
      const files = message.files.map(({ name, type, source }) => ({ name, type, size: source.size }))
      expect(archiveSize(new TextEncoder().encode(message.text).length, files, letterhead)).toBe(archive.length)
      const found = await unpack(archive)
      expect([found.letterhead, found.text]).toEqual([letterhead, message.text])
    }),
    { numRuns: runs(20, 500) },
  )
})

test('an archive without one is what it always was', async () => {
  const message = { text: 'x', files: [] }
  expect(formatMeta(true, [])).toBe('{"v":1,"text":true,"types":[]}')
  expect((await unpack(await pack(message, token, NOW))).letterhead).toBeUndefined()
})

test('a letterhead is written in one order, whatever order its members came in', () => {
  const { drop, serial, readers } = to
  const turned = { from: box, reply: { proof: reply.proof, age: reply.age, key }, to: { readers, serial, drop, box } }
  expect(formatMeta(false, [], turned)).toBe(formatMeta(false, [], whole))
  expect(formatMeta(false, [], { to, reply: undefined, from: undefined })).toBe(
    `{"v":1,"text":false,"types":[],"to":{"box":"${box}","drop":"${drop}","serial":1800000000,"readers":["${key}"]}}`,
  )
})

test('members that nobody knows are passed over, in the letterhead as in the meta', () => {
  const more = { v: 1, further: 5, ...whole, to: { ...to, colour: 'red' }, reply: { ...reply, at: 6 } }
  expect(parseLetterhead(more)).toEqual(whole)
  expect(parseLetterhead({ v: 1, text: true, types: [] })).toBeUndefined()
})

test.for([
  ['no addressee', { to: undefined }],
  ['an addressee that is none', { to: 'x' }],
  ['a list for an addressee', { to: [] }],
  ['no box', { to: { ...to, box: undefined } }],
  ['a box with a letter changed', { to: { ...to, box: spoilt(box) } }],
  ['a box in upper case', { to: { ...to, box: box.toUpperCase() } }],
  ['a box with white space around it', { to: { ...to, box: ` ${box}\n` } }],
  ['a box that answers in upper case', { from: box.toUpperCase() }],
  ['a short id', { to: { ...to, drop: 'AAAA' } }],
  ['a serial below zero', { to: { ...to, serial: -1 } }],
  ['a serial of a half', { to: { ...to, serial: 0.5 } }],
  ['a serial in letters', { to: { ...to, serial: '1' } }],
  ['no readers', { to: { ...to, readers: undefined } }],
  ['nine readers', { to: { ...to, readers: Array.from({ length: 9 }, () => key) } }],
  ['a reader that is no key', { to: { ...to, readers: ['x'] } }],
  ['a reader of small order', { to: { ...to, readers: [formatPublicKey(new Uint8Array(32))] } }],
  ['a reply that is none', { reply: null }],
  [
    'a return key of small order',
    { reply: { ...reply, key: formatPublicKey(new Uint8Array([1, ...Array(31).fill(0)])) } },
  ],
  ['a recipient of another kind', { reply: { ...reply, age: 'age1x' } }],
  ['a short proof', { reply: { ...reply, proof: 'AAAA' } }],
  ['no proof', { reply: { ...reply, proof: undefined } }],
  ['a box that answers and is none', { from: 'sdbox1' }],
  ['nobody who answers', { from: null }],
] as const)('a letterhead with %s is refused', ([, change]) => {
  expect(() => parseLetterhead({ ...whole, ...change })).toThrow(RangeError)
})
