import { wordlist } from '@scure/bip39/wordlists/english.js'
import { expect, test } from 'vitest'
import { suggestPassphrase } from '../../web/kit/suggest-passphrase.ts'

test('a suggested passphrase is five words of the list, and another one each time', () => {
  const phrase = suggestPassphrase()
  const words = phrase.split('-')
  expect(words).toHaveLength(5)
  expect(words.every((word) => wordlist.includes(word))).toBe(true)
  expect(suggestPassphrase()).not.toBe(phrase)
})

test('every word is as likely as every other', () => {
  const counts = new Map<string, number>()
  for (let number = 0; number < 65_536; number += 5) {
    const numbers = Uint16Array.from({ length: 5 }, (_, index) => number + index)
    for (const word of suggestPassphrase(() => new Uint8Array(numbers.buffer)).split('-')) {
      counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  expect(counts.size).toBe(2_048)
  // 65,536 numbers and the four that make the last five whole.
  expect(new Set(counts.values())).toEqual(new Set([32, 33]))
})
