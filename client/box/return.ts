import { addressOf, type BoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import { ageIdentityFromSeed, ageRecipient, type AgeIdentity } from '../crypto/envelope.ts'
import { hkdfExpand, hkdfExtract } from '../crypto/kdf.ts'
import { signingKeyFromSeed, type SigningKey } from '../crypto/keys.ts'
import { randomBytes, type Random } from '../crypto/random.ts'
import { entropyToWords, splitWords, wordsToEntropy } from '../crypto/words.ts'

/**
 * The 12 words by which a sender comes back for answers. An object, so that it is not printed or joined by accident; it never
 * goes to a server.
 */
export interface ReturnCode {
  readonly words: readonly string[]
}

/** The keys of a return code: the sender's side of a thread. docs/protocol.md §13.2. */
export interface ReturnKeys {
  /** The address to which answers go. */
  readonly address: BoxAddress
  readonly key: SigningKey
  readonly identity: AgeIdentity
  /** `age1pq1…`: what answers are sealed to. */
  readonly recipient: string
}

export function newReturnCode(random: Random = randomBytes): ReturnCode {
  return { words: entropyToWords(random(CODE_BYTES)) }
}

/** The code in a text as somebody types it; `undefined` if a word is unknown, missing, or in another's place. */
export function parseReturnCode(text: string): ReturnCode | undefined {
  const words = splitWords(text)
  return wordsToEntropy(words, CODE_BYTES) === undefined ? undefined : { words }
}

export async function deriveReturn({ words }: ReturnCode): Promise<ReturnKeys> {
  const entropy = wordsToEntropy(words, CODE_BYTES)
  if (entropy === undefined) throw new TypeError('a ReturnCode is made only by its parser')
  const secret = hkdfExtract(utf8('sealdrop/v1/return'), entropy)
  const key = await signingKeyFromSeed(hkdfExpand(secret, 'root', 32))
  const identity = ageIdentityFromSeed(hkdfExpand(secret, 'age', 32))
  return { address: await addressOf(key.publicKey), key, identity, recipient: await ageRecipient(identity) }
}

const CODE_BYTES = 16
