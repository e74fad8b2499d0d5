import {
  formatAckBody,
  formatReaderBody,
  type Receipt,
  type RequestName,
  type Role,
  type SignatureRecord,
} from './api.ts'
import { contentDigest } from './content-digest.ts'
import type { DropId } from './id.ts'
import type { PublicKey } from './public-key.ts'
import { verifyRequest } from './signature.ts'

/** The data that a receipt is checked against. None of it comes from the server. */
export interface ReceiptContext {
  readonly authority: string
  readonly dropId: DropId
  /** The drop's claim key. */
  readonly claim: PublicKey
}

/** Whether a holder of the claim key signed this claim for this reader key. docs/protocol.md §8. */
export async function isClaimProved(receipt: Receipt, context: ReceiptContext): Promise<boolean> {
  const digest = await contentDigest(formatReaderBody(receipt.reader))
  return isSigned(context, 'claim', 'claim', receipt.claim, context.claim, undefined, digest)
}

/**
 * Whether the reader of this receipt signed that the whole drop was opened: both keys, over the hash of the token.
 * @param opened - SHA-256 of the token that the sender sealed, base64url; only a reader of the last chunk knows the token.
 */
export async function isOpeningProved(receipt: Receipt, context: ReceiptContext, opened: string): Promise<boolean> {
  const { ack, reader } = receipt
  if (ack === undefined || ack.opened !== opened) return false
  const digest = await contentDigest(formatAckBody(ack.opened))
  return (
    (await isSigned(context, 'ack', 'claim', ack.claim, context.claim, reader, digest)) &&
    (await isSigned(context, 'ack', 'reader', ack.reader, reader, reader, digest))
  )
}

async function isSigned(
  context: ReceiptContext,
  name: RequestName,
  role: Role,
  record: SignatureRecord,
  key: PublicKey,
  reader: PublicKey | undefined,
  digest: string,
): Promise<boolean> {
  const { authority, dropId } = context
  const request = { name, authority, query: '', dropId, reader, digest, signatures: { [role]: record } }
  return (await verifyRequest(request, role, key)) !== undefined
}
