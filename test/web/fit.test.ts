import { expect, test } from 'vitest'
import { planArchive } from '#client/archive.ts'
import { ageIdentityFromSeed, ageRecipient, sealEnvelope } from '#client/crypto/envelope.ts'
import type { Source } from '#client/source.ts'
import { MAX_ENTRIES, MAX_TEXT_BYTES, PART_BYTES } from '#protocol/limits.ts'
import type { ChosenFile } from '../../web/draft.ts'
import { findExcess, isOnePart, MAX_FILES, roomBytes, sealedSize } from '../../web/fit.ts'

/** A file of so many bytes, of which none is there. */
function fileOf(name: string, size: number, type = 'text/plain'): ChosenFile {
  return { name, type, size, modifiedAtMs: 0, file: new File([], name) }
}

function sourceOf(size: number): Source {
  return { size, read: async (start, end) => new Uint8Array(end - start) }
}

async function planOf({ text, files }: { text: string; files: readonly ChosenFile[] }) {
  const sources = files.map(({ name, type, size }) => ({ name, type, modifiedAtMs: 0, source: sourceOf(size) }))
  return await planArchive({ text, files: sources }, new Uint8Array(32), 0)
}

const names = ['a', 'ä'.repeat(60), 'x'.repeat(200), `${'folder/'.repeat(16)}file.txt`, 'a']

test.for([
  { text: '', sizes: [0] },
  { text: 'é'.repeat(300), sizes: [] },
  { text: 'x', sizes: [1, 511, 512, 513, 70_000] },
  { text: '\ud800', sizes: [1_300_000, 2 ** 20] },
])('the size that is foreseen is that of the ciphertext: %o', async ({ text, sizes }) => {
  const draft = { text, files: sizes.map((size, index) => fileOf(names[index] ?? 'f', size)) }
  const plan = await planOf(draft)
  const recipient = await ageRecipient(ageIdentityFromSeed(new Uint8Array(32)))
  expect(sealedSize(draft)).toBe((await sealEnvelope(await plan.read(0, plan.size), [recipient])).length)
})

test.for([PART_BYTES, 104_857_600, 5_368_709_120, 1_000_000_007])(
  'of %i bytes that a server takes, what is promised to fit does, and not much less than fits',
  async (largest) => {
    const text = 'with a text'
    const room = roomBytes(largest)
    const draft = { text, files: [fileOf('a name of more than a hundred bytes '.repeat(6), room - text.length)] }
    expect(findExcess(draft, largest)).toBeUndefined()
    expect(room).toBeGreaterThan(largest * 0.85)
    const over = { text, files: [fileOf('large', largest)] }
    expect(findExcess(over, largest)).toEqual({ at: 'size', largest })
    expect(findExcess(over, undefined)).toBeUndefined()
  },
)

test('of nothing that a server takes nothing is promised', () => {
  for (const largest of [0, 1, 512, 10_000]) expect(roomBytes(largest)).toBe(0)
})

test('a draft is of one part as long as its archive is, padding included', async () => {
  const fits = { text: '', files: [fileOf('x', 8_250_000)] }
  const exceeds = { text: '', files: [fileOf('x', 8_260_000)] }
  expect([isOnePart(fits), isOnePart(exceeds)]).toEqual([true, false])
  expect(sealedSize(fits)).toBeLessThanOrEqual(PART_BYTES)
  expect(sealedSize(exceeds)).toBeGreaterThan(PART_BYTES)
})

test('as many files fit as an archive has entries for, and one more is refused for its number, not for its size', async () => {
  const files = Array.from({ length: MAX_FILES }, () => fileOf('empty', 0))
  expect(findExcess({ text: 'x', files }, PART_BYTES)).toBeUndefined()
  await expect(planOf({ text: 'x', files })).resolves.toBeDefined()
  expect(findExcess({ text: 'x', files: [...files, fileOf('one more', 0)] }, 1)).toEqual({ at: 'count' })
  expect(MAX_FILES + 3).toBe(MAX_ENTRIES)
})

test('a text that no opener takes, and a file that no archive can hold, are refused before all else is known', async () => {
  const text = 'x'.repeat(MAX_TEXT_BYTES + 1)
  expect(findExcess({ text, files: [] }, undefined)).toEqual({ at: 'text' })
  expect(findExcess({ text: text.slice(1), files: [] }, undefined)).toBeUndefined()
  const [largest, files] = [8 ** 11 - 1, [fileOf('x', 8 ** 11)]]
  expect(findExcess({ text: '', files }, undefined)).toEqual({ at: 'size', largest })
  expect(findExcess({ text: '', files }, 10 ** 12)).toEqual({ at: 'size', largest })
  expect(findExcess({ text: '', files: [fileOf('x', largest)] }, 10 ** 12)).toBeUndefined()
})
