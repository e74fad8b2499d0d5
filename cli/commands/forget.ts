import { EXIT, type ExitCode } from '../failure.ts'
import { misused, parseOptions } from '../options.ts'
import { printJson, say } from '../terminal.ts'
import { findTicket, forgetTicket } from '../tickets.ts'
import { count } from '../words.ts'

/** Deletes tickets from this computer. */
export async function forget(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
  if (positionals.length === 0) throw misused('a ticket is missing')
  // All are found before any is deleted.
  const names = [...new Set(positionals.map(findTicket))]
  for (const name of names) forgetTicket(name)
  if (values.json) await printJson({ forgotten: names })
  say(`forgot ${count(names.length, 'ticket')}; the drops stay until they are opened or expire`)
  return EXIT.done
}

const OPTIONS = { json: { type: 'boolean', default: false } } as const
