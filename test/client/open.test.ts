import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { openDrop } from '#client/receive.ts'
import type { Progress } from '#client/server.ts'
import type { Parts } from '#client/staging.ts'
import { DropError } from '#protocol/error.ts'
import { equalBytes, joinBytes, type Bytes } from '#protocol/bytes.ts'
import { runs } from '../runs.ts'
import { flip, noise } from '../kit/bytes.ts'
import { fileOf } from '../kit/messages.ts'
import { collect, openWhole, partsOf, sealWhole } from '../kit/sealed.ts'

const files = [fileOf('a', noise(150_000)), fileOf('empty', noise(0)), fileOf('b', noise(70_000, 2))]
const refused = { name: 'DropError', code: 'open_failed', message: 'open_failed' }
let ciphertext: Bytes
let opener: Opener

beforeAll(async () => {
  const options = { origin: 'https://drop.example', ttlSeconds: 3_600, reads: 1, passphrase: '', now: 0 }
  const stretch = async () => new Uint8Array(0)
  const sealed = await sealWhole({ text: 'words', files }, { ...options, stretch, sender: await generateSigningKey() })
  ciphertext = sealed.ciphertext
  const parsed = parseLink(sealed.link)
  if (parsed === undefined) throw new Error('the link is damaged')
  opener = await deriveOpener(parsed.secret, '', stretch)
})

/** Places where a foreign sealer may cut: the header and the payload nonce lie in the first part. */
const anyCuts = () =>
  fc
    .uniqueArray(fc.integer({ min: 1_643, max: ciphertext.length - 1 }), { maxLength: 6 })
    .map((cuts) => cuts.toSorted((a, b) => a - b))

test(
  'a drop opens wherever its parts end, and each file can be read again in any order',
  { timeout: 180_000 },
  async () => {
    const expected = [noise(150_000), noise(0), noise(70_000, 2)]
    await fc.assert(
      fc.asyncProperty(anyCuts(), async (cuts) => {
        const opened = await openDrop(partsOf(ciphertext, cuts), opener)
        expect(opened.text).toBe('words')
        expect(opened.files.map(({ name, size }) => [name, size])).toEqual([
          ['a', 150_000],
          ['empty', 0],
          ['b', 70_000],
        ])
        for (const index of [2, 0, 1]) {
          const read = await collect(opened.files[index]?.read() ?? none())
          expect(equalBytes(read, expected[index] ?? noise(1))).toBe(true)
        }
      }),
      { numRuns: runs(25, 200) },
    )
  },
)

async function* none(): AsyncGenerator<Bytes> {}

test('a part that ends within a chunk, and one that ends with it, are the same to whoever opens', async () => {
  for (const cuts of [
    [1_643],
    [1_643 + 65_552],
    [1_643 + 65_551],
    [1_643 + 65_553],
    [1_643 + 65_552, 1_643 + 2 * 65_552],
  ])
    expect((await openWhole(ciphertext, opener, cuts)).files).toHaveLength(3)
})

test('the archive of the files is a tar of them alone', async () => {
  const opened = await openDrop(partsOf(ciphertext), opener)
  const tar = await collect(opened.archive())
  expect(tar.length).toBe(512 + 150_016 + 512 + 512 + 70_144 + 1_024)
  expect(new TextDecoder().decode(tar.subarray(0, 1))).toBe('a')
  expect(tar.subarray(512, 512 + 150_000)).toEqual(noise(150_000))
  expect(tar.subarray(-1_024).every((byte) => byte === 0)).toBe(true)
})

test('the sink gets every file, in order, before the drop is open', async () => {
  const got: [string, Bytes[]][] = []
  let isOpen = false
  const sink = {
    file: async ({ name }: { name: string }) => void got.push([name, []]),
    write: async (bytes: Bytes) => {
      expect(isOpen).toBe(false)
      got.at(-1)?.[1].push(bytes.slice())
    },
  }
  await openDrop(partsOf(ciphertext, [60_000, 100_000]), opener, { sink })
  isOpen = true
  expect(got.map(([name, pieces]) => [name, joinBytes(pieces).length])).toEqual([
    ['a', 150_000],
    ['empty', 0],
    ['b', 70_000],
  ])
})

