import { expect, test } from 'vitest'
import { planArchive } from '#client/archive.ts'
import { TOKEN_BYTES } from '#client/layout.ts'
import { formatHead } from '#client/entry-head.ts'
import { unpackArchive } from '#client/unarchive.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { MAX_META_BYTES } from '#protocol/limits.ts'
import { noise } from '../kit/bytes.ts'
import { fileOf } from '../kit/messages.ts'

const NOW = 1_800_000_000_000
const token = noise(TOKEN_BYTES)

test.for([
  ['a text, in an archive that is not as long', 'message.txt', 2 ** 20, 16_384],
  ['a file, in an archive that is not as long', 'x', 2 ** 33 - 1, 2 ** 32],
  ['a meta that is too long', '.sealdrop/meta.json', MAX_META_BYTES + 1, 2 ** 32],
  ['a token of 2 GiB', '.sealdrop/token', 2 ** 31, 2 ** 32],
] as const)(
  '%s: the head is enough to refuse it, and no memory is taken for it',
  async ([, name, size, archiveBytes]) => {
    let asked = 0
    async function* headAlone(): AsyncGenerator<Bytes, void, undefined> {
      asked += 1
      yield formatHead({ name, size, modifiedAtMs: NOW })
      asked += 1
      throw new Error('nothing after the head is needed')
    }
    await expect(unpackArchive(archiveBytes, headAlone())).rejects.toThrow(RangeError)
    expect(asked).toBe(1)
  },
)

test('an archive of 5 GiB goes through whole, with no more in memory than a piece', async () => {
  const size = 5 * 2 ** 30
  const source = { size, read: async (from: number, to: number) => new Uint8Array(to - from) }
  const plan = await planArchive({ text: 'see', files: [{ ...fileOf('large', noise(0)), source }] }, token, NOW)
  const piece = new Uint8Array(8 * 2 ** 20)
  const start = 3 * 512
  async function* pieces(): AsyncGenerator<Bytes, void, undefined> {
    yield await plan.read(0, start)
    for (let at = 0; at < size; at += piece.length) yield piece
    const end = start + size + 10 * 512
    yield await plan.read(start + size, end)
    for (let at = end; at < plan.size; at += piece.length) yield piece.subarray(0, plan.size - at)
  }
  let written = 0
  const contents = await unpackArchive(plan.size, pieces(), {
    file: async (entry) => expect(entry).toEqual({ name: 'large', size, modifiedAtMs: NOW }),
    write: async ({ length }) => void (written += length),
  })
  expect(written).toBe(size)
  expect(contents).toMatchObject({ text: 'see', filesStart: 1_024, filesEnd: 1_024 + 512 + size })
  expect(contents.files).toEqual([{ name: 'large', type: '', size, start, modifiedAtMs: NOW }])
  expect(contents.token).toEqual(token)
})
