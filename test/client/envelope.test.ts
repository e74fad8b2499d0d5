import { Decrypter, Encrypter, generateHybridIdentity } from 'age-encryption'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import {
  ageIdentityFromSeed,
  ageRecipient,
  newHeader,
  openEnvelope,
  openHeader,
  sealEnvelope,
} from '#client/crypto/envelope.ts'
import { HEADER_BYTES, payloadSize } from '#client/crypto/sizes.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { MAX_AGE_HEADER_BYTES, PART_CHUNKS } from '#protocol/limits.ts'
import { runs } from '../runs.ts'
import { concat, flip, noise, toHex } from '../kit/bytes.ts'

const identity = ageIdentityFromSeed(noise(32))
let recipient = ''
let sealed = new Uint8Array(0)
const plaintext = noise(70_000)

beforeAll(async () => {
  recipient = await ageRecipient(identity)
  sealed = await sealEnvelope(plaintext, [recipient])
})

const refused = { name: 'DropError', code: 'open_failed', message: 'open_failed' }
const header = (bytes: Uint8Array): string =>
  new TextDecoder('latin1').decode(bytes.slice(0, bytes.length - payloadSize(plaintext.length)))
const latin1 = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0))

test.for([0, 1, 65_535, 65_536, 65_537, 200_000])(
  '%i bytes come back, and the age library opens them too',
  async (length) => {
    const bytes = noise(length)
    const envelope = await sealEnvelope(bytes, [recipient])
    expect(await openEnvelope(envelope, identity)).toEqual(bytes)
    const stranger = new Decrypter()
    stranger.addIdentity(identity)
    expect(new Uint8Array(await stranger.decrypt(envelope))).toEqual(bytes)
  },
)

const PART = PART_CHUNKS * 65_536

test.for([PART, PART + 1])(
  '%i bytes, about as many as a part holds, come back from the age library, and from here what it has sealed',
  async (length) => {
    const bytes = noise(length)
    const stranger = new Decrypter()
    stranger.addIdentity(identity)
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    const opened = await stranger.decrypt(await sealEnvelope(bytes, [recipient]))
    expect(equalBytes(opened, bytes)).toBe(true)
    const theirs = new Uint8Array(await encrypter.encrypt(bytes))
    expect(equalBytes(await openEnvelope(theirs, identity), bytes)).toBe(true)
  },
)

test('parts that change places, are there twice, are missing or are of another drop do not open', async () => {
  // Cut between chunks, as parts are, only sooner.
  const part = 4 * 65_536
  const bytes = noise(3 * part)
  const [file, other] = [await sealEnvelope(bytes, [recipient]), await sealEnvelope(bytes, [recipient])]
  const [end0, end1] = [HEADER_BYTES + payloadSize(part), HEADER_BYTES + payloadSize(2 * part)]
  const [zero, one, two] = [file.subarray(0, end0), file.subarray(end0, end1), file.subarray(end1)]
  const foreign = other.subarray(end0, end1)
  expect(await openEnvelope(concat(zero, one, two), identity)).toHaveLength(bytes.length)
  for (const parts of [
    [zero, two, one],
    [zero, one, one],
    [zero, two],
    [zero, one],
    [zero],
    [zero, one, two, two],
    [zero, foreign, two],
    [one, two],
  ]) {
    await expect(openEnvelope(concat(...parts), identity)).rejects.toMatchObject(refused)
  }
})

test('the header for one recipient is as long as was said, whoever it is', async () => {
  expect((await newHeader([recipient])).header).toHaveLength(HEADER_BYTES)
  expect((await newHeader([await ageRecipient(await generateHybridIdentity())])).header).toHaveLength(HEADER_BYTES)
  expect(sealed.length).toBe(HEADER_BYTES + payloadSize(plaintext.length))
})

test('the first bytes of a file open its header: no more of them than a header may have, and no fewer than it has', async () => {
  const { header: own, fileKey } = await newHeader([recipient])
  expect(await openHeader(own, [identity])).toEqual({ fileKey, headerBytes: HEADER_BYTES })
  const long = concat(own, noise(2 * MAX_AGE_HEADER_BYTES))
  expect(await openHeader(long, [identity])).toEqual({ fileKey, headerBytes: HEADER_BYTES })
  for (const length of [0, 1, 22, HEADER_BYTES - 44, HEADER_BYTES - 1])
    await expect(openHeader(own.slice(0, length), [identity])).rejects.toMatchObject(refused)
  await expect(openHeader(own, [ageIdentityFromSeed(noise(32, 3))])).rejects.toMatchObject(refused)
})

test('what the age library seals opens here', async () => {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  expect(await openEnvelope(new Uint8Array(await encrypter.encrypt(plaintext)), identity)).toEqual(plaintext)
})

