import { argon2idAsync } from '@noble/hashes/argon2.js'
import { expect, onTestFinished, test, vi } from 'vitest'
import { deriveOpener, locate } from '#client/link.ts'
import { stretch, stretchInTurns } from '#client/crypto/argon2.ts'
import { ageIdentityFromSeed, ageRecipient } from '#client/crypto/envelope.ts'
import { hkdf, hkdfExpand, hkdfExtract } from '#client/crypto/kdf.ts'
import { generateSigningKey, signingKeyFromSeed } from '#client/crypto/keys.ts'
import { sha256, utf8 } from '#protocol/bytes.ts'
import { isSafeKey } from '#protocol/public-key.ts'
import keys from '../vectors/keys.json' with { type: 'json' }
import published from '../vectors/published.json' with { type: 'json' }
import { fromHex, toHex } from '../kit/bytes.ts'

const secretOf = ({ secret, passphrase }: (typeof keys.schedules)[number]) => ({
  bytes: fromHex(secret),
  needsPassphrase: passphrase !== null,
})

test.for(keys.schedules)('every key of the schedule is the one of the vector: $note', async (vector) => {
  const secret = secretOf(vector)
  const asked: string[] = []
  const opener = await deriveOpener(secret, vector.passphrase ?? 'ignored', async (passphrase, salt) => {
    asked.push(toHex(passphrase), toHex(salt))
    return fromHex(vector.stretched)
  })
  expect(asked).toEqual(vector.passphrase === null ? [] : [vector.normalized, vector.salt])
  expect(opener.dropId).toBe(vector.dropId)
  expect(opener.locator.publicKey).toBe(vector.locator.publicKey)
  expect(opener.claim.publicKey).toBe(vector.claim.publicKey)
  expect(opener.identity).toBe(vector.age.identity)
  expect(toHex(await sha256(utf8(await ageRecipient(opener.identity))))).toBe(vector.age.recipientSha256)
  const { dropId, locator } = await locate(secret)
  expect([dropId, locator.publicKey]).toEqual([vector.dropId, vector.locator.publicKey])
})

test.for(keys.schedules)('every seed between is the one of the vector: $note', async (vector) => {
  const prk = hkdfExtract(utf8('sealdrop/v1/link'), fromHex(vector.secret))
  const prk2 = hkdfExtract(prk, fromHex(vector.stretched))
  expect([toHex(prk), toHex(prk2), toHex(hkdfExpand(prk, 'passphrase', 16))]).toEqual([
    vector.prk,
    vector.prk2,
    vector.salt,
  ])
  expect(toHex(hkdfExpand(prk, 'locator', 32))).toBe(vector.locator.seed)
  expect(toHex(hkdfExpand(prk2, 'claim', 32))).toBe(vector.claim.seed)
  expect(ageIdentityFromSeed(hkdfExpand(prk2, 'age', 32))).toBe(vector.age.identity)
  expect((await signingKeyFromSeed(fromHex(vector.claim.seed))).publicKey).toBe(vector.claim.publicKey)
})

test.for(keys.schedules.filter(({ passphrase }) => passphrase !== null).slice(0, 3))(
  'a passphrase is stretched as OpenSSL stretches it: $note',
  async ({ normalized, salt, stretched }) => {
    const told: number[] = []
    expect(toHex(await stretchInTurns(fromHex(normalized ?? ''), fromHex(salt), (done) => told.push(done)))).toBe(
      stretched,
    )
    expect(told.length).toBeGreaterThan(2)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBe(1)
  },
)

test('what a runtime brings of its own stretches a passphrase to the same bytes', async () => {
  const { normalized, salt, stretched } = keys.schedules.find(({ passphrase }) => passphrase !== null) ?? {}
  const told: number[] = []
  const bytes = await stretch(fromHex(normalized ?? ''), fromHex(salt ?? ''), (done) => told.push(done))
  expect([toHex(bytes), told[0], told.at(-1)]).toEqual([stretched, 0, 1])
})

