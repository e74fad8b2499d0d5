import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveRoot, newPhrase, parsePhrase, rootSecret } from '#client/box/root.ts'
import { entropyToWords, wordsToEntropy } from '#client/crypto/words.ts'
import { hkdfExpand } from '#client/crypto/kdf.ts'
import { isRootOf } from '#protocol/address.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { runs } from '../../runs.ts'
import { fromHex, toHex } from '../../kit/bytes.ts'

const anyBytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes))

test.for(boxes.roots)('the phrase of $entropy gives the root key and the address of the vector', async (vector) => {
  const phrase = newPhrase(() => fromHex(vector.entropy))
  expect(phrase.words.join(' ')).toBe(vector.phrase)
  expect(parsePhrase(vector.phrase)).toEqual(phrase)
  expect(toHex(rootSecret(phrase))).toBe(vector.rk)
  expect(toHex(hkdfExpand(rootSecret(phrase), 'root', 32))).toBe(vector.seed)
  const root = await deriveRoot(phrase)
  expect([root.key.publicKey, root.address]).toEqual([vector.publicKey, vector.address])
  expect(await isRootOf(root.key.publicKey, root.address)).toBe(true)
})

test.for(boxes.refusedPhrases)('a phrase is refused: $why', ({ phrase }) => {
  expect(parsePhrase(phrase)).toBeUndefined()
})

test('a phrase is read as it is typed or copied from paper', () => {
  const [vector] = boxes.roots.slice(-1)
  const words = (vector?.phrase ?? '').split(' ')
  const typed = [
    words.join('\n'),
    `  ${words.join('   ')} `,
    words.join(' ').toUpperCase(),
    words.map((word, index) => `${index + 1}. ${word}`).join('\n'),
    words.join(', '),
  ]
  for (const text of typed) expect(parsePhrase(text)?.words).toEqual(words)
})

test('bytes come back from their words', () => {
  for (const length of [16, 32]) {
    fc.assert(
      fc.property(anyBytes(length), (bytes) => {
        expect(wordsToEntropy(entropyToWords(bytes), length)).toEqual(bytes)
        expect(wordsToEntropy(entropyToWords(bytes), 48 - length)).toBeUndefined()
      }),
      { numRuns: runs(50, 1_000) },
    )
  }
})

test('two phrases are not the same, and have 24 words', () => {
  const [a, b] = [newPhrase(), newPhrase()]
  expect([a.words.length, b.words.length]).toEqual([24, 24])
  expect(a).not.toEqual(b)
})
