import { revokeDrop } from '#client/sender.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { describeFate } from '../fate.ts'
import { misused, parseOptions } from '../options.ts'
import { changeAsSender } from '../sent.ts'
import { printJson, say } from '../terminal.ts'

/** Ends a drop. */
export async function revoke(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 1)
  const [start] = positionals
  if (start === undefined) throw misused('a ticket is missing')
  const { name, fate } = await changeAsSender(start, revokeDrop)
  if (values.json) await printJson({ ticket: name, ...fate })
  const isTooLate = fate.state === 'read'
  const [first = '', ...readers] = describeFate(fate)
  say(isTooLate ? `too late: ${first}` : `${first}: nobody can open it any more`)
  for (const reader of readers) say(reader)
  if (!isTooLate && readers.length > 0) say('who claimed it may have fetched it before')
  return isTooLate ? EXIT.gone : EXIT.done
}

const OPTIONS = { json: { type: 'boolean', default: false } } as const
