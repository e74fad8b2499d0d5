import { expect, test } from 'vitest'
import { packMessage } from '#client/archive.ts'
import { ageIdentityFromSeed, ageRecipient, sealEnvelope } from '#client/crypto/envelope.ts'
import { MAX_ENTRIES, PART_BYTES } from '#protocol/limits.ts'
import { composeFaults, compose as words } from '../../web/words/compose.ts'
import * as format from '../../web/words/format.ts'
import { draftTerms, EMPTY_DRAFT, findFault, type Draft } from '../../web/draft.ts'
import { draftSize, findExcess, MAX_FILES, roomBytes } from '../../web/fit.ts'

const typed: Draft = { ...EMPTY_DRAFT, text: 'hello' }

test('the defaults are one day and one reader', () => {
  expect(draftTerms(EMPTY_DRAFT)).toEqual({ ttlSeconds: 86_400, reads: 1 })
  expect(findFault(typed)).toBeUndefined()
})

test.for<[Partial<Draft>, string]>([
  [{ text: ' \n\t' }, 'message'],
  [{ expiry: 'custom', customExpiry: '' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '4', customUnit: 'minutes' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '31', customUnit: 'days' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '1.5', customUnit: 'hours' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '-1', customUnit: 'days' }, 'expiry'],
  [{ expiry: 'custom', customExpiry: '1e3', customUnit: 'hours' }, 'expiry'],
  [{ reads: 'custom', customReads: '0' }, 'reads'],
  [{ reads: 'custom', customReads: '101' }, 'reads'],
  [{ passphrase: '' }, 'passphrase'],
  [{ passphrase: 'é'.repeat(2_049) }, 'passphrase'],
])('%o is refused at the field that is wrong', ([change, field]) => {
  expect(findFault({ ...typed, ...change })).toBe(field)
})

test.for<[Partial<Draft>, object]>([
  [{ expiry: 'custom', customExpiry: '5', customUnit: 'minutes' }, { ttlSeconds: 300 }],
  [{ expiry: 'custom', customExpiry: ' 30 ', customUnit: 'days' }, { ttlSeconds: 2_592_000 }],
  [{ reads: 'custom', customReads: '100' }, { reads: 100 }],
  [{ passphrase: 'é'.repeat(2_048) }, {}],
])('%o is within the limits', ([change, terms]) => {
  expect(findFault({ ...typed, ...change })).toBeUndefined()
  expect(draftTerms({ ...typed, ...change })).toMatchObject(terms)
})

const names = ['a', 'ä'.repeat(60), 'x'.repeat(200), `${'folder/'.repeat(12)}file.txt`, 'a']

test.for([
  { text: '', sizes: [0] },
  { text: 'é'.repeat(300), sizes: [] },
  { text: 'x', sizes: [1, 511, 512, 513, 70_000] },
])('the size that is foreseen is never less than that of the archive, and close to it: %o', async ({ text, sizes }) => {
  const files = sizes.map(
    (size, index) => new File([new Uint8Array(size)], names[index] ?? 'f', { type: 'text/plain' }),
  )
  const foreseen = draftSize({ text, files })
  const message = {
    text,
    files: files.map(({ name, type, size }) => ({ name, type, modifiedAtMs: 0, bytes: new Uint8Array(size) })),
  }
  const archive = await packMessage(message, new Uint8Array(32).fill(1), 0)
  // Behind the last entry, the token of ones in a block of its own, come two blocks of zeros that every tar ends with.
  const used = archive.findLastIndex((byte) => byte === 1) + 1 - 32 + 512 + 1_024
  expect(foreseen).toBeGreaterThanOrEqual(used)
  expect(foreseen - used).toBeLessThanOrEqual(1_024 + files.length * 1_536)
})

test('what is promised to fit can be sealed into one part, and nothing is promised that cannot', async () => {
  const draft = { text: 'with a text', files: [new File([new Uint8Array(roomBytes() - 1_000)], 'big.bin')] }
  expect(findExcess(draft)).toBeUndefined()
  const bytes = new Uint8Array(roomBytes() - 1_000)
  const archive = await packMessage(
    { text: draft.text, files: [{ name: 'big.bin', type: '', modifiedAtMs: 0, bytes }] },
    new Uint8Array(32),
    0,
  )
  const recipient = await ageRecipient(ageIdentityFromSeed(new Uint8Array(32)))
  const sealed = await sealEnvelope(archive, [recipient])
  expect(sealed.length).toBeLessThanOrEqual(PART_BYTES)
  // The next size class would not fit.
  expect(sealed.length).toBeGreaterThan(PART_BYTES - 200_000)
  expect(findExcess({ text: '', files: [new File([new Uint8Array(PART_BYTES)], 'too-big.bin')] })).toBe('size')
})

test('as many files fit as an archive has entries for, and one more is refused for its number, not for its size', () => {
  const files = Array.from({ length: MAX_FILES }, () => new File([], 'empty'))
  expect(findExcess({ text: 'x', files })).toBeUndefined()
  expect(findExcess({ text: 'x', files: [...files, new File([], 'one more')] })).toBe('count')
  expect(composeFaults.count(format.number(MAX_FILES))).toContain('997 fit')
  expect(MAX_FILES + 3).toBe(MAX_ENTRIES)
})

test('the heading promises one person only where it opens once', () => {
  expect(words.title(1)).toBe('Leave a message only one person can open')
  expect(words.title(undefined)).toBe(words.title(1))
  expect(words.title(100)).toBe('Leave a message only 100 people can open')
})
