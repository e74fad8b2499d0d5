import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { timeToForget } from '#client/clocks.ts'
import { depositWhole } from '#client/send.ts'
import { type Ticket } from '#client/sealed.ts'
import { checkDrop } from '#client/sender.ts'
import { announceDelivery } from './letter.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { describeDropStatus, type DropStatus } from '../sent/drop-status.ts'
import { announceLink, howToBeSure } from './outgoing.ts'
import { forgetPending, type Pending, type PendingLetter } from './outbox.ts'
import { makeProgress } from '../terminal/progress.ts'
import { askAsSender } from '../sent/ask-as-sender.ts'
import { noteDone } from '../state/records.ts'
import { say } from '../terminal/terminal.ts'
import { forgetTicket, readTicket, type Kept } from '../sent/tickets.ts'
import { formatReads, formatTime } from '../terminal/format.ts'

/**
 * Finds out what became of a drop of one part that was about to go out. One for a box that is not there is sent again, the same
 * bytes under the same id, so that the box has it once. One for a link that is not there has to be sent as a new drop: nobody has its link.
 */
export async function makeSure(pending: Pending, json: boolean): Promise<ExitCode> {
  const { ticket: name, dropId } = pending
  const kept = readTicket(name)
  const { status } = await askAsSender(name, kept, checkDrop)
  const { origin, sealedAtMs } = kept.ticket
  if (status === undefined && 'link' in pending) return await missing(pending, kept, 'send it again')
  if (status !== undefined && ENDED.has(status.state)) return giveUp(pending, status)
  if (status?.state === 'uploading' || status?.state === 'lost') {
    const exitCode = status.state === 'lost' ? EXIT.gone : EXIT.tryLater
    throw new Failure(`it is ${describeDropStatus(status)[0]}`, { exitCode, hint: howToAskAgain(name) })
  }
  if ('link' in pending) {
    const expiresAtMs = status === undefined ? kept.ticket.expiresAtMs : Date.parse(status.expires)
    await announceLink({ name, seed: kept.seed, link: pending.link, dropId }, { ...kept.ticket, expiresAtMs }, json)
    say(`${pending.said}; opens ${formatReads(kept.ticket.reads)}, until ${formatTime(expiresAtMs)}`)
    return EXIT.done
  }
  // Its readers may have deleted their keys by the time it came: docs/protocol.md §13.5.
  const untilMs = sealedAtMs + UPLOAD_LIFE_SECONDS * 1_000
  // By both clocks: it is given up for good.
  if (status === undefined && (await timeToForget(connect(origin, PATIENCE_MS.look), [untilMs])) > untilMs)
    return await missing(pending, kept, 'its keys are not those of today: send it to the box again')
  const { expiresAtMs } =
    status === undefined ? await sendAgain(pending, kept) : { expiresAtMs: Date.parse(status.expires) }
  await announceDelivery(pending.letter, { again: name, expiresAtMs, json })
  noteDone(() => {
    forgetPending(dropId)
    forgetTicket(name)
  })
  const what = status === undefined ? 'sent' : 'it had arrived'
  say(
    `${what}: ${pending.said} for ${pending.letter.name} at ${origin}; it waits there until ${formatTime(expiresAtMs)}`,
  )
  return EXIT.done
}

async function sendAgain(pending: PendingLetter, { ticket }: Kept): Promise<Ticket> {
  try {
    const options = { onProgress: makeProgress() }
    return await depositWhole(connect(ticket.origin, PATIENCE_MS.send), { ...pending, ticket }, options)
  } catch (error) {
    const { message, exitCode } = explain(nameServer(error, ticket.origin))
    throw new Failure(message, { exitCode, hint: howToBeSure(pending.ticket), cause: error })
  }
}

/**
 * Tells that the server has nothing of a drop. Nobody has signed that, and a cache may have said it of another: until the drop has
 * expired by both clocks nothing is forgotten by it.
 */
async function missing(pending: Pending, { ticket: { origin, expiresAtMs } }: Kept, hint: string): Promise<never> {
  const { ticket: name, dropId } = pending
  if ((await timeToForget(connect(origin, PATIENCE_MS.look), [expiresAtMs])) > expiresAtMs) {
    forgetPending(dropId)
    forgetTicket(name)
    throw new Failure('it has not arrived, or has expired', { exitCode: EXIT.gone, hint })
  }
  throw new Failure('the server has nothing of it: it has not arrived, as far as the server tells', {
    exitCode: EXIT.gone,
    hint: `${hint}; ${howToAskAgain(name)}`,
  })
}

function howToAskAgain(name: string): string {
  return `sealdrop resume ${name} asks once more, sealdrop revoke ${name} takes it back`
}

/** The server names the drop, and how it has ended. The ticket of one for a link tells of its readers, and stays. */
function giveUp(pending: Pending, status: DropStatus): never {
  forgetPending(pending.dropId)
  if (!('link' in pending)) forgetTicket(pending.ticket)
  const [state = ''] = describeDropStatus(status)
  throw new Failure(`it has arrived, and has ended since: ${state}`, {
    exitCode: EXIT.gone,
    hint: 'nothing of it is left to open',
  })
}

/** States from which a drop does not come back. docs/protocol.md §4. */
const ENDED: ReadonlySet<DropStatus['state']> = new Set<DropStatus['state']>(['read', 'revoked', 'locked', 'deleted'])
