import { isDropError } from '#protocol/error.ts'
import { checkDrop } from '#client/sender.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { describeDropStatus, type DropStatus } from './drop-status.ts'
import { howToGoOn } from '../send/outgoing.ts'
import { hasPending } from '../send/outbox.ts'
import { askAsSender, describeAbsence, type SenderAnswer } from './ask-as-sender.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { findTicket, listTickets, readTicket, type Kept } from './tickets.ts'
import { forgetEndedUploads, hasUpload } from '../send/uploads.ts'
import { formatTime } from '../terminal/format.ts'
import { command, type Command, flag, type ParsedArgs, row } from '../command.ts'

const OPTIONS = {
  json: {
    ...flag('print {"ticket", "state", "expires", "reads", "readers", …}, or for', 'all of them {"tickets": […]}'),
    column: 9,
  },
} as const

/** How one drop fares, or all that were sent from here. */
export const statusCommand: Command = command({
  usage: [
    `Usage: sealdrop status [TICKET] [--json]

Shows the state of a drop that you sent, or of all of them. Signatures of readers
are checked here, so the server cannot make up that somebody opened it. Its last
answer is remembered when the drop has expired: sealdrop receipt save writes down
the proof.`,
    [{ ...row('TICKET', 'the name that send printed, or the beginning of it'), column: 9 }, 'json'],
  ],
  options: OPTIONS,
  most: 1,
  isReport: true,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [start] = positionals
  await forgetEndedUploads()
  if (start !== undefined) {
    const one = await lookUp(findTicket(start))
    await (values.json ? printJson(one.result) : print(one.text))
    return EXIT.done
  }
  const names = listTickets()
  const all: TicketStatus[] = []
  const silent = new Map<string, Failure>()
  let exitCode: ExitCode = EXIT.done
  for (const name of names) {
    try {
      all.push(await lookUpUnlessSilent(name, silent))
    } catch (error) {
      // One damaged file or silent server does not hide the other drops.
      const failure = explain(error)
      say(`${name}: ${failure.message}`)
      exitCode = failure.exitCode
    }
  }
  if (names.length === 0) say('nothing was sent from here')
  await (values.json
    ? printJson({ tickets: all.map(({ result }) => result) })
    : print(all.map(({ text }) => text).join('')))
  return exitCode
}

interface TicketStatus {
  readonly text: string
  readonly result: Readonly<Record<string, unknown>>
}

/** @param silent - servers that could not be reached: nobody waits for them once more for every drop */
async function lookUpUnlessSilent(name: string, silent: Map<string, Failure>): Promise<TicketStatus> {
  const { origin } = readTicket(name).ticket
  const failure = silent.get(origin)
  if (failure !== undefined) throw failure
  try {
    return await lookUp(name)
  } catch (error) {
    if (error instanceof Failure && isDropError(error.cause) && error.cause.code === 'offline')
      silent.set(origin, error)
    throw error
  }
}

async function lookUp(name: string): Promise<TicketStatus> {
  const kept = readTicket(name)
  const asked = await askAsSender(name, kept, checkDrop)
  const { status, isOver } = asked
  const { dropId, origin, sealedAtMs } = kept.ticket
  const isUpload = hasUpload(dropId)
  const isPending = hasPending(dropId)
  const sealed = `sealed ${formatTime(sealedAtMs)} for ${origin}`
  const lines = status === undefined ? describeAbsent(kept, isOver) : describeDropStatus(status)
  if (isUpload) lines.push(describeUpload(name, status))
  if (isPending) lines.push(describePending(name, kept, status))
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

/** The remedy for an interrupted upload: its last step is the link on standard output. */
function describeUpload(name: string, status: DropStatus | undefined): string {
  if (status !== undefined && status.state !== 'uploading')
    return `its link was not printed: sealdrop resume ${name} prints it`
  return `interrupted: ${howToGoOn(name)}`
}

/** The remedy for a drop of one part of which nobody has been told that it arrived. */
function describePending(name: string, { ticket }: Kept, status: DropStatus | undefined): string {
  if (status === undefined) return `it has not arrived: sealdrop resume ${name} tells what to do`
  return ticket.claim === undefined
    ? `it has arrived: sealdrop resume ${name} tells the rest`
    : `its link was not printed: sealdrop resume ${name} prints it`
}

function describeAbsent(kept: Kept, isOver: boolean): string[] {
  const { status } = kept
  if (status === undefined) return [describeAbsence(kept, isOver)]
  const [first = '', ...rest] = describeDropStatus(status)
  return [describeAbsence(kept, isOver), `before, as asked ${formatTime(Date.parse(status.asked))}: ${first}`, ...rest]
}

/** The server's answer now; for a drop that is not there any more, its last one. */
function outcome(kept: Kept, { status, isOver }: SenderAnswer): Readonly<Record<string, unknown>> {
  if (status !== undefined) return { ...status }
  const state = isOver ? 'expired' : 'unknown'
  const { expiresAtMs, reads } = kept.ticket
  return {
    state,
    expires: new Date(expiresAtMs).toISOString(),
    reads,
    ...(kept.status === undefined ? {} : { before: kept.status }),
  }
}
