import { revokeDrop } from '#client/sender.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { describeDropStatus } from './drop-status.ts'
import { askAsSender, describeAbsence } from './ask-as-sender.ts'
import { noteDone } from '../state/records.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { findTicket, forgetTicket, readTicket } from './tickets.ts'
import { forgetPending, hasPending } from '../send/outbox.ts'
import { forgetUpload, hasUpload } from '../send/uploads.ts'
import { command, type Command, flag, misused, type ParsedArgs } from '../command.ts'

const OPTIONS = { json: flag() } as const

/** Ends a drop, or cancels the upload of one. */
export const revokeCommand: Command = command({
  usage: [
    `Usage: sealdrop revoke TICKET [--json]

Ends a drop: the server deletes it, and nobody opens it any more. Exit code 3
if it had been opened, or had expired, before. Of a drop that was interrupted
while it was sent, it deletes what the server has, and what is kept to go on.`,
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [start] = positionals
  if (start === undefined) throw misused('a ticket is missing')
  const name = findTicket(start)
  const kept = readTicket(name)
  const { dropId } = kept.ticket
  const isUpload = hasUpload(dropId) || hasPending(dropId)
  const { status, isOver } = await askAsSender(name, kept, revokeDrop)
  const isLetter = kept.ticket.claim === undefined
  const isCancelled = isUpload && (status === undefined || (status.state === 'revoked' && status.readers.length === 0))
  if (isUpload)
    noteDone(() => {
      forgetUpload(dropId)
      forgetPending(dropId)
      // Of what goes into a box nothing is kept here but until it is there, or is not to be.
      if (isCancelled && (isLetter || status === undefined)) forgetTicket(name)
    })
  if (status === undefined) {
    if (!isUpload) throw new Failure(`nothing to change: ${describeAbsence(kept, isOver)}`, { exitCode: EXIT.gone })
    say('cancelled: the server has nothing of it')
    if (values.json) await printJson({ ticket: name, state: 'unknown' })
    return EXIT.done
  }
  if (isCancelled) {
    const rest = isLetter ? '' : ', and its link opens nothing'
    say(`cancelled: what was sent of it is deleted${rest}`)
    if (values.json) await printJson({ ticket: name, ...status })
    return EXIT.done
  }
  const isTooLate = status.state === 'read'
  const [first = '', ...readers] = describeDropStatus(status)
  say(isTooLate ? `too late: ${first}` : `${first}: nobody can open it any more`)
  for (const reader of readers) say(reader)
  if (!isTooLate && readers.length > 0) say('the reader who claimed it may have fetched it before')
  if (values.json) await printJson({ ticket: name, ...status })
  return isTooLate ? EXIT.gone : EXIT.done
}
