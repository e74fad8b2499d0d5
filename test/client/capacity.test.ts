import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { headerSize, HEADER_BYTES, payloadSize } from '#client/crypto/sizes.ts'
import { archiveSize, type Letterhead } from '#client/layout.ts'
import {
  contentCapacity,
  largestArchive,
  largestFor,
  letterCapacity,
  ONE_PART_BYTES,
  onePartCapacity,
} from '#client/capacity.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import { DEFAULT_LARGEST_ON_KV, DEFAULT_LARGEST_ON_R2, PART_BYTES } from '#protocol/limits.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import { runs } from '../runs.ts'

const numRuns = runs(100, 5_000)
const anyLargest = fc.oneof(
  fc.integer({ min: 20_000, max: 2 ** 40 }),
  fc.integer({ min: 15, max: 40 }).chain((power) => fc.integer({ min: 2 ** power - 100, max: 2 ** power + 100 })),
)
const anyName = fc.oneof(
  fc.constantFrom('a', 'n'.repeat(255), '文'.repeat(85), `${'d'.repeat(200)}/${'é'.repeat(100)}`),
  fc.string({ minLength: 1, maxLength: 20 }),
)

/** The largest letterhead there is: eight readers, a return address, a box that answers. */
const key = formatPublicKey(new Uint8Array(32))
const box = formatBoxAddress(new Uint8Array(32))
const longest: Letterhead = {
  to: { box, drop: formatDropId(new Uint8Array(16)), serial: Number.MAX_SAFE_INTEGER, readers: Array(8).fill(key) },
  reply: { key, age: 'age1pq1'.padEnd(1_959, 'q'), proof: 'A'.repeat(86) },
  from: box,
}

test('whatever the limit and the files are, the room that is told is used, and the drop fits', () => {
  fc.assert(
    fc.property(
      anyLargest,
      fc.boolean(),
      fc.array(anyName, { minLength: 1, maxLength: 20 }),
      (largest, hasText, names) => {
        const files = names.map((name) => ({ name, type: '' }))
        const room = contentCapacity(largestArchive(largest), hasText, files)
        fc.pre(room > files.length)
        // All in one, and a byte in each of the others: as badly as it can be filled.
        const [text, first] = hasText ? [1, room - files.length] : [0, room - files.length + 1]
        const sizes = files.map((file, index) => ({ ...file, size: index === 0 ? first : 1 }))
        expect(HEADER_BYTES + payloadSize(archiveSize(text, sizes))).toBeLessThanOrEqual(largest)
      },
    ),
    { numRuns },
  )
})

test('of a drop for a box the readers and the letterhead are counted', () => {
  fc.assert(
    fc.property(anyLargest, (largest) => {
      const files = [{ name: 'n'.repeat(255), type: '', size: 0 }]
      const room = letterCapacity(largest, true, files)
      fc.pre(room > 1)
      const sizes = files.map((file) => ({ ...file, size: room - 1 }))
      expect(headerSize(8) + payloadSize(archiveSize(1, sizes, longest))).toBeLessThanOrEqual(largest)
    }),
    { numRuns },
  )
})

test.for([1, 30_720, 1_000_000, 20 * 2 ** 20, 100_000_000, 5_000_000_000])(
  'a box that is to take %i bytes takes them',
  (bytes) => {
    expect(letterCapacity(largestFor(bytes))).toBeGreaterThanOrEqual(bytes)
  },
)

test('what goes in one part goes in one part', () => {
  const sealed = archiveSize(1, [{ name: 'n'.repeat(255), type: '', size: onePartCapacity() - 1 }])
  expect(sealed).toBe(8_257_536)
  expect(sealed).toBeLessThanOrEqual(ONE_PART_BYTES)
  expect(HEADER_BYTES + payloadSize(ONE_PART_BYTES)).toBeLessThanOrEqual(PART_BYTES)
})

test.for([
  [DEFAULT_LARGEST_ON_KV, 98 * 2 ** 20],
  [DEFAULT_LARGEST_ON_R2, 79 * 2 ** 26],
] as const)('of a limit of %i bytes a file of just under %d is what fits, as the README says', ([largest, bytes]) => {
  const room = contentCapacity(largestArchive(largest), false, [{ name: 'film.mp4' }])
  expect([room < bytes, room > bytes - 8_192]).toEqual([true, true])
})

test.for([0, 1, 512, 10_000])('of a limit of %i bytes nothing fits', (largest) => {
  expect([largestArchive(largest), contentCapacity(largestArchive(largest), false, [])]).toEqual([0, 0])
})