test('a passphrase changes what opens a drop, and not where it is', async () => {
  const bytes = fromHex(keys.schedules[0]?.secret ?? '')
  const cheap = async (passphrase: Uint8Array) => sha256(new Uint8Array(passphrase))
  const [one, two, none] = await Promise.all([
    deriveOpener({ bytes, needsPassphrase: true }, 'one', cheap),
    deriveOpener({ bytes, needsPassphrase: true }, 'two', cheap),
    deriveOpener({ bytes, needsPassphrase: false }, 'two', cheap),
  ])
  expect(new Set([one, two, none].map(({ dropId }) => dropId)).size).toBe(1)
  expect(new Set([one, two, none].map(({ claim }) => claim.publicKey)).size).toBe(3)
  expect(new Set([one, two, none].map(({ identity }) => identity)).size).toBe(3)
})

test('no two keys of one link are alike', async () => {
  const { locator, claim } = await deriveOpener({ bytes: new Uint8Array(24), needsPassphrase: false }, '', stretch)
  expect(locator.publicKey).not.toBe(claim.publicKey)
})

test.for(published.hkdf)('HKDF-Extract is that of RFC 5869: $prk', ({ ikm, salt, prk }) => {
  expect(toHex(hkdfExtract(fromHex(salt), fromHex(ikm)))).toBe(prk)
})

test('HKDF in one step is both steps: RFC 5869 A.3, whose info is empty', () => {
  const [{ ikm, salt, okm, length }] = published.hkdf.slice(2) as [(typeof published.hkdf)[number]]
  expect(toHex(hkdf(fromHex(ikm), fromHex(salt), '', length))).toBe(okm)
})

test.for(published.ed25519)(
  'Ed25519 is that of RFC 8032 for the message $message',
  async ({ seed, publicKey, message, signature }) => {
    const key = await signingKeyFromSeed(fromHex(seed))
    const x = Uint8Array.from(atob(key.publicKey.replaceAll('-', '+').replaceAll('_', '/')), (each) =>
      each.charCodeAt(0),
    )
    expect(toHex(x)).toBe(publicKey)
    expect(toHex(new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, fromHex(message))))).toBe(signature)
  },
)

test('Argon2id is that of RFC 9106', async () => {
  const { passphrase, salt, secret, associatedData, memory, passes, parallelism, tag } = published.argon2id
  const options = {
    m: memory,
    t: passes,
    p: parallelism,
    dkLen: 32,
    key: fromHex(secret),
    personalization: fromHex(associatedData),
  }
  expect(toHex(await argon2idAsync(fromHex(passphrase), fromHex(salt), options))).toBe(tag)
})

test('a key that is made is fresh, may be registered, and is not given out again', async () => {
  const made = await Promise.all([generateSigningKey(), generateSigningKey()])
  expect(made[0].publicKey).not.toBe(made[1].publicKey)
  const derived = await signingKeyFromSeed(new Uint8Array(32))
  for (const { publicKey, privateKey } of [...made, derived]) {
    expect(isSafeKey(publicKey)).toBe(true)
    expect(privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow(Error)
  }
})

test('a link whose key begins with a zero opens where the platform reads no such seed', async () => {
  const seed = new Uint8Array(32).fill(7).fill(0, 0, 1)
  const expected = await signingKeyFromSeed(seed)
  // As WebKitGTK 2.50 does with one seed of 256.
  const platform = crypto.subtle.importKey.bind(crypto.subtle)
  const spy = vi
    .spyOn(crypto.subtle, 'importKey')
    .mockImplementation(async (...wanted: Parameters<typeof platform>) => {
      if (wanted[0] === 'pkcs8') throw new DOMException('', 'DataError')
      return platform(...wanted)
    })
  onTestFinished(() => spy.mockRestore())
  const key = await signingKeyFromSeed(seed)
  expect(key.publicKey).toBe(expected.publicKey)
  expect(key.privateKey.extractable).toBe(false)
  const [one, other] = await Promise.all(
    [key, expected].map(({ privateKey }) => crypto.subtle.sign('Ed25519', privateKey, seed)),
  )
  expect(new Uint8Array(one ?? [])).toEqual(new Uint8Array(other ?? [0]))
  await expect(signingKeyFromSeed(new Uint8Array(32).fill(7))).rejects.toMatchObject({ name: 'DataError' })
})

test('a message is sealed where the platform fails at making a key now and then', async () => {
  const spy = vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValueOnce(new DOMException('', 'OperationError'))
  onTestFinished(() => spy.mockRestore())
  expect((await generateSigningKey()).privateKey.usages).toEqual(['sign'])
})
