import * as fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { expect, test } from 'vitest'
import { TOKEN_BYTES } from '#client/layout.ts'
import { formatHead, parseHead } from '#client/entry-head.ts'
import { unpackArchive, type Sink } from '#client/unarchive.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { MAX_ENTRIES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import archives from '../vectors/archives.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { archiveOf, collect, inPieces, pack, unpack } from './support/archives.ts'
import { concat, flip, fromBase64, noise } from '../kit/bytes.ts'
import { anyMessage, fileOf } from '../kit/messages.ts'

const NOW = 1_800_000_000_000
const token = noise(TOKEN_BYTES)
const opening = archives.archives.filter(({ outcome }) => outcome === 'opens')
const refused = archives.archives.filter(({ outcome }) => outcome === 'refused')
/** Whole, byte by byte, block by block, at odd places, as chunks and parts come. */
const CUTTINGS = [[2 ** 30], [1], [512], [511, 513, 1], [0, 1_000, 0, 24], [65_536], [16_000]]

test.for(opening)(
  'an archive opens that another tool has written, in whatever pieces it comes: $why',
  async (vector) => {
    for (const lengths of CUTTINGS) {
      const { text, files, token: found } = await unpack(archiveOf(vector), lengths)
      expect(text).toBe(vector.text)
      expect(found).toEqual(fromBase64(vector.token ?? ''))
      expect(files).toEqual((vector.files ?? []).map(({ base64, ...file }) => ({ ...file, bytes: fromBase64(base64) })))
    }
  },
)

test.for(refused)('an archive is refused whole, in whatever pieces it comes: $why', async (vector) => {
  for (const lengths of CUTTINGS) await expect(unpack(archiveOf(vector), lengths)).rejects.toThrow(Error)
})

test('what is planned is what is unpacked, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyMessage,
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 8 }),
      async (message, lengths) => {
        const archive = await pack(message, token, NOW)
        expect(await unpack(archive, lengths)).toEqual(await unpack(archive))
      },
    ),
    { numRuns: runs(25, 1_000) },
  )
})

test('the files are where the contents say, and alone they are a tar file', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const archive = await pack(message, token, NOW)
      const { files, filesStart, filesEnd } = await unpackArchive(archive.length, inPieces(archive, [1_000]))
      const { files: whole } = await unpack(archive)
      for (const [index, { start, size }] of files.entries()) {
        expect(archive.slice(start, start + size)).toEqual(whole[index]?.bytes)
      }
      const alone = await unpackTar(concat(archive.slice(filesStart, filesEnd), new Uint8Array(1_024)), {
        strict: true,
      })
      expect(alone.map(({ header, data }) => [header.name, data])).toEqual(
        whole.map(({ name, bytes }) => [name, bytes]),
      )
    }),
    { numRuns: runs(25, 500) },
  )
})

test('a change of one byte of an archive is refused, or is a change of what is in it', async () => {
  const message = { text: 'text', files: [fileOf('file', noise(100)), fileOf('n'.repeat(200), noise(600))] }
  const archive = await pack(message, token, NOW)
  const before = JSON.stringify(await unpack(archive))
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const after = await unpack(flip(archive, at, mask), [1_000]).then(JSON.stringify, () => 'refused')
      expect(after).not.toBe(before)
    }),
    { numRuns: runs(200, 10_000) },
  )
})

test('a change of one byte outside of what is sealed, in a head or between entries or after the end, is refused', async () => {
  // Of a name in a pax record, which no checksum covers, another letter is another name.
  const longest = `${'d'.repeat(50)}/${'f'.repeat(49)}`
  const message = { text: 'text', files: [fileOf('file', noise(100)), fileOf(longest, noise(600))] }
  const archive = await pack(message, token, NOW)
  const whole = await unpackArchive(archive.length, inPieces(archive, [archive.length]))
  // The sealed entries: the text, two files, meta and token, each behind its head.
  const metaStart = whole.filesEnd + 512
  const metaBytes = '{"v":1,"text":true,"types":["",""]}'.length
  const inside = [
    [512, 4],
    ...whole.files.map(({ start, size }) => [start, size]),
    [metaStart, metaBytes],
    [metaStart + 1_024, TOKEN_BYTES],
  ] as const
  const outside = Array.from(archive.keys()).filter(
    (at) => !inside.some(([from = 0, size = 0]) => at >= from && at < from + size),
  )
  expect(archive.length - outside.length).toBe(4 + 100 + 600 + metaBytes + TOKEN_BYTES)
  const edges = inside.flatMap(([from = 0, size = 0]) => [from - 1, from + size])
  const refuses = async (at: number, mask: number): Promise<void> => {
    await expect(unpack(flip(archive, at, mask), [4_096])).rejects.toThrow(Error)
  }
  for (const at of [...edges, 0, archive.length - 1]) await refuses(at, 1)
  await fc.assert(fc.asyncProperty(fc.constantFrom(...outside), fc.integer({ min: 1, max: 255 }), refuses), {
    numRuns: runs(200, 10_000),
  })
})

