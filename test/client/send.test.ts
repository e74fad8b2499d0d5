import { Decrypter } from 'age-encryption'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Message } from '#client/archive.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink } from '#client/link.ts'
import { seal, type SealOptions } from '#client/send.ts'
import { FileFault } from '#client/source.ts'
import { equalBytes, sha256 } from '#protocol/bytes.ts'
import { MIN_PART_BYTES, PART_BYTES } from '#protocol/limits.ts'
import envelopes from '../vectors/envelopes.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { flip, fromBase64, fromHex, noise, toHex } from '../kit/bytes.ts'
import { anyMessage, fileOf, wholeOf } from '../kit/messages.ts'
import { openWhole, sealWhole } from '../kit/sealed.ts'

type Whole = Awaited<ReturnType<typeof sealWhole>>

let options: SealOptions
let sender: SigningKey

/** Stands for Argon2id where a test does not need it to be slow: the key schedule has vectors of its own. */
const quick = async (passphrase: Uint8Array<ArrayBuffer>, salt: Uint8Array) =>
  sha256(new Uint8Array([...passphrase, ...salt]))

beforeAll(async () => {
  sender = await generateSigningKey()
  options = {
    origin: 'https://drop.example',
    sender,
    ttlSeconds: 3_600,
    reads: 2,
    passphrase: '',
    stretch: quick,
    now: 1_800_000_000_000,
  }
})

const openerOf = (link: string, passphrase = '') => {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new Error('the link is damaged')
  return deriveOpener(parsed.secret, passphrase, quick)
}
/** A file that is large and takes no memory. */
const zeros = (size: number) => ({ size, read: async (start: number, end: number) => new Uint8Array(end - start) })
const refused = { name: 'DropError', code: 'open_failed', message: 'open_failed' }

test('whatever is sealed opens with the link to what it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessage, fc.constantFrom('', 'a passphrase'), async (message, passphrase) => {
      const sealed = await sealWhole(message, { ...options, passphrase })
      const opened = await openWhole(sealed.ciphertext, await openerOf(sealed.link, passphrase))
      expect(opened.text).toBe(message.text)
      expect(opened.files.map(({ bytes, type }) => ({ bytes, type }))).toEqual(
        (await wholeOf(message)).files.map(({ bytes, type }) => ({ bytes, type })),
      )
      expect(opened.opened).toBe(sealed.ticket.opened)
    }),
    { numRuns: runs(10, 1_000) },
  )
})

test.for([0, 1, 65_535, 65_536, 65_537, 1_048_576])('a file of %i bytes opens to what it was', async (length) => {
  const files = [fileOf('x', noise(length))]
  const { ciphertext, link } = await sealWhole({ text: '', files }, options)
  expect((await openWhole(ciphertext, await openerOf(link))).files).toEqual((await wholeOf({ text: '', files })).files)
})

test('the link leads to the drop that the terms describe', async () => {
  const sealed = await seal({ text: 'x', files: [] }, { ...options, passphrase: 'words' })
  const opener = await openerOf(sealed.link, 'words')
  expect(sealed.dropId).toBe(opener.dropId)
  expect(sealed.terms).toEqual({
    ttlSeconds: 3_600,
    reads: 2,
    locator: opener.locator.publicKey,
    claim: opener.claim.publicKey,
    sender: sender.publicKey,
  })
  expect(sealed.ticket).toMatchObject({
    dropId: opener.dropId,
    claim: opener.claim.publicKey,
    needsPassphrase: true,
    expiresAtMs: 1_800_003_600_000,
  })
})

test('what the sender keeps opens nothing', async () => {
  const sealed = await seal({ text: 'a secret', files: [] }, options)
  const opener = await openerOf(sealed.link)
  const kept = JSON.stringify(sealed.ticket)
  for (const secret of [sealed.link.split('#')[1] ?? '', opener.identity, 'a secret'])
    expect(kept).not.toContain(secret)
})

test('two seals of one message share nothing that can be seen', async () => {
  const [one, two] = (await Promise.all([1, 2].map(() => sealWhole({ text: 'x', files: [] }, options)))) as [
    Whole,
    Whole,
  ]
  expect(one.link).not.toBe(two.link)
  expect(one.dropId).not.toBe(two.dropId)
  expect(one.terms.locator).not.toBe(two.terms.locator)
  expect(one.terms.claim).not.toBe(two.terms.claim)
  expect(one.ticket.opened).not.toBe(two.ticket.opened)
  expect(one.ciphertext.length).toBe(two.ciphertext.length)
  const same = one.ciphertext.filter((byte, index) => byte === two.ciphertext[index]).length
  // The version line and one byte in 256 are alike by chance; base64 of the header in one of 64.
  expect(same / one.ciphertext.length).toBeLessThan(0.02)
})

test('a password, a note, and a small file with any name look the same', async () => {
  const messages: Message[] = [
    { text: '', files: [] },
    { text: 'hunter2', files: [] },
    { text: 'n'.repeat(10_000), files: [] },
    { text: '', files: [fileOf('ن'.repeat(120), noise(9_000))] },
    { text: 'with', files: [1, 2, 3].map((seed) => fileOf(`${seed}`, noise(1_000, seed))) },
  ]
  const lengths = await Promise.all(messages.map(async (message) => (await seal(message, options)).size))
  expect(new Set(lengths).size).toBe(1)
})