test('any byte that is changed, anywhere, is one failure that says nothing else', async () => {
  const end = sealed.length - payloadSize(plaintext.length)
  const near = fc.integer({ min: 0, max: end + 40 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, fc.nat(sealed.length - 1)), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      await expect(openEnvelope(flip(sealed, at, mask), identity)).rejects.toMatchObject(refused)
    }),
    { numRuns: runs(25, 2_000) },
  )
})

test('cut anywhere, or continued, it is the same failure', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), async (length) => {
      await expect(openEnvelope(sealed.slice(0, length), identity)).rejects.toMatchObject(refused)
    }),
    { numRuns: runs(25, 1_000) },
  )
  for (const more of [1, 16, 65_552])
    await expect(openEnvelope(concat(sealed, noise(more)), identity)).rejects.toMatchObject(refused)
})

test('nonsense, another identity, and a header before another payload are the same failure', async () => {
  const other = await sealEnvelope(plaintext, [recipient])
  const end = sealed.length - payloadSize(plaintext.length)
  const stranger = ageIdentityFromSeed(noise(32, 3))
  await expect(openEnvelope(concat(sealed.slice(0, end), other.slice(end)), identity)).rejects.toMatchObject(refused)
  await expect(openEnvelope(sealed, stranger)).rejects.toMatchObject(refused)
  await expect(openEnvelope(sealed, 'no identity')).rejects.toMatchObject(refused)
  for (const nonsense of [
    new Uint8Array(0),
    noise(100),
    noise(100_000),
    latin1('age-encryption.org/v1\n'),
    latin1('age-encryption.org/v1\n---\n'),
  ]) {
    await expect(openEnvelope(nonsense, identity)).rejects.toMatchObject(refused)
  }
})

test.for([
  ['another version', (text: string) => text.replace('v1', 'v2')],
  ['lines that end as in Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a stanza more', (text: string) => text.replace('\n-> ', '\n-> grease x\n\n-> ')],
  ['the stanza twice', (text: string) => text.replace(/(-> [^-]+)---/, '$1$1---')],
  ['no stanza', (text: string) => text.replace(/-> [^-]+---/, '---')],
  ['no MAC', (text: string) => text.replace(/--- .*\n/, '---\n')],
  ['a line before', (text: string) => `\n${text}`],
  ['a MAC line before the MAC line', (text: string) => text.replace('\n---', '\n--- x\n---')],
] as const)('a header with %s does not open', async ([, change]) => {
  const before = header(sealed)
  const changed = change(before)
  expect(changed).not.toBe(before)
  await expect(openEnvelope(concat(latin1(changed), sealed.slice(before.length)), identity)).rejects.toMatchObject(
    refused,
  )
})

test('no two envelopes share a file key, a nonce or a header', async () => {
  const seen = new Set<string>()
  for (let count = 0; count < 10; count++) {
    const envelope = await sealEnvelope(new Uint8Array(10), [recipient])
    const end = envelope.length - payloadSize(10)
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    seen.add(toHex(await decrypter.decryptHeader(envelope.slice(0, end))))
    seen.add(toHex(envelope.slice(end, end + 16)))
    seen.add(toHex(envelope.slice(0, end)))
  }
  expect(seen.size).toBe(30)
})

test('the nonce is not the one under which the age library has sealed the empty payload', async () => {
  const nonces: string[] = []
  const random = crypto.getRandomValues.bind(crypto)
  crypto.getRandomValues = (array) => {
    const filled = random(array)
    if (filled instanceof Uint8Array && filled.length === 16) nonces.push(toHex(filled))
    return filled
  }
  try {
    const envelope = await sealEnvelope(plaintext, [recipient])
    const start = envelope.length - payloadSize(plaintext.length)
    const used = toHex(envelope.slice(start, start + 16))
    // The library draws a file key and a nonce; ours is drawn after them.
    expect(nonces.filter((each) => each === used)).toHaveLength(1)
    expect(nonces.indexOf(used)).toBe(nonces.length - 1)
    expect(nonces.length).toBeGreaterThanOrEqual(3)
  } finally {
    Reflect.deleteProperty(crypto, 'getRandomValues')
  }
})

test('the length of an envelope follows from the length of what is in it', async () => {
  const lengths = await Promise.all(
    [1, 2, 3].map(async (seed) => (await sealEnvelope(noise(16_384, seed), [recipient])).length),
  )
  expect(new Set(lengths).size).toBe(1)
  const other = await ageRecipient(await generateHybridIdentity())
  expect((await sealEnvelope(noise(16_384), [other])).length).toBe(lengths[0])
})
