import { wordlist } from '@scure/bip39/wordlists/english.js'
import { randomBytes, type Random } from '#client/crypto/random.ts'

/** Five words of the BIP-39 list: 55 bits, each of which costs a thief an online try or the operator a second of work. */
export function suggestPassphrase(random: Random = randomBytes): string {
  const bytes = random(2 * WORDS)
  const numbers = new Uint16Array(bytes.buffer, bytes.byteOffset, WORDS)
  // The list has 2,048 words, which divides 65,536: no word is likelier than another.
  return Array.from(numbers, (number) => wordlist[number % wordlist.length]).join('-')
}

const WORDS = 5
