import * as fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { expect, test } from 'vitest'
import { packMessage, TOKEN_BYTES, unpackMessage } from '#client/archive.ts'
import { isCleanName } from '#client/names.ts'
import { sizeClass } from '#client/pad.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { MAX_ENTRIES } from '#protocol/limits.ts'
import archives from '../vectors/archives.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { concat, flip, fromBase64, noise } from './support/bytes.ts'
import { anyMessage, fileOf } from './support/messages.ts'

const NOW = 1_800_000_000_000
const token = noise(TOKEN_BYTES)

const bytesOf = ({ base64, size }: { base64: string; size: number }) => {
  const archive = new Uint8Array(size)
  archive.set(fromBase64(base64))
  return archive
}

const opening = archives.archives.filter(({ outcome }) => outcome === 'opens')
const refused = archives.archives.filter(({ outcome }) => outcome === 'refused')

test.for(opening)('an archive opens that another tool has written: $why', async (vector) => {
  const message = await unpackMessage(bytesOf(vector))
  expect(message.text).toBe(vector.text)
  expect(message.token).toEqual(fromBase64(vector.token ?? ''))
  const files = (vector.files ?? []).map(({ base64, ...file }) => ({ ...file, bytes: fromBase64(base64) }))
  expect(message.files).toEqual(files)
  const packed = await packMessage(message, message.token, NOW)
  expect(equalBytes(packed, bytesOf(vector))).toBe(true)
})

test.for(refused)('an archive is refused whole: $why', async (vector) => {
  await expect(unpackMessage(bytesOf(vector))).rejects.toThrow(Error)
})

test('whatever is packed comes back, under clean names', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, async (message) => {
      const archive = await packMessage(message, token, NOW)
      const { token: found, text, files } = await unpackMessage(archive)
      expect(found).toEqual(token)
      expect(text).toBe(message.text)
      expect(files.map(({ bytes, type }) => ({ bytes, type }))).toEqual(
        message.files.map(({ bytes, type }) => ({ bytes, type })),
      )
      for (const { name } of files) expect([name, isCleanName(name)]).toEqual([name, true])
      expect(archive.length).toBe(sizeClass(archive.length))
    }),
    { numRuns: runs(25, 1_000) },
  )
})

test('a clean name, a time in whole seconds and the order of files come back as they were', async () => {
  const files = ['نامه.txt', '👩\u200d🚀', '.env', 'd/e/f', 'x'.repeat(240)].map((name, index) =>
    fileOf(name, noise(index)),
  )
  expect(await unpackMessage(await packMessage({ text: '', files }, token, NOW))).toEqual({ text: '', files, token })
})

test.for([
  [Number.NaN, 0],
  [-5_000, 0],
  [1_999, 1_000],
  [Infinity, (8 ** 11 - 1) * 1_000],
  [253_402_300_799_000, (8 ** 11 - 1) * 1_000],
] as const)('a file of the time %d is sealed with %d, and can be opened', async ([modifiedAtMs, kept]) => {
  const archive = await packMessage({ text: '', files: [{ ...fileOf('x', noise(1)), modifiedAtMs }] }, token, NOW)
  expect((await unpackMessage(archive)).files[0]?.modifiedAtMs).toBe(kept)
})

test.for([0, 1, 511, 512, 513, 65_535, 65_536, 65_537, 1_048_575, 1_048_576, 1_048_577])(
  'a file of %i bytes comes back',
  async (length) => {
    const files = [fileOf('x', noise(length))]
    expect((await unpackMessage(await packMessage({ text: '', files }, token, NOW))).files).toEqual(files)
  },
)

test('as many files as an archive takes come back, and one more is too large', async () => {
  const files = Array.from({ length: MAX_ENTRIES - 2 }, (_, index) => fileOf(`${index}`, new Uint8Array(0)))
  expect((await unpackMessage(await packMessage({ text: '', files }, token, NOW))).files).toHaveLength(MAX_ENTRIES - 2)
  await expect(packMessage({ text: 'x', files }, token, NOW)).rejects.toMatchObject({ code: 'too_large' })
})

test('a change of one byte of an archive is refused, or is a change of what is in it', async () => {
  const message = { text: 'text', files: [fileOf('file', noise(100))] }
  const archive = await packMessage(message, token, NOW)
  const before = JSON.stringify(await unpackMessage(archive))
  await fc.assert(
    fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const after = await unpackMessage(flip(archive, at, mask)).then(JSON.stringify, () => 'refused')
      expect(after).not.toBe(before)
    }),
    { numRuns: runs(200, 10_000) },
  )
})

test('a meta member that this version does not know is passed over', async () => {
  const { archive } = await withMeta({ v: 1, text: false, types: [], later: { x: 1 } })
  expect((await unpackMessage(archive)).files).toEqual([])
})

test('what the archive says of itself gives no object another nature', async () => {
  const { archive } = await withMeta('{"v":1,"text":false,"types":[],"__proto__":{"polluted":true}}')
  await unpackMessage(archive)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('the token lies in the last block that is not padding, so that who knows it has opened the whole', async () => {
  const archive = await packMessage({ text: 'x', files: [] }, token, NOW)
  const entries = await unpackTar(archive, { strict: true })
  expect(entries.map(({ header }) => header.name)).toEqual(['message.txt', '.sealdrop/meta.json', '.sealdrop/token'])
  expect(entries.at(-1)?.data).toEqual(token)
})

test('the tar reader tells a cut or a continued archive from a whole one, as long as it is strict', async () => {
  const archive = await packMessage({ text: 'x', files: [] }, token, NOW)
  const end = 512 * 6
  const strict = (bytes: Uint8Array<ArrayBuffer>) => unpackTar(bytes, { strict: true })
  await expect(strict(archive.slice(0, end))).rejects.toThrow('truncated')
  await expect(strict(archive.slice(0, end + 512))).rejects.toThrow('truncated')
  await expect(strict(archive.slice(0, end + 1_024))).resolves.toHaveLength(3)
  await expect(strict(concat(archive.slice(0, end + 1_024), new Uint8Array(1_000_000)))).resolves.toHaveLength(3)
  await expect(strict(concat(archive.slice(0, end + 1_024), noise(512)))).rejects.toThrow('EOF')
  await expect(strict(concat(archive, archive))).rejects.toThrow('EOF')
  await expect(unpackTar(concat(archive, archive))).resolves.toHaveLength(3)
})

/** An archive of no files whose meta is what is given, written by way of a text of the same length. */
async function withMeta(meta: unknown): Promise<{ archive: Uint8Array<ArrayBuffer> }> {
  const { packTar } = await import('modern-tar')
  const json = typeof meta === 'string' ? meta : JSON.stringify(meta)
  const mtime = new Date(NOW)
  const entry = (name: string, body: Uint8Array) => ({
    header: { name, size: body.length, type: 'file', mode: 0o600, mtime } as const,
    body,
  })
  const packed = await packTar([
    entry('.sealdrop/meta.json', new TextEncoder().encode(json)),
    entry('.sealdrop/token', token),
  ])
  const archive = new Uint8Array(16_384)
  archive.set(packed)
  return { archive }
}
