import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { timeToForget } from '#client/clocks.ts'
import { depositWhole, type Ticket } from '#client/send.ts'
import { checkDrop } from '#client/sender.ts'
import { announceLetter } from './box/announce.ts'
import { connect, nameServer, PATIENCE_MS } from './connect.ts'
import { EXIT, explain, Failure, type ExitCode } from './failure.ts'
import { announceLink, howToBeSure } from './outgoing.ts'
import { forgetPending, type Pending, type PendingLetter } from './outbox.ts'
import { makeProgress } from './progress.ts'
import { askAsSender } from './sent.ts'
import { say } from './terminal.ts'
import { forgetTicket, readTicket, type Kept } from './tickets.ts'
import { formatReads, formatTime } from './words.ts'

/**
 * Finds out what became of a drop of one part that was about to go out. One for a box that is not there is sent again, the same
 * bytes under the same id, so that the box has it once. One for a link that is not there has to be sent anew: nobody has its link.
 */
export async function makeSure(pending: Pending, json: boolean): Promise<ExitCode> {
  const { ticket: name, dropId } = pending
  const kept = readTicket(name)
  const { fate } = await askAsSender(name, kept, checkDrop)
  if (fate === undefined && 'link' in pending)
    return giveUp(pending, 'it has not arrived, or has expired', 'send it again')
  if (fate !== undefined && !['ready', 'claimed'].includes(fate.state))
    return giveUp(pending, 'it has arrived, and has ended since', 'nothing of it is left to open', true)
  const { origin, sealedAtMs } = kept.ticket
  if ('link' in pending) {
    const expiresAtMs = fate === undefined ? kept.ticket.expiresAtMs : Date.parse(fate.expires)
    await announceLink({ name, seed: kept.seed, link: pending.link, dropId }, { ...kept.ticket, expiresAtMs }, json)
    say(`${pending.said}; opens ${formatReads(kept.ticket.reads)}, until ${formatTime(expiresAtMs)}`)
    return EXIT.done
  }
  // Its readers may have deleted their keys by the time it came: docs/protocol.md §13.5.
  const untilMs = sealedAtMs + UPLOAD_LIFE_SECONDS * 1_000
  // By both clocks: it is given up for good.
  if (fate === undefined && (await timeToForget(connect(origin, PATIENCE_MS.look), [untilMs])) > untilMs)
    return giveUp(pending, 'it has not arrived, and its keys are not those of today', 'send it to the box again')
  const { expiresAtMs } =
    fate === undefined ? await sendAgain(pending, kept) : { expiresAtMs: Date.parse(fate.expires) }
  await announceLetter(pending.letter, { again: name, expiresAtMs, json })
  forgetPending(dropId)
  forgetTicket(name)
  const what = fate === undefined ? 'sent' : 'it had arrived'
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

/** @param hasArrived - then the ticket of a drop for a link tells of its readers, and stays */
function giveUp(pending: Pending, sentence: string, hint: string, hasArrived = false): never {
  forgetPending(pending.dropId)
  if (!hasArrived || !('link' in pending)) forgetTicket(pending.ticket)
  throw new Failure(sentence, { exitCode: EXIT.gone, hint })
}
