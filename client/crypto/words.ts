import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import type { Bytes } from '#protocol/bytes.ts'

/** Bytes as words of the English list, with a checksum in the last: 12 words for 16 bytes, 24 for 32. BIP-39. */
export function entropyToWords(bytes: Bytes): string[] {
  return entropyToMnemonic(bytes, wordlist).split(' ')
}

/**
 * The bytes of words, not the seed that BIP-39 stretches out of them.
 * @param words - lower case. @param bytes - how many there are to be: 16 or 32.
 * @returns `undefined` for another number of words, an unknown one, or a wrong checksum
 */
export function wordsToEntropy(words: readonly string[], bytes: number): Bytes | undefined {
  if (words.length !== (bytes * 3) / 4) return undefined
  try {
    return new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist))
  } catch {
    return undefined
  }
}

/** The words of a text as somebody types it: any space between them, in either case. */
export function splitWords(text: string): string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}
