import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeAead, nobleAead, type Aead } from '#client/crypto/aead.ts'
import { aeadFor, chunkCipher, type ChunkCipher, cipherHere } from '#client/crypto/chunks.ts'
import { nodeAead } from '#client/crypto/node-aead.ts'
import { hkdf } from '#client/crypto/kdf.ts'
import { payloadKey } from '#client/crypto/payload.ts'
import { CHUNK_BYTES, PAYLOAD_NONCE_BYTES, payloadSize, TAG_BYTES } from '#client/crypto/sizes.ts'
import { equalBytes, type Bytes } from '#protocol/bytes.ts'
import { PART_CHUNKS } from '#protocol/limits.ts'
import published from '../vectors/published.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { concat, flip, fromHex, noise, toHex } from '../kit/bytes.ts'

const key = payloadKey(noise(16), noise(16, 2))
const BOX = CHUNK_BYTES + TAG_BYTES
const PART = PART_CHUNKS * CHUNK_BYTES
const SIZES = [0, 1, 15, 16, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 16 * 65_536, 17 * 65_536 + 1]

/** Seals a payload in runs of so many chunks. */
async function sealInRuns(plaintext: Uint8Array<ArrayBuffer>, chunks: number, cipher: ChunkCipher) {
  const boxes: Uint8Array[] = []
  const step = chunks * CHUNK_BYTES
  for (let start = 0; start === 0 || start < plaintext.length; start += step) {
    const isEnd = start + step >= plaintext.length
    boxes.push(await cipher.sealRun(plaintext.slice(start, start + step), start / CHUNK_BYTES, isEnd))
  }
  return concat(...boxes)
}

/** Opens what `sealInRuns` sealed, in runs of another length. */
async function openInRuns(boxes: Uint8Array<ArrayBuffer>, chunks: number, cipher: ChunkCipher) {
  const opened: Uint8Array[] = []
  const step = chunks * BOX
  for (let start = 0; start === 0 || start < boxes.length; start += step) {
    opened.push(await cipher.openRun(boxes.slice(start, start + step), start / BOX, start + step >= boxes.length))
  }
  return concat(...opened)
}

test('the payload key is that of the age format', () => {
  expect(payloadKey(noise(16), noise(16, 2))).toEqual(hkdf(noise(16), noise(16, 2), 'payload', 32))
})

test.for(SIZES)(
  'a payload of %i bytes comes back, is as long as was said, and is the same in any runs',
  async (length) => {
    const plaintext = noise(length)
    const cipher = await cipherHere(key)
    const whole = await cipher.sealRun(plaintext, 0, true)
    expect(PAYLOAD_NONCE_BYTES + whole.length).toBe(payloadSize(length))
    expect(await cipher.openRun(whole, 0, true)).toEqual(plaintext)
    for (const chunks of [1, 2, 5]) {
      expect(await sealInRuns(plaintext, chunks, cipher)).toEqual(whole)
      expect(await openInRuns(whole, chunks, cipher)).toEqual(plaintext)
    }
  },
)

test.for([PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])(
  'a payload of %i bytes, cut where parts are, is that of one run',
  async (length) => {
    const plaintext = noise(length)
    const cipher = await cipherHere(key)
    const whole = await cipher.sealRun(plaintext, 0, true)
    expect(equalBytes(await sealInRuns(plaintext, PART_CHUNKS, cipher), whole)).toBe(true)
    expect(equalBytes(await openInRuns(whole, PART_CHUNKS, cipher), plaintext)).toBe(true)
  },
)

test.for([0, 1, 65_536, 65_537, 131_072])(
  'a payload of %i bytes that is cut or continued is refused',
  async (length) => {
    const cipher = await cipherHere(key)
    const boxes = await cipher.sealRun(noise(length), 0, true)
    const cuts = [0, 1, 15, 16, 31, boxes.length - 1, boxes.length - 16, boxes.length - 17, BOX, BOX - 1, BOX + 16]
    for (const cut of cuts.filter((each) => each < boxes.length))
      await expect(cipher.openRun(boxes.slice(0, cut), 0, true)).rejects.toThrow(Error)
    for (const more of [1, 16, 17, BOX])
      await expect(cipher.openRun(concat(boxes, noise(more)), 0, true)).rejects.toThrow(Error)
  },
)

