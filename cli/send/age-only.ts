import { join } from 'node:path'
import { DROP_ID_FIELD, REQUESTS } from '#protocol/api.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { onePartCapacity } from '#client/capacity.ts'
import type { Sealed } from '#client/sealed.ts'
import { termsFields } from '#client/terms-fields.ts'
import { describeSystemError, explain, Failure } from '../failure.ts'
import { removeFile } from '../state/files.ts'
import { describeMessage, goesInOnePart, prepare, type SendOrder } from './outgoing.ts'
import { prepareFolder } from '../open/save.ts'
import { paintLink, printJson, printOnce, say } from '../terminal/terminal.ts'
import { forgetTicket } from '../sent/tickets.ts'
import { formatDuration, sizeAtMost } from '../terminal/format.ts'
import { createNamedFile } from '../state/writing.ts'

/** @throws Failure if it would take more than one request to deposit: those are signed, one by one */
export function requireOnePart(content: Pick<SendOrder, 'text' | 'files'>): void {
  if (goesInOnePart(content)) return
  const files = content.files.map(({ file }) => file)
  const most = sizeAtMost(onePartCapacity(content.text !== '', files))
  throw new Failure(`too large for --age-only: at most ${most} go in one request`, {
    hint: 'what is larger goes in parts, each of them signed: that takes sealdrop send, without --age-only',
  })
}

/**
 * Seals a message into an age file, and prints the link and the line by which anybody with curl deposits the file. Asks no
 * server. The ticket is kept, as of every drop.
 */
export async function sealIntoFile(order: SendOrder, folder: string, json: boolean): Promise<void> {
  prepareFolder(folder)
  const { sealed, name } = await prepare(order)
  const file = `sealdrop-${name}.age`
  let curl: string
  try {
    const bytes = await sealed.sealPart(0)
    curl = await curlLine(sealed, file, await contentDigest(bytes))
    writeAge(join(folder, file), bytes)
  } catch (error) {
    forgetTicket(name)
    throw explain(error)
  }
  const { link, ticket } = sealed
  const path = join(folder, file)
  try {
    await (json
      ? printJson({ link, ticket: name, file: path, curl, reads: ticket.reads }, printOnce)
      : printOnce(`${paintLink(link)}\n\n${curl}\n`))
  } catch (error) {
    // Nothing has been sent, and nobody has the link of what is in the file.
    removeFile(path)
    forgetTicket(name)
    throw error
  }
  const { text, files } = sealed.unfinished
  say(`sealed ${describeMessage(text, files)} in ${path}; nothing has been sent`)
  say(
    'to send it, run the curl line where that file is, on any computer: there is no secret in line or file, only in the link',
  )
  if (ticket.needsPassphrase) say(GUESSABLE)
  say(`its time of ${formatDuration(order.ttlSeconds)} begins then; see whether it is there: sealdrop status ${name}`)
}

function writeAge(path: string, bytes: Uint8Array): void {
  let isNew: boolean
  try {
    isNew = createNamedFile(path, bytes)
  } catch (cause) {
    throw new Failure(`cannot write ${path}: ${describeSystemError(cause)}`, { cause })
  }
  if (!isNew) throw new Failure(`${path} is there already`)
}

/** The command line that deposits a drop with nothing of ours. Creating is unsigned: docs/protocol.md §6.1. */
async function curlLine(sealed: Sealed, file: string, digest: string): Promise<string> {
  const { method, path } = REQUESTS.create
  const fields = {
    [DROP_ID_FIELD]: sealed.dropId,
    ...termsFields(sealed),
    // A file that was damaged before it is deposited is refused.
    'Content-Digest': digest,
    'Content-Type': 'application/octet-stream',
  }
  const lines = Object.entries(fields).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`)
  const { origin } = sealed.ticket
  return [
    `curl --fail-with-body -X ${method}`,
    ...lines,
    `--data-binary ${quote(`@${file}`)}`,
    quote(`${origin}${path}`),
  ].join(' \\\n  ')
}

/** As a shell takes it for one word, whatever is in it: the name of a host may have an apostrophe. */
function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

const GUESSABLE = 'anyone with line or file, and the link, can try passphrases at home: give them to different people'
