import { EXIT, type ExitCode } from '../failure.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { findTicket, forgetTicket, readTicket } from './tickets.ts'
import { forgetPending } from '../send/outbox.ts'
import { forgetUpload } from '../send/uploads.ts'
import { count } from '../terminal/format.ts'
import { command, type Command, flag, misused, type ParsedArgs } from '../command.ts'

const OPTIONS = { json: flag() } as const

/** Deletes tickets from this computer. */
export const forgetCommand: Command = command({
  usage: [
    `Usage: sealdrop forget TICKET… [--json]

Deletes tickets from this computer. The drops stay with the server until they
are opened or expire, and cannot be looked at or revoked any more.`,
  ],
  options: OPTIONS,
  most: Number.POSITIVE_INFINITY,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  if (positionals.length === 0) throw misused('a ticket is missing')
  // All are found before any is deleted.
  const names = [...new Set(positionals.map(findTicket))]
  for (const name of names) {
    forgetUploadOf(name)
    forgetTicket(name)
  }
  say(`forgot ${count(names.length, 'ticket')}; the drops stay until they are opened or expire`)
  if (values.json) await printJson({ forgotten: names })
  return EXIT.done
}

function forgetUploadOf(name: string): void {
  try {
    const { dropId } = readTicket(name).ticket
    forgetUpload(dropId)
    forgetPending(dropId)
  } catch {
    // A damaged ticket does not tell of which drop it is.
  }
}