test('an archive that is cut, continued, or as long as another size class is refused', async () => {
  const archive = await pack({ text: 'text', files: [fileOf('file', noise(20_000))] }, token, NOW)
  const refuses = async (size: number, bytes: Bytes) =>
    expect(unpackArchive(size, inPieces(bytes, [5_000]))).rejects.toThrow(Error)
  expect(archive.length).toBe(32_768)
  for (const length of [0, 1, 512, 20_000, 32_767]) await refuses(32_768, archive.slice(0, length))
  for (const more of [1, 512, 32_768]) await refuses(32_768, concat(archive, new Uint8Array(more)))
  for (const size of [16_384, 32_767, 32_256, 65_536, 0, -1, Number.NaN, Infinity]) await refuses(size, archive)
})

test('an archive whose entries leave no room for its two closing blocks is refused', async () => {
  const archiveWith = async (bytes: number) => {
    const meta = utf8('{"v":1,"text":false,"types":[""]}')
    const entries = [
      entry('x', new Uint8Array(bytes)),
      entry('.sealdrop/meta.json', meta),
      entry('.sealdrop/token', token),
    ]
    return concat(...(await Promise.all(entries)))
  }
  const most = 16_384 - 1_024 - 5 * 512
  const unpadded = await archiveWith(most)
  expect(unpadded.length).toBe(16_384 - 1_024)
  expect((await unpack(concat(unpadded, new Uint8Array(1_024)))).files[0]?.bytes).toHaveLength(most)
  for (const more of [512, 1_024]) {
    const archive = concat(await archiveWith(most + more), new Uint8Array(1_024 - more))
    expect(archive.length).toBe(16_384)
    await expect(unpack(archive)).rejects.toThrow('no end')
  }
})

test('an entry too large for a header was taken, in a spelling that no header has', () => {
  const most = { name: 'x', size: 8 ** 11 - 1, modifiedAtMs: NOW }
  expect(parseHead(formatHead(most))).toEqual(most)
  expect(() => formatHead({ ...most, size: 8 ** 11 })).toThrow(RangeError)
})

test('one byte in the padding that is no zero is seen, wherever it lies and however it comes', async () => {
  const archive = await pack({ text: '', files: [fileOf('a', noise(509)), fileOf('b', noise(1))] }, token, NOW)
  // Behind each of the two files, and from the closing blocks on.
  const ends = [512 + 509, 1_024 + 512 + 1, 4_096]
  const places = ends.flatMap((end) => [0, 1, 2].map((more) => end + more))
  for (const lengths of [...CUTTINGS, [3], [5, 7], [9, 1, 4]]) {
    expect((await unpack(archive, lengths)).files).toHaveLength(2)
    for (const place of [...places, archive.length - 1, archive.length - 2])
      await expect(unpack(flip(archive, place), lengths)).rejects.toThrow(RangeError)
  }
})

test('as many entries as allowed are read, and one more is refused', async () => {
  const archiveWith = async (files: number) => {
    const plain = await Promise.all(Array.from({ length: files }, (_, index) => entry(`${index}`, new Uint8Array(0))))
    const meta = utf8(JSON.stringify({ v: 1, text: false, types: Array<string>(files).fill('') }))
    const all = concat(...plain, await entry('.sealdrop/meta.json', meta), await entry('.sealdrop/token', token))
    return concat(all, new Uint8Array(2 ** 20 - all.length))
  }
  expect((await unpack(await archiveWith(MAX_ENTRIES - 2))).files).toHaveLength(MAX_ENTRIES - 2)
  await expect(unpack(await archiveWith(MAX_ENTRIES - 1))).rejects.toThrow('too many entries')
})

