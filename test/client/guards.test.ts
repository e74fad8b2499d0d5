import { Encrypter, generateX25519Identity, identityToRecipient, Stanza } from 'age-encryption'
import { bech32 } from '@scure/base'
import { beforeAll, expect, test } from 'vitest'
import { ageIdentityFromSeed, ageRecipient, openEnvelope, sealEnvelope } from '#client/crypto/envelope.ts'
import { payloadSize } from '#client/crypto/sizes.ts'
import { MAX_AGE_HEADER_BYTES } from '#protocol/limits.ts'
import { concat, noise } from '../kit/bytes.ts'

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

test('a header of more stanzas than allowed is refused before one is tried', async () => {
  const make = async (count: number) => {
    const encrypter = new Encrypter()
    const other = await ageRecipient(ageIdentityFromSeed(noise(32, 5)))
    for (let index = 1; index < count; index++) encrypter.addRecipient(other)
    encrypter.addRecipient(recipient)
    return new Uint8Array(await encrypter.encrypt(plaintext))
  }
  expect(await openEnvelope(await make(20), identity)).toEqual(plaintext)
  await expect(openEnvelope(await make(21), identity)).rejects.toMatchObject(refused)
})

test('a thousand stanzas cost no time', async () => {
  const before = header(sealed)
  const stanza = /-> [^-]+/.exec(before)?.[0] ?? ''
  const many = concat(latin1(before.replace(stanza, stanza.repeat(1_000))), sealed.slice(before.length))
  expect(many.length).toBeGreaterThan(1_500_000)
  // The shortest of some: the others had to share the machine.
  const times: number[] = []
  for (let each = 0; each < 5; each++) {
    const began = performance.now()
    await expect(openEnvelope(many, identity)).rejects.toMatchObject(refused)
    times.push(performance.now() - began)
  }
  expect(Math.min(...times)).toBeLessThan(300)
})

test('a header of more than 64 KiB is refused, and one of 64 KiB is read', async () => {
  const grease = (bytes: number) => ({
    wrapFileKey: () => [{ args: ['grease', 'x'.repeat(bytes)], body: new Uint8Array(0) }],
  })
  const make = async (bytes: number) => {
    const encrypter = new Encrypter()
    encrypter.addRecipient(recipient)
    encrypter.addRecipient(grease(bytes))
    return new Uint8Array(await encrypter.encrypt(plaintext))
  }
  const length = (await make(1)).length - payloadSize(plaintext.length) - 1
  expect(await openEnvelope(await make(MAX_AGE_HEADER_BYTES - length), identity)).toEqual(plaintext)
  await expect(openEnvelope(await make(MAX_AGE_HEADER_BYTES - length + 1), identity)).rejects.toMatchObject(refused)
})

test('a passphrase of age does not open here', async () => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase('secret')
  encrypter.setScryptWorkFactor(2)
  await expect(openEnvelope(new Uint8Array(await encrypter.encrypt(plaintext)), identity)).rejects.toMatchObject(
    refused,
  )
})

test('a passphrase stanza beside the one that opens is refused', async () => {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  encrypter.addRecipient({
    wrapFileKey: () => [new Stanza(['scrypt', 'c2FsdHNhbHRzYWx0c2FsdA', '2'], new Uint8Array(32))],
  })
  const both = new Uint8Array(await encrypter.encrypt(plaintext))
  await expect(openEnvelope(both, identity)).rejects.toMatchObject(refused)
})

test('nothing is sealed to nobody, to a key that a quantum computer breaks, or to more than would be opened', async () => {
  const classic = await identityToRecipient(await generateX25519Identity())
  await expect(sealEnvelope(plaintext, [])).rejects.toThrow(TypeError)
  await expect(sealEnvelope(plaintext, [classic])).rejects.toThrow(TypeError)
  await expect(sealEnvelope(plaintext, [recipient, classic])).rejects.toThrow(TypeError)
  await expect(sealEnvelope(plaintext, [recipient.replace('age1pq1', 'age1tagpq1')])).rejects.toThrow(TypeError)
  await expect(sealEnvelope(plaintext, Array<string>(21).fill(recipient))).rejects.toThrow(TypeError)
  await expect(sealEnvelope(plaintext, [`${recipient}x`])).rejects.toThrow(Error)
})

test('a recipient whose ML-KEM key has a coefficient out of range is refused (FIPS 203 §7.2)', async () => {
  const bytes = Uint8Array.from(bech32.fromWords(bech32.decode(recipient as `${string}1${string}`, false).words))
  const encode = (each: Uint8Array) => bech32.encode('age1pq', bech32.toWords(each), false)
  expect(encode(bytes)).toBe(recipient)
  for (const [low, high] of [
    [0xff, 0x0f],
    [0x01, 0x0d],
  ] as const) {
    // The first coefficient, twelve bits little-endian: 4095, and 3329, the modulus itself.
    const changed = bytes.with(0, low).with(1, ((bytes[1] ?? 0) & 0xf0) | high)
    await expect(sealEnvelope(plaintext, [encode(changed)])).rejects.toThrow(Error)
  }
  const largest = bytes.with(0, 0x00).with(1, ((bytes[1] ?? 0) & 0xf0) | 0x0d)
  await expect(sealEnvelope(plaintext, [encode(largest)])).resolves.toBeInstanceOf(Uint8Array)
})
