import { isDropError } from '#protocol/error.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { heardTime } from '#client/server-time.ts'
import { provedReceipts } from '#client/proof-file.ts'
import type { DropReport } from '#client/sender.ts'
import type { Server } from '#client/server.ts'
import type { Ticket } from '#client/sealed.ts'
import { connect, nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure } from '../failure.ts'
import { dropStatusOf, type DropStatus } from './drop-status.ts'
import { findTicket, noteTicket, readTicket, type Kept } from './tickets.ts'
import { formatTime } from '../terminal/format.ts'

/** A request that the sender key signs. */
type Request = (server: Server, ticket: Ticket, sender: SigningKey) => Promise<DropReport>

/** A drop that was sent from here: its ticket, and what the server says of it now. */
export interface ChangedDrop {
  readonly name: string
  readonly status: DropStatus
}

/** The answer to a sender. */
export interface SenderAnswer {
  /** `undefined` if the server has nothing of this name any more. */
  readonly status: DropStatus | undefined
  /** Whether the drop has expired: by the server's clock, where it tells the time. */
  readonly isOver: boolean
}

/** Asks as the sender, and keeps the answer with the ticket. */
export async function askAsSender(name: string, kept: Kept, request: Request): Promise<SenderAnswer> {
  const sender = await signingKeyFromSeed(kept.seed)
  const server = connect(kept.ticket.origin, PATIENCE_MS.look)
  const isOver = (): boolean => (heardTime(server) ?? Date.now()) >= kept.ticket.expiresAtMs
  try {
    const report = await request(server, kept.ticket, sender)
    const status = dropStatusOf(report, Date.now())
    noteTicket(name, { ...kept, status, receipts: provedReceipts(report.claims, kept.receipts) })
    return { status, isOver: isOver() }
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') return { status: undefined, isOver: isOver() }
    throw nameDoubt(error, kept.ticket.origin)
  }
}

/** As above for the ticket that begins so, for what makes sense only while the drop is there. @throws Failure if it is not */
export async function changeAsSender(start: string, request: Request): Promise<ChangedDrop> {
  const name = findTicket(start)
  const kept = readTicket(name)
  const { status, isOver } = await askAsSender(name, kept, request)
  if (status === undefined)
    throw new Failure(`nothing to change: ${describeAbsence(kept, isOver)}`, { exitCode: EXIT.gone })
  return { name, status }
}

/** Why the server may have nothing of a drop. */
export function describeAbsence({ ticket: { expiresAtMs } }: Kept, isOver: boolean): string {
  return isOver ? `expired ${formatTime(expiresAtMs)}` : 'unknown to the server, though it has not expired'
}
