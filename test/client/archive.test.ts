import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { planArchive, type DropFile } from '#client/archive.ts'
import { archiveSize, TOKEN_BYTES } from '#client/layout.ts'
import { isCleanName } from '#client/names.ts'
import { sizeClass } from '#client/pad.ts'
import { FileFault, memorySource, type ByteSource } from '#client/source.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { MAX_ENTRIES, MAX_META_BYTES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import archives from '../vectors/archives.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { archiveOf, pack, unpack } from './support/archives.ts'
import { concat, fromBase64, noise } from '../kit/bytes.ts'
import { anyMessage, anyText, fileOf } from '../kit/messages.ts'

const NOW = 1_800_000_000_000
const token = noise(TOKEN_BYTES)
const opening = archives.archives.filter(({ outcome }) => outcome === 'opens')
const sizeOf = (text: string, files: readonly DropFile[]) =>
  archiveSize(
    new TextEncoder().encode(text).length,
    files.map(({ name, type, source }) => ({ name, type, size: source.size })),
  )

/** Zeros of any length, which notes what is asked of it. */
function zeros(size: number): ByteSource & { readonly asked: [number, number][] } {
  const asked: [number, number][] = []
  return {
    size,
    asked,
    read: async (start, end) => {
      asked.push([start, end])
      return new Uint8Array(end - start)
    },
  }
}

test.for(opening)('an archive is the one that another tool has written, byte for byte: $why', async (vector) => {
  const files = (vector.files ?? []).map(({ base64, ...file }) => ({
    ...file,
    source: memorySource(fromBase64(base64)),
  }))
  expect(await pack({ text: vector.text ?? '', files }, fromBase64(vector.token ?? ''), NOW)).toEqual(archiveOf(vector))
})

test('whatever is packed comes back, under clean names, and is as long as was foreseen', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const archive = await pack(message, token, NOW)
      const { token: found, text, files } = await unpack(archive)
      expect(found).toEqual(token)
      expect(text).toBe(message.text)
      expect(files.map(({ type }) => type)).toEqual(message.files.map(({ type }) => type))
      for (const [index, { bytes }] of files.entries()) {
        expect(bytes).toEqual(await message.files[index]?.source.read(0, bytes.length))
        expect(bytes.length).toBe(message.files[index]?.source.size)
      }
      for (const { name } of files) expect([name, isCleanName(name)]).toEqual([name, true])
      expect((await planArchive(message, token, NOW)).names).toEqual(files.map(({ name }) => name))
      expect(archive.length).toBe(sizeClass(archive.length))
      expect(sizeOf(message.text, message.files)).toBe(archive.length)
    }),
    { numRuns: runs(25, 1_000) },
  )
})

test('what is read in any ranges is what is read at once', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, fc.array(fc.nat(), { maxLength: 12 }), async (message, cuts) => {
      const plan = await planArchive(message, token, NOW)
      const edges = [0, ...cuts.map((cut) => cut % plan.size).toSorted((a, b) => a - b), plan.size]
      const ranges = edges.slice(1).map((end, index) => plan.read(edges[index] ?? 0, end))
      expect(concat(...(await Promise.all(ranges)))).toEqual(await plan.read(0, plan.size))
    }),
    { numRuns: runs(25, 1_000) },
  )
})

test.for([
  [-1, 1],
  [2, 1],
  [0, 16_385],
  [Number.NaN, 1],
])('there is no range from %i to %i in an archive of 16,384 bytes', async ([start = 0, end = 0]) => {
  const plan = await planArchive({ text: 'x', files: [] }, token, NOW)
  expect(plan.size).toBe(16_384)
  await expect(plan.read(start, end)).rejects.toThrow(RangeError)
})

test.for([0, 1, 511, 512, 513, 65_535, 65_536, 65_537, 1_048_575, 1_048_576, 1_048_577])(
  'a file of %i bytes comes back',
  async (length) => {
    const bytes = noise(length)
    const archive = await pack({ text: '', files: [fileOf('x', bytes)] }, token, NOW)
    const { files } = await unpack(archive)
    expect(files.map((file) => equalBytes(file.bytes, bytes))).toEqual([true])
  },
)

