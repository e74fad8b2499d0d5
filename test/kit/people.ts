import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { PublicKey } from '#protocol/public-key.ts'

/** A reader who has just made a key. */
export function newReader(): Promise<SigningKey> {
  return generateSigningKey()
}

export async function newReaderKey(): Promise<PublicKey> {
  return (await newReader()).publicKey
}

/** Does the same thing `count` times, one after the other. */
export async function repeatedly<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let index = 0; index < count; index++) results.push(await run(index))
  return results
}
