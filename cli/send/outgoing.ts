import type { Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { type Message } from '#client/archive.ts'
import { archiveSize, type Described } from '#client/layout.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { HEADER_BYTES, payloadSize } from '#client/crypto/sizes.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { Refused } from '#client/refused.ts'
import { isOnePart } from '#client/capacity.ts'
import { deposit, fetchLimits, seal } from '#client/send.ts'
import { type Sealed, type Ticket } from '#client/sealed.ts'
import { mayHaveArrived } from '#client/server.ts'
import { announceDelivery, type BoxDelivery } from './letter.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, Failure } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { SAVE_IT, type ChosenPath } from './sources.ts'
import { noteDone } from '../state/records.ts'
import { paintLink, printJson, printOnce, say, sayOnSignals } from '../terminal/terminal.ts'
import { tooLarge, type MessageSizes } from './too-large.ts'
import { forgetPending, keepPending } from './outbox.ts'
import { forgetTicket, keepTicket, noteTicket } from '../sent/tickets.ts'
import { forgetUpload, journalOf, keepUpload } from './uploads.ts'
import { count, formatReads, formatSize, formatTime } from '../terminal/format.ts'

/** A message, and the terms on which it is sent. */
export interface SendOrder {
  readonly text: string
  readonly files: readonly ChosenPath[]
  /** Origin of the server. */
  readonly origin: string
  readonly ttlSeconds: number
  readonly reads: number
  /** `''` for a link that needs none. */
  readonly passphrase: string
}

/** A drop on its way to the server, of which the ticket is kept, and if it has parts all that it takes to go on. */
export interface Outgoing {
  readonly sealed: Sealed
  /** Name of the ticket. */
  readonly name: string
  /** The sender key, and its seed of 32 bytes. */
  readonly sender: SigningKey
  readonly seed: Bytes
  /** Of a drop that goes into a box: a ticket is kept of it only until it has arrived. */
  readonly letter?: BoxDelivery | undefined
}

/** @throws Failure if it is too large for the server, which is asked only about what does not fit one part */
export async function checkSize({ text, files, origin }: Omit<SendOrder, 'passphrase'>): Promise<void> {
  if (goesInOnePart({ text, files })) return
  refusePipes(files)
  let largest: number
  try {
    ;({ largest } = await fetchLimits(connect(origin, PATIENCE_MS.look)))
  } catch (error) {
    throw nameServer(error, origin, UNREACHED)
  }
  const size = HEADER_BYTES + payloadSize(archiveSize(...measure({ text, files })))
  if (size > largest) throw tooLarge(`the server at ${origin}`, largest, sizesOf({ text, files }))
}

/** Text and files, as far as their size goes. */
export function sizesOf({ text, files }: Pick<SendOrder, 'text' | 'files'>): MessageSizes {
  return { text, files: files.map(({ file: { name, source } }) => ({ name, size: source.size })) }
}

/** Whether a message goes in one part. */
export function goesInOnePart(content: Pick<SendOrder, 'text' | 'files'>): boolean {
  return isOnePart(...measure(content))
}

function measure({ text, files }: Pick<SendOrder, 'text' | 'files'>): [textBytes: number, files: Described[]] {
  return [Buffer.byteLength(text), files.map(({ file: { name, type, source } }) => ({ name, type, size: source.size }))]
}

/** @throws Failure if a file could be read only once: what goes in parts is read again to go on */
export function refusePipes(files: readonly ChosenPath[]): void {
  const pipe = files.find(({ path }) => path === undefined)
  if (pipe !== undefined)
    throw new Failure(`cannot send ${pipe.file.name} with so much else: a pipe is read only once`, { hint: SAVE_IT })
}

/** Makes link and keys, and keeps what must outlive this process. Nothing has been sent then. */
export async function prepare({ text, files, ...terms }: SendOrder): Promise<Outgoing> {
  const seed = randomBytes(32)
  const sender = await signingKeyFromSeed(seed)
  const message: Message = { text, files: files.map(({ file }) => file) }
  const sealed = await seal(message, { ...terms, sender, stretch, now: Date.now(), onProgress: makeProgress() })
  return keepOutgoing({ sealed, sender, seed }, files)
}

/** Keeps what must outlive this process. */
export function keepOutgoing(outgoing: Omit<Outgoing, 'name'>, files: readonly ChosenPath[]): Outgoing {
  const { sealed, seed, letter } = outgoing
  const isInParts = sealed.parts > 1
  // Before the deposit: a drop that is out there can be revoked whatever happens to this process.
  const name = keepTicket({ ticket: sealed.ticket, seed })
  if (isInParts) {
    const paths = files.map(({ path }) => path ?? '')
    try {
      keepUpload({ ticket: name, seed, paths, unfinished: sealed.unfinished, letter })
    } catch (error) {
      // Nothing is sent then, and the ticket would be of nothing.
      forgetTicket(name)
      throw error
    }
  }
  return { ...outgoing, name }
}

/** Deposits a drop, prints its link or its return code, and removes what was kept to go on. */
export async function deliverOutgoing(outgoing: Outgoing, json: boolean): Promise<void> {
  const { sealed, name, sender, letter } = outgoing
  const { dropId, parts, ticket: planned } = sealed
  const isInParts = parts > 1
  if (!isInParts) await keepWhole(outgoing)
  sayOnSignals([`stopped; ${isInParts ? howToGoOn(name) : howToBeSure(name)}`])
  const progress = makeProgress()
  const ticket = await deposit(connect(planned.origin, isInParts ? PATIENCE_MS.transfer : PATIENCE_MS.send), sealed, {
    sender,
    // The answer is a short receipt: nobody needs to see how much of it has come.
    onProgress: (now) => now.stage !== 'receiving' && progress(now),
    journal: isInParts ? journalOf(dropId) : undefined,
  })
  const { link } = sealed
  if (letter === undefined) await announceLink({ ...outgoing, link, dropId }, ticket, json)
  else await announceDelivery(letter, { again: name, expiresAtMs: ticket.expiresAtMs, json })
  if (letter !== undefined)
    noteDone(() => {
      forgetUpload(dropId)
      forgetPending(dropId)
      forgetTicket(name)
    })
  sayOnSignals([])
  const { text, files } = sealed.unfinished
  const until = `until ${formatTime(ticket.expiresAtMs)}`
  if (letter !== undefined) {
    say(`sealed ${describeMessage(text, files)} for ${letter.name}; it waits there ${until}`)
    return
  }
  say(`sealed ${describeMessage(text, files)}; opens ${formatReads(ticket.reads)}, ${until}`)
  if (ticket.needsPassphrase) say('the link opens it only with the passphrase: give that by another way')
  say(`see whether it has been opened, or end it: sealdrop status ${name}, sealdrop revoke ${name}`)
}

/** Keeps what goes out whole, before it does. Nothing has been sent if that fails, and nothing is kept then. */
async function keepWhole(outgoing: Outgoing): Promise<void> {
  const { sealed, name: ticket, letter } = outgoing
  const { dropId, invitation, link, terms, unfinished } = sealed
  const begun = { ticket, dropId, said: describeMessage(unfinished.text, unfinished.files) }
  try {
    if (letter === undefined || !('box' in terms)) return keepPending({ ...begun, link })
    keepPending({ ...begun, letter, terms, invitation, body: await sealed.sealPart(0) })
  } catch (error) {
    forgetOutgoing(outgoing)
    throw error
  }
}

/** Prints the link of a drop that has arrived, and removes what was kept to have it again. */
export async function announceLink(
  {
    name,
    seed,
    link,
    dropId,
  }: { readonly name: string; readonly seed: Bytes; readonly link: string; readonly dropId: DropId },
  ticket: Ticket,
  json: boolean,
): Promise<void> {
  // After the link, which counts more: if this fails, the ticket that was kept before still serves.
  const note = (): void => noteTicket(name, { ticket, seed })
  try {
    const result = { link, ticket: name, expires: new Date(ticket.expiresAtMs).toISOString(), reads: ticket.reads }
    await (json ? printJson(result, printOnce) : printOnce(`${paintLink(link)}\n`))
  } catch (error) {
    say(
      `the drop is out there, and its link could not be printed: sealdrop resume ${name} prints it, sealdrop revoke ${name} ends it`,
    )
    note()
    throw error
  }
  // At once: if this command is killed now, nobody is told that the link was not printed.
  noteDone(() => {
    forgetUpload(dropId)
    forgetPending(dropId)
  })
  note()
}

/** Forgets what was kept of a drop that nobody will ever have the link of. */
export function forgetOutgoing({ sealed: { dropId }, name }: Outgoing): void {
  forgetUpload(dropId)
  forgetPending(dropId)
  forgetTicket(name)
}

/** The failure that is told of a delivery; everything that was kept to go on is removed if it is of no more use. */
export function explainStop(cause: unknown, outgoing: Outgoing): unknown {
  const { sealed, name, letter } = outgoing
  const error = sealed.invitation === undefined ? cause : explainInvited(cause)
  const { parts, ticket } = sealed
  const code = isDropError(cause) ? cause.code : undefined
  // Printing failed: the drop is out there.
  if (code === undefined && parts === 1 && error instanceof Failure) return error
  if (parts === 1 && mayHaveArrived(cause)) {
    const { message, exitCode } = explain(nameServer(error, ticket.origin))
    return new Failure(message, { exitCode, hint: howToBeSure(name), cause: error })
  }
  const isOver = parts === 1 || (code !== undefined && OVER.has(code))
  if (isOver) forgetOutgoing(outgoing)
  if (error instanceof Refused && error.code === 'too_large')
    return tooLarge(`the server at ${ticket.origin}`, error.largest, sealed.unfinished, letter !== undefined)
  if (code === 'gone')
    return new Failure('the server has ended this upload', { exitCode: EXIT.gone, hint: 'send it again', cause: error })
  if (isOver) return nameServer(error, ticket.origin, letter === undefined ? UNREACHED : UNREACHED_BOX)
  const { message, exitCode } = explain(nameServer(error, ticket.origin))
  const hint = code !== 'file_changed' ? howToGoOn(name) : letter === undefined ? anew(name) : again(name)
  return new Failure(message, { exitCode, hint, cause: error })
}

/** An invitation has room of its own, and the server says no more than that something is full. */
function explainInvited(error: unknown): unknown {
  if (!isDropError(error) || error.code !== 'box_full') return error
  const hint = 'nothing was sent; send less, or ask its owner for another invitation'
  return new Failure('this invitation is used up, or the box is full', { exitCode: EXIT.tryLater, hint, cause: error })
}

/** `5 bytes of text and 2 files (1.2 GiB)`. */
export function describeMessage(text: string, files: readonly { readonly size: number }[]): string {
  const words = text === '' ? [] : [`${formatSize(Buffer.byteLength(text))} of text`]
  const size = files.reduce((sum, each) => sum + each.size, 0)
  if (files.length > 0) words.push(`${count(files.length, 'file')} (${formatSize(size)})`)
  return words.join(' and ')
}

/** How to go on where a file is not what it was. */
function anew(name: string): string {
  return `sealdrop resume ${name} seals it anew, with another link`
}

/** The same for a drop into a box: its sender has to see its readers again. */
function again(name: string): string {
  return `sealdrop revoke ${name} deletes what was sent; send it to the box again`
}

/** The remedy for a drop whose deposit was not answered. */
export function howToBeSure(name: string): string {
  return `it may have arrived: sealdrop resume ${name} makes sure, sealdrop revoke ${name} takes it back`
}

export function howToGoOn(name: string): string {
  return `sealdrop resume ${name} goes on, sealdrop revoke ${name} cancels it`
}

const UNREACHED =
  'nothing was sent; --server and SEALDROP_SERVER name another server, and in a clone npm start runs one'

const UNREACHED_BOX = 'nothing was sent; --server and SEALDROP_SERVER name the server that the box is on'

/** Refusals after which what was kept to go on is of no more use. */
const OVER: ReadonlySet<string> = new Set(['too_large', 'id_taken', 'gone', 'invitation_needed'])
