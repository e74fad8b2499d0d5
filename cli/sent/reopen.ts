import type { PublicKey } from '#protocol/public-key.ts'
import { checkDrop, reopenDrop, type DropReport } from '#client/sender.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { readerName } from './drop-status.ts'
import { changeAsSender } from './ask-as-sender.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, row } from '../command.ts'

const OPTIONS = { json: flag() } as const

/** Takes a read back from a reader who claimed and never acknowledged. */
export const reopenCommand: Command = command({
  usage: [
    `Usage: sealdrop reopen TICKET [READER] [--json]

Takes a read back from a reader who claimed the drop and never told that it
opened it, so that the link can be claimed anew. That reader may have fetched
it all the same: if in doubt, revoke it and send another.`,
    [
      {
        ...row(
          'READER',
          'the name that status prints, or the beginning of it; needed when',
          'there is more than one such reader',
        ),
        column: 9,
      },
    ],
  ],
  options: OPTIONS,
  most: 2,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [start, readerStart = ''] = positionals
  if (start === undefined) throw misused('a ticket is missing')
  const { name, status } = await changeAsSender(start, async (server, ticket, sender) => {
    const reader = choose(await checkDrop(server, ticket, sender), readerStart)
    const report = await reopenDrop(server, ticket, sender, reader)
    // It may have acknowledged in the meantime, or have been reopened too often.
    if (report.claims.some((each) => each.reader === reader)) throw new Failure('the server did not take the read back')
    return report
  })
  say('open again: the link can be claimed anew')
  say('the reader before may have fetched it all the same; if in doubt, revoke it and send another')
  if (values.json) await printJson({ ticket: name, ...status })
  return EXIT.done
}

function choose({ state, claims }: DropReport, start: string): PublicKey {
  const open = state === 'ready' || state === 'claimed' ? claims.filter(({ ack }) => ack === undefined) : []
  const [first, ...others] = open.filter(({ reader }) => readerName(reader).startsWith(start.toLowerCase()))
  if (first === undefined) {
    const why = open.length === 0 ? 'no reader has claimed it without opening it' : 'there is no such reader'
    throw new Failure(`nothing to take back: ${why}`, { hint: 'sealdrop status shows its readers' })
  }
  if (others.length > 0) {
    const names = open.map(({ reader }) => readerName(reader)).join(', ')
    throw new Failure(`more than one reader: ${names}`, {
      exitCode: EXIT.usage,
      hint: 'sealdrop reopen TICKET READER names one',
    })
  }
  return first.reader
}
