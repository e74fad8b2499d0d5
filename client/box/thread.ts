import { addressOf, type BoxAddress } from '#protocol/address.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { isSignedBy, signBytes } from '../crypto/proof.ts'
import type { Reply } from '../layout.ts'
import type { ReturnKeys } from './return.ts'

/** A thread is named by the address to which its answers go. docs/protocol.md §13.6. */

/** What a sender who takes a return code seals with a drop. */
export async function signReply(keys: ReturnKeys, box: BoxAddress, drop: DropId): Promise<Reply> {
  return { key: keys.key.publicKey, age: keys.recipient, proof: await signBytes(keys.key, thread(box, drop)) }
}

/** The thread of a drop; `undefined` if nobody who holds the return key meant this drop in this box. */
export async function threadOf(reply: Reply, box: BoxAddress, drop: DropId): Promise<BoxAddress | undefined> {
  return (await isSignedBy(reply.key, thread(box, drop), reply.proof)) ? addressOf(reply.key) : undefined
}

function thread(box: BoxAddress, drop: DropId): Bytes {
  return utf8(`sealdrop/v1/thread\n${box}\n${drop}`)
}
