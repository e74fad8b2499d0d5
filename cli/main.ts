import { setFlagsFromString } from 'node:v8'
import { EXIT, explain, type ExitCode } from './failure.ts'
import { failedWith } from './state/files.ts'
import { findCommand } from './command.ts'
import { sweepLeftovers } from './state/sweep.ts'
import { eraseProgress, restoreOnSignals, print, say } from './terminal/terminal.ts'
import { SEALDROP } from './commands.ts'
import { VERSION } from './version.ts'

async function run(words: readonly string[]): Promise<ExitCode> {
  const [name = '', ...args] = words
  if (name === '--version') return printed(`sealdrop ${VERSION}\n`)
  if (name === 'help' || ASKS_FOR_HELP.has(name)) return printed(explainCommand(args))
  const end = args.indexOf('--')
  const isAsked = args.slice(0, end === -1 ? undefined : end).some((each) => ASKS_FOR_HELP.has(each))
  if (isAsked) return printed(explainCommand(words))
  const { command, misuse, rest } = findCommand(words, SEALDROP)
  if (Object.hasOwn(SEALDROP.commands, name)) await sweepLeftovers()
  if (command === undefined) throw misuse
  return command.run(rest)
}

async function printed(text: string): Promise<ExitCode> {
  await print(text)
  return EXIT.done
}

/** @param words - the name of a command, or none @throws Failure for a name that is none */
function explainCommand(words: readonly string[]): string {
  const [name] = words
  const { misuse, usage } = findCommand(words, SEALDROP)
  if (name === undefined || Object.hasOwn(SEALDROP.commands, name)) return usage
  throw misuse
}

/** Whether somebody has seen enough of a report: nothing is lost then, and other programs are silent, too. */
function isEnough(cause: unknown, words: readonly string[]): boolean {
  const [name = ''] = words
  const isReport = findCommand(words, SEALDROP).command?.isReport ?? REPORTS.has(name)
  return failedWith(cause, 'EPIPE') && isReport
}

const ASKS_FOR_HELP: ReadonlySet<string> = new Set(['--help', '-h'])

const REPORTS: ReadonlySet<string> = new Set([...ASKS_FOR_HELP, 'help', '--version'])

// From here on the list of processes shows a name for this one, not its arguments, among which a link may be. It cannot
// take back what was there before, nor what npm and a shell show that started it: help tells to type a link or pipe it.
process.title = 'sealdrop'
// A transfer in parts makes many small objects: where the space for young ones stays small, memory is given back soon.
setFlagsFromString('--semi-space-growth-factor=1')
restoreOnSignals()
// Nobody but terminal.ts speaks: Node calls a cipher experimental that other platforms have had for years.
process.removeAllListeners('warning')
const words = process.argv.slice(2)
try {
  process.exitCode = await run(words)
} catch (error) {
  const { cause, message, hint, exitCode } = explain(error)
  if (!isEnough(cause, words)) {
    say(message)
    if (hint !== undefined) say(`hint: ${hint}`)
  }
  process.exitCode = exitCode
} finally {
  eraseProgress()
}
// All has been said. A part that a server refused while it was being sent would keep the process for minutes.
process.exit()
