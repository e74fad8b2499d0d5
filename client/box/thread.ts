import { addressOf, type BoxAddress } from '#protocol/address.ts'
import { sha256, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { isSignedBy, signBytes } from '../crypto/proof.ts'
import type { Reply } from '../layout.ts'
import type { ReturnKeys } from './return.ts'

/** A thread is named by the address to which its answers go. docs/protocol.md §13.6. */

/** The message of the holder of a return code, and its place. */
export interface Said {
  readonly box: BoxAddress
  readonly drop: DropId
  /** `''` if there is none. */
  readonly text: string
  /** In the order of the archive, with the names that they have there. */
  readonly files: readonly { readonly name: string; readonly size: number }[]
}

/** The reply address that a sender with a return code seals into a drop. */
export async function signReply(keys: ReturnKeys, said: Said): Promise<Reply> {
  const { key, recipient } = keys
  return { key: key.publicKey, age: recipient, proof: await signBytes(key, await thread(said, recipient)) }
}

/** The thread of a drop; `undefined` if nobody who holds the return key said this in this drop, with this recipient. */
export async function threadOf(reply: Reply, said: Said): Promise<BoxAddress | undefined> {
  return (await isSignedBy(reply.key, await thread(said, reply.age), reply.proof)) ? addressOf(reply.key) : undefined
}

/**
 * With the recipient: else a reader of the drop could have its answers sealed to somebody else. With its content: else a reader
 * could put other words into the thread, once its id is free. The content of a file would take a pass over it to know.
 */
async function thread({ box, drop, text, files }: Said, age: string): Promise<Bytes> {
  const words = toBase64url(await sha256(utf8(text)))
  // A name in an archive has no line feed.
  const listed = files.map(({ name, size }) => `${size} ${name}`)
  return utf8(['sealdrop/v1/thread', box, drop, age, words, ...listed].join('\n'))
}
