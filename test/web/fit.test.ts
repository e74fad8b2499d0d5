import { expect, test } from 'vitest'
import { planArchive } from '#client/archive.ts'
import { HEADER_BYTES, payloadSize } from '#client/crypto/sizes.ts'
import type { ByteSource } from '#client/source.ts'
import { MAX_ENTRIES, MAX_TEXT_BYTES, PART_BYTES } from '#protocol/limits.ts'
import type { ChosenFile } from '../../web/send/draft.ts'
import { findExcess, fitsOnePart, limitsOf, MAX_FILES, roomFor } from '../../web/send/limits.ts'
import { atMost, bytesAgainst } from '../../web/copy/format.ts'

/** A file of so many bytes, of which none is there. */
function fileOf(name: string, size: number, type = 'text/plain'): ChosenFile {
  return { name, type, size, modifiedAtMs: 0, file: new File([], name) }
}

function sourceOf(size: number): ByteSource {
  return { size, read: async (start, end) => new Uint8Array(end - start) }
}

async function planOf({ text, files }: { text: string; files: readonly ChosenFile[] }) {
  const sources = files.map(({ name, type, size }) => ({ name, type, modifiedAtMs: 0, source: sourceOf(size) }))
  return await planArchive({ text, files: sources }, new Uint8Array(32), 0)
}

test.for([PART_BYTES, 104_857_600, 5_368_709_120, 1_000_000_007])(
  'of %i bytes that a server takes, what is promised to fit does, and not much less than fits',
  async (largest) => {
    const limits = limitsOf(largest)
    const text = 'with a text'
    const draft = { text, files: [fileOf('n'.repeat(255), limits.room - text.length)] }
    expect(findExcess(draft, limits)).toBeUndefined()
    expect(limits.room).toBeGreaterThan(largest * 0.85)
    const over = { text, files: [fileOf('large', largest)] }
    expect(findExcess(over, limits)).toEqual({ at: 'size', room: roomFor(over, limits) })
    expect(findExcess(over, undefined)).toBeUndefined()
  },
)

test.for([
  { text: '', names: ['film.mp4'] },
  { text: 'x', names: ['a', 'ä'.repeat(60), `${'文'.repeat(80)}/b`] },
  { text: '', names: Array.from({ length: MAX_FILES }, (_, n) => `photos/${n}.jpg`) },
])('a draft as large as it was told to be was refused: %#', async ({ text, names }) => {
  const limits = limitsOf(104_857_600)
  const empty = names.map((name) => fileOf(name, 0))
  const room = roomFor({ text, files: empty }, limits)
  const sized = (bytes: number) => ({ text, files: [fileOf(names[0] ?? '', bytes - text.length), ...empty.slice(1)] })
  expect(findExcess(sized(room), limits)).toBeUndefined()
  const plan = await planOf(sized(room))
  expect(HEADER_BYTES + payloadSize(plan.size)).toBeLessThanOrEqual(104_857_600)
  const over = sized(room + 512 * names.length + 1_024)
  expect(findExcess(over, limits)).toEqual({ at: 'size', room })
})

test('a file of 99 MiB was said to be as large as what fits', () => {
  const draft = { text: '', files: [fileOf('film.mp4', 99 * 2 ** 20)] }
  const room = roomFor(draft, limitsOf(104_857_600))
  expect([bytesAgainst(99 * 2 ** 20, room), atMost(room)]).toEqual(['104 MB', '102 MB'])
  for (const over of [1, 500, 100_000]) expect(bytesAgainst(room + over, room)).not.toBe(atMost(room))
})

test('of nothing that a server takes nothing is promised', () => {
  for (const largest of [0, 1, 512, 10_000]) expect(limitsOf(largest)).toEqual({ largest, archive: 0, room: 0 })
})

test('a name that no archive can hold is refused by itself, and not as a size', () => {
  const long = fileOf(`${'d/'.repeat(2_047)}nn`, 1)
  expect(findExcess({ text: '', files: [fileOf('a', 1), long] }, undefined)).toEqual({ at: 'path', name: long.name })
})

test('a draft is of one part as long as its archive is, padding included', async () => {
  const fits = { text: '', files: [fileOf('x', 8_250_000)] }
  const exceeds = { text: '', files: [fileOf('x', 8_260_000)] }
  expect([fitsOnePart(fits), fitsOnePart(exceeds)]).toEqual([true, false])
  expect(findExcess(fits, limitsOf(PART_BYTES))).toBeUndefined()
  expect(findExcess(exceeds, limitsOf(PART_BYTES))).toMatchObject({ at: 'size' })
})

test('as many files fit as an archive has entries for, and one more is refused for its number, not for its size', async () => {
  const files = Array.from({ length: MAX_FILES }, () => fileOf('empty', 0))
  expect(findExcess({ text: 'x', files }, limitsOf(PART_BYTES))).toBeUndefined()
  await expect(planOf({ text: 'x', files })).resolves.toBeDefined()
  expect(findExcess({ text: 'x', files: [...files, fileOf('one more', 0)] }, limitsOf(1))).toEqual({ at: 'count' })
  expect(MAX_FILES + 3).toBe(MAX_ENTRIES)
})

test('a text that no opener takes, and a file that no archive can hold, are refused before all else is known', async () => {
  const text = 'x'.repeat(MAX_TEXT_BYTES + 1)
  expect(findExcess({ text, files: [] }, undefined)).toEqual({ at: 'text' })
  expect(findExcess({ text: text.slice(1), files: [] }, undefined)).toBeUndefined()
  const [room, files] = [8 ** 11 - 1, [fileOf('x', 8 ** 11)]]
  expect(findExcess({ text: '', files }, undefined)).toEqual({ at: 'size', room })
  expect(findExcess({ text: '', files }, limitsOf(10 ** 12))).toEqual({ at: 'size', room })
  expect(findExcess({ text: '', files: [fileOf('x', room)] }, limitsOf(10 ** 12))).toBeUndefined()
})