test('chunks that change places, are there twice or are missing are refused', async () => {
  const cipher = await cipherHere(key)
  const boxes = await cipher.sealRun(noise(3 * CHUNK_BYTES), 0, true)
  const [one, two, three] = [0, 1, 2].map((index) => boxes.slice(index * BOX, (index + 1) * BOX)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  expect(await cipher.openRun(concat(one, two, three), 0, true)).toHaveLength(3 * CHUNK_BYTES)
  for (const chunks of [
    [two, one, three],
    [one, three, two],
    [one, one, three],
    [one, three],
    [two, three],
    [one, two],
    [three],
    [one, two, two],
    [one, two, three, three],
  ]) {
    await expect(cipher.openRun(concat(...chunks), 0, true)).rejects.toThrow(Error)
  }
})

test('a run opens in its own place only, and as the end only if it is', async () => {
  const cipher = await cipherHere(key)
  const [first, second] = [noise(2 * CHUNK_BYTES, 3), noise(2 * CHUNK_BYTES, 4)]
  const [one, two] = [await cipher.sealRun(first, 0, false), await cipher.sealRun(second, 2, true)]
  expect(await cipher.openRun(one, 0, false)).toEqual(first)
  expect(await cipher.openRun(two, 2, true)).toEqual(second)
  await expect(cipher.openRun(one, 2, false)).rejects.toThrow(Error)
  await expect(cipher.openRun(two, 0, true)).rejects.toThrow(Error)
  await expect(cipher.openRun(one, 0, true)).rejects.toThrow(Error)
  await expect(cipher.openRun(two, 2, false)).rejects.toThrow(Error)
  await expect(cipher.openRun(concat(two, one), 0, true)).rejects.toThrow(Error)
})

test('a run that is no run of whole chunks is neither sealed nor opened', async () => {
  const cipher = await cipherHere(key)
  for (const [bytes, first, isEnd] of [
    [0, 0, false],
    [1, 0, false],
    [CHUNK_BYTES - 1, 0, false],
    [CHUNK_BYTES + 1, 0, false],
    [0, 1, true],
  ] as const) {
    await expect(cipher.sealRun(noise(bytes), first, isEnd)).rejects.toThrow(RangeError)
    const chunks = Math.max(1, Math.ceil(bytes / CHUNK_BYTES))
    await expect(cipher.openRun(noise(bytes + chunks * TAG_BYTES), first, isEnd)).rejects.toThrow(RangeError)
  }
  for (const boxes of [0, 1, 15, BOX + 15]) {
    await expect(cipher.openRun(noise(boxes), 0, true)).rejects.toThrow(RangeError)
  }
})

test('any bit that is flipped, in a chunk or a tag, is noticed', async () => {
  const cipher = await cipherHere(key)
  const boxes = await cipher.sealRun(noise(70_000), 0, true)
  for (const at of [0, CHUNK_BYTES - 1, CHUNK_BYTES, BOX - 1, BOX, boxes.length - 1])
    await expect(cipher.openRun(flip(boxes, at), 0, true)).rejects.toThrow(Error)
  await fc.assert(
    fc.asyncProperty(fc.nat(boxes.length - 1), fc.nat(7), async (at, bit) => {
      await expect(cipher.openRun(flip(boxes, at, 1 << bit), 0, true)).rejects.toThrow(Error)
    }),
    { numRuns: runs(20, 1_000) },
  )
})

/** A chunk by hand: eleven bytes of counter, one that says whether it is the last. */
function chunkByHand(counter: readonly number[], last: number, plaintext: Uint8Array): Uint8Array {
  const nonce = new Uint8Array([...Array<number>(11 - counter.length).fill(0), ...counter, last])
  return chacha20poly1305(key, nonce).encrypt(plaintext)
}

test('an empty last chunk after a full one is refused, though its tag is right', async () => {
  const cipher = await cipherHere(key)
  const full = chunkByHand([0], 0, noise(CHUNK_BYTES))
  const empty = chunkByHand([1], 1, new Uint8Array(0))
  const one = chunkByHand([1], 1, new Uint8Array(1))
  await expect(cipher.openRun(concat(full, empty), 0, true)).rejects.toThrow(Error)
  await expect(cipher.openRun(concat(empty), 1, true)).rejects.toThrow(Error)
  await expect(cipher.openRun(concat(full, one), 0, true)).resolves.toHaveLength(CHUNK_BYTES + 1)
})

test.for([
  [255, [255]],
  [256, [1, 0]],
  [2 ** 31, [0x80, 0, 0, 0]],
  [2 ** 32 - 1, [255, 255, 255, 255]],
  [2 ** 32, [1, 0, 0, 0, 0]],
] as const)('chunk %i has the counter %o', async ([first, counter]) => {
  const cipher = await cipherHere(key)
  const chunk = noise(100)
  expect(await cipher.sealRun(chunk, first, true)).toEqual(new Uint8Array(chunkByHand(counter, 1, chunk)))
})

test('the cipher of this thread and the one of the platform seal and open alike', async () => {
  const [here, thread] = [await cipherHere(key), chunkCipher(nobleAead(key))]
  const plaintext = noise(3 * CHUNK_BYTES + 7)
  const boxes = await thread.sealRun(plaintext, 5, true)
  expect(await here.sealRun(plaintext, 5, true)).toEqual(boxes)
  expect(await thread.openRun(boxes, 5, true)).toEqual(plaintext)
  expect(await here.openRun(boxes, 5, true)).toEqual(plaintext)
  await expect(thread.openRun(flip(boxes, 3 * BOX), 5, true)).rejects.toThrow(Error)
})

test('after a chunk that does not open, no more than what is in flight is tried', async () => {
  let tried = 0
  const counting: Aead = {
    ...nobleAead(key),
    inFlight: 16,
    open: async () => {
      tried += 1
      throw new Error('no')
    },
  }
  await expect(chunkCipher(counting).openRun(noise(PART_CHUNKS * BOX), 0, true)).rejects.toThrow('no')
  expect(tried).toBeLessThan(PART_CHUNKS / 2)
})

async function sealOne(aead: Aead, nonce12: Bytes, plaintext: Bytes): Promise<Bytes> {
  const box = new Uint8Array(plaintext.length + 16)
  await aead.seal(nonce12, plaintext, box)
  return box
}

async function openOne(aead: Aead, nonce12: Bytes, box: Bytes): Promise<Bytes> {
  const plaintext = new Uint8Array(box.length - 16)
  await aead.open(nonce12, box, plaintext)
  return plaintext
}

const aeadKey = fromHex(published.aead.rfc8439.key)
const aeads: [string, (key: Uint8Array<ArrayBuffer>) => Promise<Aead | undefined>][] = [
  ['noble', async (each) => nobleAead(each)],
  ['native', nativeAead],
  ["Node's own", async (each) => nodeAead(each)],
]

test.for(aeads)('the %s cipher seals and opens as OpenSSL does', async ([, aeadOf]) => {
  // Where the platform has none, the other one is used.
  const aead = (await aeadOf(aeadKey)) ?? (await aeadFor(aeadKey))
  for (const vector of published.aead.withoutAssociatedData) {
    const [nonce12, plaintext, box] = [vector.nonce, vector.plaintext, vector.box].map(fromHex)
    if (nonce12 === undefined || plaintext === undefined || box === undefined) throw new Error('three of them')
    expect(toHex(await sealOne(aead, nonce12, plaintext))).toBe(vector.box)
    expect(toHex(await openOne(aead, nonce12, box))).toBe(vector.plaintext)
    for (const [otherNonce, other] of [
      [nonce12, flip(box, 0)],
      [nonce12, flip(box, box.length - 1)],
      [flip(nonce12, 0), box],
      [nonce12, box.slice(1)],
    ] as const) {
      const target = new Uint8Array(plaintext.length)
      await expect(aead.open(otherNonce, other, target)).rejects.toThrow(Error)
      // Nothing of what was not genuine gets out.
      expect(target.every((byte) => byte === 0)).toBe(true)
    }
  }
})

test.for(aeads)('the %s cipher makes the same bytes as noble and opens what it made', async ([, aeadOf]) => {
  const native = (await aeadOf(aeadKey)) ?? nobleAead(aeadKey)
  const noble = nobleAead(aeadKey)
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.uint8Array({ maxLength: 300 }),
      async (iv, bytes) => {
        const [nonce12, plaintext] = [new Uint8Array(iv), new Uint8Array(bytes)]
        const box = await sealOne(native, nonce12, plaintext)
        expect(await sealOne(noble, nonce12, plaintext)).toEqual(box)
        expect(await openOne(noble, nonce12, box)).toEqual(plaintext)
        expect(await openOne(native, nonce12, box)).toEqual(plaintext)
      },
    ),
    { numRuns: runs(25, 1_000) },
  )
})

test('ChaCha20-Poly1305 is that of RFC 8439', () => {
  const vector = published.aead.rfc8439
  const cipher = chacha20poly1305(aeadKey, fromHex(vector.nonce), fromHex(vector.associatedData))
  expect(toHex(cipher.encrypt(fromHex(vector.plaintext)))).toBe(vector.box)
})
