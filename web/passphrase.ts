import { wordlist } from '@scure/bip39/wordlists/english.js'
import { randomBytes, type Random } from '#client/crypto/random.ts'
import type { Draft } from './send/draft.ts'
import type { Tools } from './effects/tools.ts'

/** Five words of the BIP-39 list: 55 bits, each of which costs a thief an online try or the operator a second of work. */
export function suggestPassphrase(random: Random = randomBytes): string {
  const bytes = random(2 * WORDS)
  const numbers = new Uint16Array(bytes.buffer, bytes.byteOffset, WORDS)
  // The list has 2,048 words, which divides 65,536: no word is likelier than another.
  return Array.from(numbers, (number) => wordlist[number % wordlist.length]).join('-')
}

/**
 * Puts one into the draft that asks for it. A passphrase that was typed meanwhile is kept. @param before - as it was when it was
 * asked for
 */
export function suggestFor({ dispatch, state }: Pick<Tools, 'dispatch' | 'state'>, before: Draft): void {
  if (state().draft.passphrase !== before.passphrase) return
  dispatch({ type: 'drafted', draft: { passphrase: suggestPassphrase() } })
}

const WORDS = 5
