import { formatReaderBody, type Receipt, type RequestName, type SentStatus } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import { sentForm } from './answers.ts'
import type { SigningKey } from './crypto/keys.ts'
import type { Ticket } from './sealed.ts'
import { ask, type Server } from './server.ts'

/** The server's report to the sender of a drop, with every receipt judged against the secrets of the ticket. */
export interface DropReport extends Omit<SentStatus, 'claims'> {
  readonly claims: readonly JudgedReceipt[]
}

export interface JudgedReceipt extends Receipt {
  /** Somebody who held the key claimed it. */
  readonly isClaimProved: boolean
  /** They opened all of it: they know the token of the last chunk. */
  readonly isOpeningProved: boolean
}

/** How a drop fares. @throws Refused `gone` once it has expired, or never was */
export function checkDrop(server: Server, ticket: Ticket, sender: SigningKey): Promise<DropReport> {
  return askAsSender(server, ticket, sender, 'sent')
}

/**
 * Ends a drop: the ciphertext is deleted, and a reader who has not opened it cannot any more.
 * @throws DropError `not_done` if the answer is of a drop that has not ended; as `checkDrop`
 */
export async function revokeDrop(server: Server, ticket: Ticket, sender: SigningKey): Promise<DropReport> {
  const report = await askAsSender(server, ticket, sender, 'revoke', new Uint8Array(0))
  if (GOING_ON.has(report.state)) throw new DropError('not_done')
  return report
}

/** Takes a read back from a reader who claimed and never acknowledged; that reader may have fetched it all the same. */
export function reopenDrop(server: Server, ticket: Ticket, sender: SigningKey, reader: PublicKey): Promise<DropReport> {
  return askAsSender(server, ticket, sender, 'reopen', formatReaderBody(reader))
}

/** A drop in one of these states has not ended. docs/protocol.md §4. */
const GOING_ON: ReadonlySet<SentStatus['state']> = new Set<SentStatus['state']>(['uploading', 'ready', 'claimed'])

async function askAsSender(
  server: Server,
  ticket: Ticket,
  sender: SigningKey,
  name: RequestName,
  body?: Bytes,
): Promise<DropReport> {
  const { dropId, claim, opened, origin } = ticket
  const call = { name, dropId, signers: { sender }, ...(body === undefined ? {} : { body }) }
  const sent = await ask(server, call, sentForm(dropId))
  // A drop in a box is not claimed: whatever the server says of readers, nothing proves it.
  if (claim === undefined) {
    return { ...sent, claims: sent.claims.map((each) => ({ ...each, isClaimProved: false, isOpeningProved: false })) }
  }
  const context = { authority: new URL(origin).host, dropId, claim }
  const claims = await Promise.all(
    sent.claims.map(async (receipt) => {
      const isProved = await isClaimProved(receipt, context)
      // Nobody has opened what nobody has claimed: the one is not believed without the other.
      return {
        ...receipt,
        isClaimProved: isProved,
        isOpeningProved: isProved && (await isOpeningProved(receipt, context, opened)),
      }
    }),
  )
  return { ...sent, claims }
}
