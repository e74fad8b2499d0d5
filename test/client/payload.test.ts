import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aeadFor, nativeAead, nobleAead, type Aead } from '#client/crypto/aead.ts'
import { CHUNK_BYTES, openPayload, payloadSize, sealPayload } from '#client/crypto/payload.ts'
import published from '../vectors/published.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { concat, flip, fromHex, noise, toHex } from './support/bytes.ts'

const fileKey = noise(16)
const nonce = noise(16, 2)
const BOX = CHUNK_BYTES + 16
const SIZES = [0, 1, 15, 16, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 16 * 65_536, 17 * 65_536 + 1]

test.for(SIZES)('a payload of %i bytes comes back, and is as long as was said', async (length) => {
  const plaintext = noise(length)
  const payload = await sealPayload(fileKey, nonce, plaintext)
  expect(payload.length).toBe(payloadSize(length))
  expect(await openPayload(fileKey, payload)).toEqual(plaintext)
})

test.for([0, 1, 65_536, 65_537, 131_072])(
  'a payload of %i bytes that is cut or continued is refused',
  async (length) => {
    const payload = await sealPayload(fileKey, nonce, noise(length))
    const cuts = [
      0,
      1,
      15,
      16,
      17,
      31,
      payload.length - 1,
      payload.length - 16,
      payload.length - 17,
      16 + BOX,
      16 + BOX - 1,
      16 + BOX + 16,
    ]
    for (const cut of cuts.filter((each) => each < payload.length))
      await expect(openPayload(fileKey, payload.slice(0, cut))).rejects.toThrow(Error)
    for (const more of [1, 16, 17, BOX])
      await expect(openPayload(fileKey, concat(payload, noise(more)))).rejects.toThrow(Error)
  },
)

test('chunks that change places, are there twice or are missing are refused', async () => {
  const payload = await sealPayload(fileKey, nonce, noise(3 * CHUNK_BYTES))
  const head = payload.slice(0, 16)
  const [one, two, three] = [0, 1, 2].map((index) => payload.slice(16 + index * BOX, 16 + (index + 1) * BOX)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  expect(await openPayload(fileKey, concat(head, one, two, three))).toHaveLength(3 * CHUNK_BYTES)
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
    await expect(openPayload(fileKey, concat(head, ...chunks))).rejects.toThrow(Error)
  }
})

test('any bit that is flipped, in the nonce, a chunk or a tag, is noticed', async () => {
  const payload = await sealPayload(fileKey, nonce, noise(70_000))
  const edges = [0, 15, 16, 16 + CHUNK_BYTES, 16 + BOX - 1, 16 + BOX, payload.length - 1]
  for (const at of edges) await expect(openPayload(fileKey, flip(payload, at))).rejects.toThrow(Error)
  await fc.assert(
    fc.asyncProperty(fc.nat(payload.length - 1), fc.nat(7), async (at, bit) => {
      await expect(openPayload(fileKey, flip(payload, at, 1 << bit))).rejects.toThrow(Error)
    }),
    { numRuns: runs(20, 1_000) },
  )
})

test('an empty last chunk after a full one is refused, though its tag is right', async () => {
  // Sealed by hand: a full chunk that says it is not the last, and an empty one that says it is.
  const { hkdf } = await import('#client/crypto/kdf.ts')
  const key = hkdf(fileKey, nonce, 'payload', 32)
  const counter = (index: number, last: number) => new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, index, last])
  const full = chacha20poly1305(key, counter(0, 0)).encrypt(noise(CHUNK_BYTES))
  const empty = chacha20poly1305(key, counter(1, 1)).encrypt(new Uint8Array(0))
  const one = chacha20poly1305(key, counter(1, 1)).encrypt(new Uint8Array(1))
  await expect(openPayload(fileKey, concat(nonce, full, empty))).rejects.toThrow(Error)
  await expect(openPayload(fileKey, concat(nonce, full, one))).resolves.toHaveLength(CHUNK_BYTES + 1)
})

const key = fromHex(published.aead.rfc8439.key)
const ciphers: [string, (key: Uint8Array<ArrayBuffer>) => Promise<Aead | undefined>][] = [
  ['noble', async (each) => nobleAead(each)],
  ['native', nativeAead],
]

test.for(ciphers)('the %s cipher seals and opens as OpenSSL does', async ([, aeadOf]) => {
  // Where the platform has none, the other one is used.
  const aead = (await aeadOf(key)) ?? (await aeadFor(key))
  for (const vector of published.aead.withoutAssociatedData) {
    expect(toHex(await aead.seal(fromHex(vector.nonce), fromHex(vector.plaintext)))).toBe(vector.box)
    expect(toHex(await aead.open(fromHex(vector.nonce), fromHex(vector.box)))).toBe(vector.plaintext)
    await expect(aead.open(fromHex(vector.nonce), flip(fromHex(vector.box), 0))).rejects.toThrow(Error)
    await expect(aead.open(flip(fromHex(vector.nonce), 0), fromHex(vector.box))).rejects.toThrow(Error)
    await expect(aead.open(fromHex(vector.nonce), fromHex(vector.box).slice(1))).rejects.toThrow(Error)
  }
})

test('both ciphers make the same bytes and open what the other made', async () => {
  const native = (await nativeAead(key)) ?? nobleAead(key)
  const noble = nobleAead(key)
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.uint8Array({ maxLength: 300 }),
      async (iv, bytes) => {
        const [nonce12, plaintext] = [new Uint8Array(iv), new Uint8Array(bytes)]
        const box = await native.seal(nonce12, plaintext)
        expect(await noble.seal(nonce12, plaintext)).toEqual(box)
        expect(await noble.open(nonce12, box)).toEqual(plaintext)
        expect(await native.open(nonce12, box)).toEqual(plaintext)
      },
    ),
    { numRuns: runs(25, 1_000) },
  )
})

test('ChaCha20-Poly1305 is that of RFC 8439', () => {
  const vector = published.aead.rfc8439
  const cipher = chacha20poly1305(key, fromHex(vector.nonce), fromHex(vector.associatedData))
  expect(toHex(cipher.encrypt(fromHex(vector.plaintext)))).toBe(vector.box)
})