test('the sink is given the files in their order, waited for, and nothing of text, meta and token', async () => {
  const files = [fileOf('a', noise(3_000)), fileOf('empty', noise(0)), fileOf('b/message.txt', noise(10))]
  const archive = await pack({ text: 'the text', files }, token, NOW)
  const heard: string[] = []
  let isBusy = false
  const slowly = async (what: string) => {
    expect(isBusy).toBe(false)
    isBusy = true
    await new Promise((resolve) => void setTimeout(resolve, 1))
    isBusy = false
    heard.push(what)
  }
  const sink: Sink = {
    file: ({ name, size, modifiedAtMs }) => slowly(`${name} ${size} ${modifiedAtMs}`),
    write: ({ length }) => slowly(`${length}`),
  }
  await unpackArchive(archive.length, inPieces(archive, [2_048]), sink)
  expect(heard).toEqual([`a 3000 ${NOW}`, '512', '2048', '440', `empty 0 ${NOW}`, `b/message.txt 10 ${NOW}`, '10'])
})

test('while a sink is busy, nothing more is asked of the plaintext', async () => {
  const archive = await pack({ text: '', files: [fileOf('a', noise(100_000))] }, token, NOW)
  let asked = 0
  async function* counted(): AsyncGenerator<Bytes, void, undefined> {
    for await (const piece of inPieces(archive, [1_024])) {
      asked += 1
      yield piece
    }
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = unpackArchive(archive.length, counted(), { file: async () => {}, write: () => promise })
  await new Promise((next) => void setTimeout(next, 5))
  expect(asked).toBe(1)
  resolve()
  await done
  expect(asked).toBe(archive.length / 1_024)
})

test('a first file called message.txt comes to the sink, if last, and is no text', async () => {
  const files = [fileOf('message.txt', utf8('a file')), fileOf('other', noise(3))]
  const { sink, names, found } = collect()
  const archive = await pack({ text: '', files }, token, NOW)
  const contents = await unpackArchive(archive.length, inPieces(archive, [700]), sink)
  expect(contents).toMatchObject({ text: '', filesStart: 0, filesEnd: 4 * 512 })
  expect(contents.files.map(({ name, start }) => [name, start])).toEqual([
    ['message.txt', 512],
    ['other', 1_536],
  ])
  expect(names).toEqual(['other', 'message.txt'])
  expect(found('message.txt')).toEqual(utf8('a file'))
  const large = fileOf('message.txt', new Uint8Array(MAX_TEXT_BYTES + 1))
  const second = await pack({ text: '', files: [large] }, token, NOW)
  expect((await unpack(second, [2 ** 20])).files[0]?.bytes).toHaveLength(MAX_TEXT_BYTES + 1)
})

test('what fails in the sink or in the plaintext ends it, is told, and closes the plaintext', async () => {
  const archive = await pack({ text: '', files: [fileOf('a', noise(100_000))] }, token, NOW)
  let isClosed = false
  async function* pieces(fault?: Error): AsyncGenerator<Bytes, void, undefined> {
    isClosed = false
    try {
      yield* inPieces(archive.subarray(0, 5_000), [1_000])
      if (fault !== undefined) throw fault
    } finally {
      isClosed = true
    }
  }
  const fault = new Error('disk full')
  const full: Sink = { file: async () => {}, write: () => Promise.reject(fault) }
  await expect(unpackArchive(archive.length, pieces(), full)).rejects.toBe(fault)
  expect(isClosed).toBe(true)
  await expect(unpackArchive(archive.length, pieces(fault))).rejects.toBe(fault)
  await expect(unpackArchive(12_345, pieces())).rejects.toThrow('class')
})

test('a meta member that this version does not know is passed over', async () => {
  const archive = await withMeta('{"v":1,"text":false,"types":[],"later":{"x":1}}')
  expect((await unpack(archive)).files).toEqual([])
})

test('what the archive says of itself gives no object another nature', async () => {
  await unpack(await withMeta('{"v":1,"text":false,"types":[],"__proto__":{"polluted":true}}'))
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('the token lies in the last block that is not padding, so that who knows it has opened the whole', async () => {
  const archive = await pack({ text: 'x', files: [] }, token, NOW)
  const entries = await unpackTar(archive, { strict: true })
  expect(entries.map(({ header }) => header.name)).toEqual(['message.txt', '.sealdrop/meta.json', '.sealdrop/token'])
  expect(entries.at(-1)?.data).toEqual(token)
})

/** An archive of no files whose meta is what is given. */
async function withMeta(json: string): Promise<Bytes> {
  const archive = new Uint8Array(16_384)
  archive.set(concat(await entry('.sealdrop/meta.json', utf8(json)), await entry('.sealdrop/token', token)))
  return archive
}

async function entry(name: string, content: Bytes): Promise<Bytes> {
  const head = formatHead({ name, size: content.length, modifiedAtMs: NOW })
  return concat(head, content, new Uint8Array(-content.length & 511))
}