test('planning reads no file, and reading asks a file for nothing but what lies in the range', async () => {
  const [one, two] = [zeros(1_000), zeros(5 * 2 ** 30)]
  const files = [
    { name: 'one', type: '', modifiedAtMs: 0, source: one },
    { name: 'two', type: '', modifiedAtMs: 0, source: two },
  ]
  const plan = await planArchive({ text: '', files }, token, NOW)
  expect([one.asked, two.asked]).toEqual([[], []])
  await plan.read(0, 512)
  await plan.read(1_512, 1_512)
  await plan.read(1_512, 1_536)
  await plan.read(2 ** 32, 2 ** 32)
  expect([one.asked, two.asked]).toEqual([[], []])
  await plan.read(1_511, 2_049)
  await plan.read(5 * 2 ** 30, plan.size)
  expect(one.asked).toEqual([[999, 1_000]])
  expect(two.asked).toEqual([
    [0, 1],
    [5 * 2 ** 30 - 2_048, 5 * 2 ** 30],
  ])
})

test.for([2 ** 31 - 1, 2 ** 32 + 1, 5 * 2 ** 30, 8 ** 11 - 1])(
  'a file of %i bytes is planned, and its end and what comes after it lie where they should',
  async (size) => {
    const end = 'the very end'
    const source: ByteSource = {
      size,
      read: async (from, to) => {
        const bytes = new Uint8Array(to - from)
        if (to === size) bytes.set(new TextEncoder().encode(end), bytes.length - end.length)
        return bytes
      },
    }
    const files = [{ name: 'large', type: '', modifiedAtMs: 0, source }]
    const plan = await planArchive({ text: '', files }, token, NOW)
    expect(plan.size).toBe(sizeOf('', files))
    expect(plan.size).toBe(sizeClass(plan.size))
    expect(plan.size).toBeGreaterThan(size)
    const text = new TextDecoder('latin1').decode(await plan.read(size, 512 + size + 2_048))
    expect(text.indexOf(end)).toBe(512 - end.length)
    expect(text.indexOf('.sealdrop/meta.json')).toBe(512 + (-size & 511))
    const head = new TextDecoder('latin1').decode(await plan.read(0, 512))
    expect(head.slice(124, 136)).toBe(`${size.toString(8).padStart(11, '0')}\0`)
  },
)

test('a file that is larger than a tar header can say is too large', async () => {
  const files = [{ name: 'x', type: '', modifiedAtMs: 0, source: zeros(8 ** 11) }]
  await expect(planArchive({ text: '', files }, token, NOW)).rejects.toMatchObject({ code: 'too_large' })
})

test('as many files as an archive takes come back, and one more is too large', async () => {
  const files = Array.from({ length: MAX_ENTRIES - 2 }, (_, index) => fileOf(`${index}`, new Uint8Array(0)))
  expect((await unpack(await pack({ text: '', files }, token, NOW))).files).toHaveLength(MAX_ENTRIES - 2)
  await expect(planArchive({ text: 'x', files }, token, NOW)).rejects.toMatchObject({ code: 'too_large' })
})

test('a text or a meta that an opener would not take into memory is too large', async () => {
  const most = 'x'.repeat(MAX_TEXT_BYTES)
  await expect(planArchive({ text: most, files: [] }, token, NOW)).resolves.toBeDefined()
  await expect(planArchive({ text: `${most}x`, files: [] }, token, NOW)).rejects.toMatchObject({ code: 'too_large' })
  const files = [{ ...fileOf('x', noise(1)), type: 'x'.repeat(MAX_META_BYTES) }]
  await expect(planArchive({ text: '', files }, token, NOW)).rejects.toMatchObject({ code: 'too_large' })
})

test.for([-1, 1])('a file that gives %i byte more than it was asked for has changed, and is named', async (more) => {
  const source: ByteSource = { size: 100, read: async (from, to) => new Uint8Array(to - from + more) }
  const files = [fileOf('before', noise(10)), { ...fileOf('C:/con', noise(0)), source }]
  const plan = await planArchive({ text: '', files }, token, NOW)
  const fault = await plan.read(0, plan.size).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(FileFault)
  expect(fault).toMatchObject({ code: 'file_changed', file: 'C:/con' })
  await expect(plan.read(0, 1_024)).resolves.toHaveLength(1_024)
})

