import { EXIT, type ExitCode } from '../failure.ts'
import { misused, parseOptions } from '../options.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { findTicket, forgetTicket, readTicket } from './tickets.ts'
import { forgetPending } from '../send/outbox.ts'
import { forgetUpload } from '../send/uploads.ts'
import { count } from '../terminal/format.ts'

/** Deletes tickets from this computer. */
export async function forget(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
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

const OPTIONS = { json: { type: 'boolean', default: false } } as const