test('whatever is wrong with the parts, they open to nothing and nobody is told why', async () => {
  const cut = 100_000
  const whole = partsOf(ciphertext, [cut])
  const changed: [string, Parts][] = [
    ['a byte', partsOf(flip(ciphertext, 90_000), [cut])],
    ['the header', partsOf(flip(ciphertext, 100), [cut])],
    ['a missing end', { ...whole, part: async (n) => (await whole.part(n)).subarray(0, n === 1 ? -1 : undefined) }],
    ['a byte too many', { ...whole, part: async (n) => joinBytes([await whole.part(n), new Uint8Array(n)]) }],
    ['a missing part', { ...whole, count: 1 }],
    ['an empty part at the end', { ...partsOf(ciphertext, [cut, ciphertext.length]), count: 3 }],
    ['parts in another order', { ...whole, part: (n) => whole.part(1 - n) }],
    ['a size that is another', { ...whole, size: whole.size - 1 }],
    ['a size of nothing', { ...whole, size: 0 }],
    ['a size that is too large', { ...whole, size: whole.size + 65_552 }],
    [
      'empty parts without end',
      { ...whole, count: 1e12, part: async (n) => (n === 0 ? whole.part(0) : new Uint8Array(0)) },
    ],
    ['nothing', { ...whole, part: async () => new Uint8Array(0) }],
    ['a cut header', { ...whole, part: async (n) => (n === 0 ? ciphertext.slice(0, 1_630) : ciphertext.slice(1_630)) }],
  ]
  for (const [what, parts] of changed) {
    const error = await openDrop(parts, opener).catch((each: unknown) => each)
    expect([what, error]).toEqual([what, expect.objectContaining(refused)])
  }
})

test('a part that is another when it is read again is refused', async () => {
  let isChanged = false
  const parts = partsOf(ciphertext, [100_000])
  const opened = await openDrop(
    { ...parts, part: async (n) => (isChanged ? flip(await parts.part(n), 90_000) : parts.part(n)) },
    opener,
  )
  isChanged = true
  await expect(collect(opened.files[0]?.read() ?? none())).rejects.toMatchObject(refused)
})

test('what the network and the disk say is not taken for a damaged drop', async () => {
  const parts = partsOf(ciphertext, [100_000])
  const offline = async (n: number) => {
    if (n === 1) throw new DropError('offline')
    return parts.part(n)
  }
  await expect(openDrop({ ...parts, part: offline }, opener)).rejects.toMatchObject({ code: 'offline' })
  const sink = {
    file: async () => {},
    write: async () => {
      throw new Error('the disk is full')
    },
  }
  await expect(openDrop(parts, opener, { sink })).rejects.toThrow('the disk is full')
})

test('who stops is told so, and hears before how much is verified', async () => {
  const stop = new AbortController()
  const told: Progress[] = []
  const onProgress = (each: Progress): void => {
    told.push(each)
    if (told.length === 3) stop.abort()
  }
  const opening = openDrop(partsOf(ciphertext, [60_000, 120_000, 180_000]), opener, { onProgress, signal: stop.signal })
  await expect(opening).rejects.toMatchObject({ code: 'stopped' })
  expect(told).toHaveLength(3)
  expect(told[0]).toEqual({ stage: 'checking', bytes: 0, total: 262_144 })
})

test('the next part is decrypted and one more is read while the sink writes the last one, and no others', async () => {
  const parts = partsOf(ciphertext, [60_000, 120_000, 180_000, 190_000, 200_000])
  const fetched: number[] = []
  const atFirstWrite: number[][] = []
  const sink = {
    file: async () => {},
    write: async () => {
      // As long as that takes on a busy machine; and a while for what must not come.
      while (fetched.length < 5) await new Promise((done) => setTimeout(done, 1))
      await new Promise((done) => setTimeout(done, 20))
      atFirstWrite.push([...fetched])
    },
  }
  const part = (n: number) => {
    fetched.push(n)
    return parts.part(n)
  }
  await openDrop({ ...parts, part }, opener, { sink })
  // The first is read for the header and then for its chunks.
  expect(atFirstWrite[0]).toEqual([0, 0, 1, 2, 3])
})