test('a message is either in one class or in the next, whatever its length', async () => {
  const lengths = new Set<number>()
  for (const length of [0, 5_000, 12_000, 13_000, 20_000, 28_000, 29_000]) {
    lengths.add((await seal({ text: '', files: [fileOf('x', noise(length))] }, options)).size)
  }
  expect(lengths.size).toBe(2)
})

test.for([
  [8_257_536, 1],
  [8_257_537, 2],
  [16_515_072, 2],
  [16_515_073, 3],
] as const)('an archive of %i bytes is sealed in %i parts of the size that was said', async ([bytes, count]) => {
  const file = { ...fileOf('x', new Uint8Array(0)), source: zeros(bytes - 7 * 512) }
  const sealed = await seal({ text: '', files: [file] }, options)
  expect(sealed.parts).toBe(count)
  const parts = Array.from({ length: count }, (_, n) => sealed.partSize(n))
  expect(parts.reduce((sum, size) => sum + size)).toBe(sealed.size)
  expect(Math.max(...parts)).toBeLessThanOrEqual(PART_BYTES)
  // The last is whatever is left.
  expect(Math.min(PART_BYTES, ...parts.slice(0, -1))).toBeGreaterThanOrEqual(MIN_PART_BYTES)
  for (const n of [0, count - 1]) expect((await sealed.sealPart(n)).length).toBe(parts[n])
})

test('what the server does not take is refused to the byte, before the passphrase is stretched and any file is read', async () => {
  const never = async () => {
    throw new Error('in vain')
  }
  const unread = { size: 20_000_000, read: never }
  const large = { text: 'x', files: [{ ...fileOf('x', new Uint8Array(0)), source: unread }] }
  const { size } = await seal(large, options)
  const strict = { ...options, passphrase: 'p', stretch: never, largest: size - 1 }
  await expect(seal(large, strict)).rejects.toMatchObject({ code: 'too_large' })
  await expect(seal(large, { ...strict, largest: size })).rejects.toThrow('in vain')
})

test('the parts of a large drop, put together, are one age file that opens to what it was', async () => {
  const bytes = noise(9_000_000)
  const { ciphertext, link, parts } = await sealWhole({ text: 'and a file', files: [fileOf('x', bytes)] }, options)
  expect(parts).toBe(2)
  const decrypter = new Decrypter()
  const opener = await openerOf(link)
  decrypter.addIdentity(opener.identity)
  const archive = await decrypter.decrypt(ciphertext)
  expect(equalBytes(new Uint8Array(archive).subarray(2 * 512 + 512, 2 * 512 + 512 + bytes.length), bytes)).toBe(true)
  const opened = await openWhole(ciphertext, opener, [8_325_104 + 1_643])
  expect(opened.text).toBe('and a file')
  expect(equalBytes(opened.files[0]?.bytes ?? new Uint8Array(0), bytes)).toBe(true)
})

test('a passphrase opens however it was typed, and another does not', async () => {
  const { ciphertext, link } = await sealWhole(
    { text: 'x', files: [] },
    { ...options, passphrase: 'caf\u00e9 \ufb01ve' },
  )
  expect((await openWhole(ciphertext, await openerOf(link, 'cafe\u0301 five'))).text).toBe('x')
  for (const wrong of ['', 'cafe five', 'caf\u00e9 \ufb01ve '])
    await expect(openWhole(ciphertext, await openerOf(link, wrong))).rejects.toMatchObject(refused)
})

test('whatever byte of a drop is changed, it opens to nothing and says nothing', async () => {
  const { ciphertext, link } = await sealWhole({ text: 'x', files: [fileOf('y', noise(10))] }, options)
  const opener = await openerOf(link)
  await fc.assert(
    fc.asyncProperty(fc.nat(ciphertext.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      await expect(openWhole(flip(ciphertext, at, mask), opener)).rejects.toMatchObject(refused)
    }),
    { numRuns: runs(15, 1_000) },
  )
})

test.for(envelopes.samples)('a drop opens for ever: the sample made by $madeBy', async ({ sealed }) => {
  const opener = await deriveOpener({ bytes: fromHex(envelopes.secret), needsPassphrase: false }, '', quick)
  expect(opener.identity).toBe(envelopes.identity)
  const opened = await openWhole(fromBase64(sealed), opener)
  expect(opened.text).toBe(envelopes.text)
  expect(toHex(await sha256(fromBase64(envelopes.token)))).toBe(
    toHex(fromBase64(`${opened.opened.replaceAll('-', '+').replaceAll('_', '/')}=`)),
  )
})

test('who waits is told what for', async () => {
  const told: string[] = []
  const slow = async (passphrase: Uint8Array<ArrayBuffer>, salt: Uint8Array, onProgress?: (done: number) => void) => {
    onProgress?.(0.5)
    return quick(passphrase, salt)
  }
  await seal(
    { text: 'x', files: [] },
    { ...options, passphrase: 'p', stretch: slow, onProgress: ({ stage }) => told.push(stage) },
  )
  expect(told).toEqual(['stretching', 'sealing'])
})

test('a drop of one part is the same bytes however often it is sealed, whatever becomes of its file', async () => {
  let isThere = true
  const source = {
    size: 5,
    read: async (start: number, end: number) => {
      if (!isThere) throw new FileFault('file_unreadable', 'x')
      return noise(5).slice(start, end)
    },
  }
  const sealed = await seal({ text: '', files: [{ ...fileOf('x', noise(0)), source }] }, options)
  const [once, twice] = await Promise.all([sealed.sealPart(0), sealed.sealPart(0)])
  isThere = false
  expect(twice).toEqual(once)
  expect(await sealed.sealPart(0)).toEqual(once)
})
