import { isDropError } from '#protocol/error.ts'
import { checkDrop } from '#client/sender.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { describeFate, type Fate } from './drop-status.ts'
import { howToGoOn } from '../send/outgoing.ts'
import { hasPending } from '../send/outbox.ts'
import { askAsSender, describeAbsence, type Asked } from './ask-as-sender.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { findTicket, listTickets, readTicket, type Kept } from './tickets.ts'
import { forgetEndedUploads, hasUpload } from '../send/uploads.ts'
import { formatTime } from '../terminal/format.ts'
import { command, type Command, flag, type Parsed, row } from '../command.ts'

const OPTIONS = {
  json: {
    ...flag('print {"ticket", "state", "expires", "reads", "readers", …}, or for', 'all of them {"tickets": […]}'),
    column: 9,
  },
} as const

/** How one drop fares, or all that were sent from here. */
export const status: Command = command({
  usage: [
    `Usage: sealdrop status [TICKET] [--json]

Tells how a drop that you sent fares, or all of them. What readers signed is
checked here, so the server cannot make up that somebody opened it. What the
server said last is remembered when the drop has expired: sealdrop receipt save
writes down what was proved.`,
    [{ ...row('TICKET', 'the name that send printed, or the beginning of it'), column: 9 }, 'json'],
  ],
  options: OPTIONS,
  most: 1,
  isReport: true,
  run,
})

async function run({ values, positionals }: Parsed<typeof OPTIONS>): Promise<ExitCode> {
  const [start] = positionals
  await forgetEndedUploads()
  if (start !== undefined) {
    const standing = await stand(findTicket(start))
    await (values.json ? printJson(standing.result) : print(standing.text))
    return EXIT.done
  }
  const names = listTickets()
  const standings: Standing[] = []
  const silent = new Map<string, Failure>()
  let exitCode: ExitCode = EXIT.done
  for (const name of names) {
    try {
      standings.push(await standUnlessSilent(name, silent))
    } catch (error) {
      // One damaged file or silent server does not hide the other drops.
      const failure = explain(error)
      say(`${name}: ${failure.message}`)
      exitCode = failure.exitCode
    }
  }
  if (names.length === 0) say('nothing was sent from here')
  await (values.json
    ? printJson({ tickets: standings.map(({ result }) => result) })
    : print(standings.map(({ text }) => text).join('')))
  return exitCode
}

interface Standing {
  readonly text: string
  readonly result: Readonly<Record<string, unknown>>
}

/** @param silent - servers that could not be reached: nobody waits for them once more for every drop */
async function standUnlessSilent(name: string, silent: Map<string, Failure>): Promise<Standing> {
  const { origin } = readTicket(name).ticket
  const failure = silent.get(origin)
  if (failure !== undefined) throw failure
  try {
    return await stand(name)
  } catch (error) {
    if (error instanceof Failure && isDropError(error.cause) && error.cause.code === 'offline')
      silent.set(origin, error)
    throw error
  }
}

async function stand(name: string): Promise<Standing> {
  const kept = readTicket(name)
  const asked = await askAsSender(name, kept, checkDrop)
  const { fate, isOver } = asked
  const { dropId, origin, sealedAtMs } = kept.ticket
  const isUpload = hasUpload(dropId)
  const isPending = hasPending(dropId)
  const sealed = `sealed ${formatTime(sealedAtMs)} for ${origin}`
  const lines = fate === undefined ? describeAbsent(kept, isOver) : describeFate(fate)
  if (isUpload) lines.push(describeUpload(name, fate))
  if (isPending) lines.push(describePending(name, kept, fate))
  const [first = '', ...rest] = lines
  const text = [`${name}  ${first}`, ...[...rest, sealed].map((line) => `${' '.repeat(name.length)}  ${line}`)].join(
    '\n',
  )
  return {
    text: visible(`${text}\n`),
    result: {
      ticket: name,
      server: origin,
      sealed: new Date(sealedAtMs).toISOString(),
      ...outcome(kept, asked),
      ...(isUpload || isPending ? { unfinished: true } : {}),
    },
  }
}

/** What can be done about an upload that was interrupted: the last of it is the link on standard output. */
function describeUpload(name: string, fate: Fate | undefined): string {
  if (fate !== undefined && fate.state !== 'uploading')
    return `its link was not printed: sealdrop resume ${name} prints it`
  return `interrupted: ${howToGoOn(name)}`
}

/** What can be done about a drop of one part of which nobody has been told that it arrived. */
function describePending(name: string, { ticket }: Kept, fate: Fate | undefined): string {
  if (fate === undefined) return `it has not arrived: sealdrop resume ${name} tells what to do`
  return ticket.claim === undefined
    ? `it has arrived: sealdrop resume ${name} tells the rest`
    : `its link was not printed: sealdrop resume ${name} prints it`
}

function describeAbsent(kept: Kept, isOver: boolean): string[] {
  const { fate } = kept
  if (fate === undefined) return [describeAbsence(kept, isOver)]
  const [first = '', ...rest] = describeFate(fate)
  return [describeAbsence(kept, isOver), `before, as asked ${formatTime(Date.parse(fate.asked))}: ${first}`, ...rest]
}

/** What the server says now; of a drop that is not there any more, what it said last. */
function outcome(kept: Kept, { fate, isOver }: Asked): Readonly<Record<string, unknown>> {
  if (fate !== undefined) return { ...fate }
  const state = isOver ? 'expired' : 'unknown'
  const { expiresAtMs, reads } = kept.ticket
  return {
    state,
    expires: new Date(expiresAtMs).toISOString(),
    reads,
    ...(kept.fate === undefined ? {} : { before: kept.fate }),
  }
}
