import { stat } from 'node:fs/promises'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { goOn } from '#client/send.ts'
import { revokeDrop } from '#client/sender.ts'
import { FileFault } from '#client/source.ts'
import { describeSystemError, EXIT, Failure, type ExitCode } from '../failure.ts'
import { makeSure } from './make-sure.ts'
import { findPending, listPending } from './outbox.ts'
import {
  checkSize,
  deliverOutgoing,
  describeMessage,
  explainStop,
  forgetOutgoing,
  howToGoOn,
  prepare,
  type Outgoing,
} from './outgoing.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { askAsSender } from '../sent/ask-as-sender.ts'
import { pathSource, type ChosenPath } from './sources.ts'
import { say } from '../terminal/terminal.ts'
import { findTicket, forgetTicket, readTicket } from '../sent/tickets.ts'
import { forgetEndedUploads, forgetUpload, listUploads, readUpload, type Upload } from './uploads.ts'
import { formatTime } from '../terminal/format.ts'
import { command, type Command, flag, type ParsedArgs, row, value } from '../command.ts'

const OPTIONS = {
  'passphrase-file': value(
    'FILE',
    'if a file has changed and the link needs a passphrase:',
    'read it from the only line of FILE instead of asking',
  ),
  json: flag('print {"link", "ticket", "expires", "reads"}; of a drop for', 'a box, what send --to prints'),
} as const

/** Goes on with an upload that was interrupted, and prints its link. */
export const resumeCommand: Command = command({
  usage: [
    `Usage: sealdrop resume [TICKET] [--passphrase-file FILE] [--json]

Goes on with what send could not finish: the command was stopped, or the
connection was lost. Of a drop that may have arrived it makes sure: it prints the
link, or brings the drop into its box, where it is once however often it is sent.
Parts that the server has are not sent again, only read, to make sure that they
still belong to the rest. If a file has changed, all are sealed again under another
link, and the parts that were sent before are deleted. For a box, nothing is sent
again automatically: its readers may have changed.`,
    [
      row(
        'TICKET',
        'the name that send printed when it was stopped, and',
        'that status shows, or the beginning of it; needed',
        'when there is more than one',
      ),
      'passphrase-file',
      'json',
    ],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { json, 'passphrase-file': passphraseFile } = values
  await forgetEndedUploads()
  const chosen = choose(positionals[0])
  const pending = findPending(chosen)
  if (pending !== undefined) return makeSure(pending, json)
  const upload = await readUpload(chosen)
  const files = await findFiles(upload)
  const changed = files.filter(({ file }, index) => hasChanged(file, upload, index)).map(({ path }) => path ?? '')
  if (changed.length > 0) return sealAnew(upload, files, changed, passphraseFile, json)

  const { ticket: name, seed, unfinished, letter } = upload
  const sources = files.map(({ file }) => file.source)
  const sealed = await goOn(unfinished, sources)
  const outgoing: Outgoing = { sealed, name, seed, sender: await signingKeyFromSeed(seed), letter }
  try {
    await deliverOutgoing(outgoing, json)
  } catch (error) {
    // Neither its size nor its time has told.
    if (isDropError(error) && error.code === 'file_changed') {
      const file = error instanceof FileFault ? error.file : 'a file'
      return sealAnew(upload, await findFiles(upload), [file], passphraseFile, json)
    }
    throw explainStop(error, outgoing)
  }
  return EXIT.done
}

/** @returns the id of what is to be resumed */
function choose(start: string | undefined): DropId {
  if (start !== undefined) return readTicket(findTicket(start)).ticket.dropId
  const uploads = listUploads().map(({ ticket, unfinished: { text, files } }) => ({
    ticket,
    said: describeMessage(text, files),
  }))
  const all = [...uploads, ...listPending()]
  const [first] = all
  if (first === undefined) throw new Failure('there is nothing to resume')
  if (all.length === 1) return readTicket(first.ticket).ticket.dropId
  for (const { ticket: name, said } of all) {
    const { sealedAtMs, origin } = readTicket(name).ticket
    say(`${name}  ${said}, sealed ${formatTime(sealedAtMs)} for ${origin}`)
  }
  throw new Failure('more than one upload', { exitCode: EXIT.usage, hint: 'sealdrop resume TICKET names one' })
}

/** The files of an upload as they are now. @throws Failure that names those that are not there */
async function findFiles({ paths, ticket, unfinished }: Upload): Promise<ChosenPath[]> {
  const found: ChosenPath[] = []
  let failure: unknown
  for (const [index, { name, type }] of unfinished.files.entries()) {
    const path = paths[index] ?? ''
    try {
      const { mtimeMs: modifiedAtMs, size } = await stat(path)
      found.push({ file: { name, type, modifiedAtMs, source: pathSource(path, size, modifiedAtMs) }, path })
    } catch (cause) {
      failure ??= cause
      say(`cannot read ${path}: ${describeSystemError(cause)}`)
    }
  }
  if (failure === undefined) return found
  const hint = `when they are back, ${howToGoOn(ticket)}`
  throw new Failure('files are missing; what was sent is kept', { hint, cause: failure })
}

function hasChanged(
  { source: { size }, modifiedAtMs }: ChosenPath['file'],
  { unfinished }: Upload,
  index: number,
): boolean {
  const before = unfinished.files[index]
  return before?.size !== size || before.modifiedAtMs !== modifiedAtMs
}

/** Seals what the files hold now, under another link, and ends the upload of what they held. Nobody had its link. */
async function sealAnew(
  { ticket: name, unfinished, letter }: Upload,
  files: readonly ChosenPath[],
  changed: readonly string[],
  passphraseFile: string | undefined,
  json: boolean,
): Promise<ExitCode> {
  const { text, terms, ticket, dropId } = unfinished
  for (const each of changed) say(`changed since: ${each}`)
  if (letter !== undefined || 'box' in terms) {
    await askAsSender(name, readTicket(name), revokeDrop)
    forgetUpload(dropId)
    forgetTicket(name)
    // Its readers may be others by now, and the sender has to see them.
    throw new Failure('a file has changed since; what was sent is deleted', { hint: 'send it to the box again' })
  }
  say('sealing it anew, with another link; what was sent before is deleted')
  const { ttlSeconds } = terms
  const order = { text, files, origin: ticket.origin, ttlSeconds, reads: ticket.reads }
  await checkSize(order)
  const passphrase = ticket.needsPassphrase ? await takeNewPassphrase(passphraseFile, { tries: 'ten' }) : ''
  const outgoing = await prepare({ ...order, passphrase })
  // Only now, when the new one is kept: a crash in between leaves both, and neither is lost.
  try {
    await askAsSender(name, readTicket(name), revokeDrop)
  } catch (error) {
    // Nothing of it has been sent, and the same command makes another.
    forgetOutgoing(outgoing)
    throw error
  }
  forgetUpload(dropId)
  forgetTicket(name)
  try {
    await deliverOutgoing(outgoing, json)
  } catch (error) {
    throw explainStop(error, outgoing)
  }
  return EXIT.done
}
