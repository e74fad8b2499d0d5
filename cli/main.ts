import { setFlagsFromString } from 'node:v8'
import { box } from './box/box.ts'
import { forget } from './sent/forget.ts'
import { key } from './open/key.ts'
import { open } from './open/open.ts'
import { operator } from './operator/operator.ts'
import { receipt } from './sent/receipt.ts'
import { reopen } from './sent/reopen.ts'
import { resume } from './send/resume.ts'
import { comeBack } from './return/return.ts'
import { revoke } from './sent/revoke.ts'
import { send } from './send/send.ts'
import { status } from './sent/status.ts'
import { verify } from './verify/verify.ts'
import { EXIT, explain, type ExitCode } from './failure.ts'
import { failedWith } from './state/files.ts'
import { misused } from './options.ts'
import { sweep } from './state/sweep.ts'
import { erase, restoreOnSignals, print, say } from './terminal/terminal.ts'
import { COMMAND_USAGE, USAGE } from './usage.ts'
import { VERSION } from './version.ts'

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<ExitCode>>> = {
  send,
  resume,
  open,
  status,
  revoke,
  reopen,
  receipt,
  forget,
  key,
  verify,
  box,
  operator,
  return: comeBack,
}

/** What only tells. */
const REPORTS: ReadonlySet<string> = new Set([
  'help',
  '--help',
  '-h',
  '--version',
  'status',
  'verify',
  'box list',
  'box show',
])

const LIST = 'sealdrop help lists them all'

async function run([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  if (name === '--version') return printed(`sealdrop ${VERSION}\n`)
  if (name === 'help' || name === '--help' || name === '-h') return printed(usageOf(args))
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined)
    throw misused(name === '' ? 'a command is missing' : 'there is no such command', undefined, LIST)
  const end = args.indexOf('--')
  const isAsked = args.slice(0, end === -1 ? undefined : end).some((each) => each === '--help' || each === '-h')
  if (isAsked) return printed(usageOf([name, ...args]))
  await sweep()
  return command(args)
}

async function printed(text: string): Promise<ExitCode> {
  await print(text)
  return EXIT.done
}

/** @param words - of the command: some have commands of their own. */
function usageOf([name, inner = '']: readonly string[]): string {
  if (name === undefined) return USAGE
  const found = [`${name} ${inner}`, name].find((each) => Object.hasOwn(COMMAND_USAGE, each))
  const usage = found === undefined ? undefined : COMMAND_USAGE[found]
  if (usage === undefined) throw misused('there is no such command', undefined, LIST)
  return usage
}

/** Whether somebody has seen enough of what only tells: nothing is lost then, and other programs are silent, too. */
function isEnough(cause: unknown, [name = '', inner = '']: readonly string[]): boolean {
  return failedWith(cause, 'EPIPE') && (REPORTS.has(name) || REPORTS.has(`${name} ${inner}`))
}

// From here on the list of processes shows a name for this one, not its arguments, among which a link may be. It cannot
// take back what was there before, nor what npm and a shell show that started it: help tells to type a link or pipe it.
process.title = 'sealdrop'
// What comes and goes in parts hangs on small objects: where the space for young ones stays small, memory is given back soon.
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
  erase()
}
// All has been said. A part that a server refused while it was being sent would keep the process for minutes.
process.exit()
