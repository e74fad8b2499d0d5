import { addressOf, type BoxAddress } from '#protocol/address.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { hkdfExpand, hkdfExtract } from '../crypto/kdf.ts'
import { signingKeyFromSeed, type SigningKey } from '../crypto/keys.ts'
import { randomBytes, type Random } from '../crypto/random.ts'
import { entropyToWords, splitWords, wordsToEntropy } from '../crypto/words.ts'

/** The 24 words from which a box's address comes back. An object, so that it is not printed or joined by accident. */
export interface Phrase {
  readonly words: readonly string[]
}

/** The key that only an owner has: its hash is the address. docs/protocol.md §13.1. */
export interface Root {
  readonly address: BoxAddress
  readonly key: SigningKey
}

export function newPhrase(random: Random = randomBytes): Phrase {
  return { words: entropyToWords(random(PHRASE_BYTES)) }
}

/** The phrase in a text as somebody types it; `undefined` if a word is unknown, missing, or in another's place. */
export function parsePhrase(text: string): Phrase | undefined {
  const words = splitWords(text)
  return wordsToEntropy(words, PHRASE_BYTES) === undefined ? undefined : { words }
}

/** The root key of a phrase, and its address. docs/protocol.md §13.1. */
export async function deriveRoot(phrase: Phrase): Promise<Root> {
  const key = await signingKeyFromSeed(hkdfExpand(rootSecret(phrase), 'root', 32))
  return { address: await addressOf(key.publicKey), key }
}

/** The root of a state. @throws TypeError on a device that only reads the box */
export async function rootOf({ phrase }: { readonly phrase: Phrase | undefined }): Promise<Root> {
  if (phrase === undefined) throw new TypeError("not an owner's device")
  return deriveRoot(phrase)
}

/** `rk` of docs/protocol.md §13.1: 32 bytes, of which an owner's other keys are made. */
export function rootSecret({ words }: Phrase): Bytes {
  const entropy = wordsToEntropy(words, PHRASE_BYTES)
  if (entropy === undefined) throw new TypeError('a Phrase is made only by its parser')
  return hkdfExtract(utf8('sealdrop/v1/box'), entropy)
}

const PHRASE_BYTES = 32