test('a file that was read as a view of something larger took what lay beside it along, when its memory was given back', async () => {
  const shared = noise(40_000)
  const source: ByteSource = { size: 30_000, read: async (from, to) => shared.subarray(from, to) }
  const plan = await planArchive({ text: '', files: [{ ...fileOf('x', noise(0)), source }] }, token, NOW)
  const bytes = await plan.read(512, 20_512)
  expect(bytes).toEqual(shared.slice(0, 20_000))
  bytes.buffer.transfer(0)
  expect(await plan.read(512, 20_512)).toEqual(noise(20_000))
})

test('what a source throws is what the reader of an archive learns', async () => {
  const fault = new FileFault('file_unreadable', 'x')
  const source: ByteSource = { size: 1, read: () => Promise.reject(fault) }
  const plan = await planArchive({ text: '', files: [{ ...fileOf('x', noise(0)), source }] }, token, NOW)
  await expect(plan.read(0, 1_000)).rejects.toBe(fault)
})

test.for([
  [Number.NaN, 0],
  [-5_000, 0],
  [1_999, 1_000],
  [Infinity, (8 ** 11 - 1) * 1_000],
  [253_402_300_799_000, (8 ** 11 - 1) * 1_000],
] as const)('a file of the time %d is sealed with %d, and can be opened', async ([modifiedAtMs, kept]) => {
  const archive = await pack({ text: '', files: [{ ...fileOf('x', noise(1)), modifiedAtMs }] }, token, NOW)
  expect((await unpack(archive)).files[0]?.modifiedAtMs).toBe(kept)
})

test('names of every length, folders and characters in all places, are foreseen with the length that they take', async () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'é', '文', '👩'), minLength: 1, maxLength: 80 })
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  const edges = [99, 100, 101, 155, 156, 254, 255, 256]
  const edge = fc.tuple(fc.constantFrom(...edges), fc.nat(255)).map(([length, slash]) => {
    const long = 'n'.repeat(length)
    return slash > 0 && slash < length - 1 ? `${long.slice(0, slash)}/${long.slice(slash + 1)}` : long
  })
  const names = fc.array(fc.oneof(name, edge), { minLength: 20, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(anyText, names, async (text, all) => {
      const files = all.map((each) => fileOf(each, new Uint8Array(0)))
      // Each entry is at least a block: a length that is foreseen wrongly shows in one of these steps of 512 bytes.
      const { size } = await planArchive({ text, files }, token, NOW)
      expect(sizeOf(text, files)).toBe(size)
      const filling = fileOf('filling', new Uint8Array(0))
      const room = await roomIn(text, files)
      const full = [...files, { ...filling, source: zeros(room) }]
      const over = [...files, { ...filling, source: zeros(room + 1) }]
      expect(sizeOf(text, full)).toBe((await planArchive({ text, files: full }, token, NOW)).size)
      expect(sizeOf(text, over)).toBe((await planArchive({ text, files: over }, token, NOW)).size)
      expect(sizeOf(text, over)).toBeGreaterThan(sizeOf(text, full))
    }),
    { numRuns: runs(10, 300) },
  )

  /** Bytes of one more file, called `filling`, that fill the archive's size class to its last block. */
  async function roomIn(text: string, files: readonly DropFile[]): Promise<number> {
    const sizeWith = async (bytes: number) => {
      const more = { ...fileOf('filling', new Uint8Array(0)), source: zeros(bytes) }
      return (await planArchive({ text, files: [...files, more] }, token, NOW)).size
    }
    const size = await sizeWith(0)
    let [least, most] = [0, size / 512]
    while (least < most) {
      const middle = Math.ceil((least + most) / 2)
      if ((await sizeWith(middle * 512)) > size) most = middle - 1
      else least = middle
    }
    return least * 512
  }
})

test('the same message, token and time make the same archive', async () => {
  const message = { text: 'x', files: [fileOf('a', noise(1_000)), fileOf('a', noise(3))] }
  expect(await pack(message, token, NOW)).toEqual(await pack(message, token, NOW))
})
