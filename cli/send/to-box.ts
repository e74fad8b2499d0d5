import type { BoxAddress } from '#protocol/address.ts'
import type { Card } from '#protocol/card.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { readWriteTarget } from '#client/box/address-link.ts'
import type { ReturnCode } from '#client/box/return.ts'
import { fetchCard, sealForBox, type FetchedCard } from '#client/box/write.ts'
import { sinceMsOf } from '#client/box/card-fault.ts'
import { isClockFault } from '#client/clocks.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import type { Sealed } from '#client/sealed.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explainClock, Failure } from '../failure.ts'
import { readerName } from '../sent/drop-status.ts'
import type { BoxDelivery } from './letter.ts'
import { readContent, type Content } from './message.ts'
import { sizesOf, deliverOutgoing, explainStop, keepOutgoing, refusePipes } from './outgoing.ts'
import { makeProgress } from '../terminal/progress.ts'
import { readPasted } from '../terminal/secrets.ts'
import { say } from '../terminal/terminal.ts'
import { tooLarge, type MessageSizes } from './too-large.ts'
import { formatDate } from '../terminal/format.ts'
import { knownSerial } from './known-cards.ts'
import { parseServer } from '../options.ts'

/** A box to write to, and where it is. */
export interface Target {
  readonly origin: string
  readonly address: BoxAddress
  readonly invitation?: Uint8Array<ArrayBuffer> | undefined
}

/** On which terms somebody writes. */
export interface WriteTerms {
  readonly ttlSeconds: number
  readonly returnCode?: ReturnCode | undefined
  /** Whether the sender has the return code already: it is not given out again. */
  readonly isKnown?: boolean
  /** Whether the card's serial is remembered, so that no older card is believed later. */
  readonly remember: boolean
  readonly json: boolean
}

/** The box that options name: an address, an invitation, or a link with either. @throws DropError `bad_address` */
export async function chooseTarget(values: {
  readonly to?: string | undefined
  readonly 'to-file'?: string | undefined
  readonly server?: string | undefined
}): Promise<Target> {
  const { to, 'to-file': file, server } = values
  const target = readWriteTarget(file === undefined ? (to ?? '') : await readPasted(file, 'address'))
  if (target === undefined) throw new DropError('bad_address')
  const { address, invitation } = target
  return {
    origin: server === undefined ? (target.origin ?? parseServer(server)) : parseServer(server),
    address,
    invitation,
  }
}

/**
 * Seals for all readers of a box, whom the sender is shown before, and leaves it there.
 * @param paths - as for `send`.
 */
export async function writeToBox(target: Target, paths: readonly string[], terms: WriteTerms): Promise<void> {
  const { origin, address, invitation } = target
  const { ttlSeconds, returnCode, isKnown = false, remember, json } = terms
  const { card, largest } = await fetchTodaysCard(target)
  const known = knownSerial(address)
  for (const sentence of describeReaders(card)) say(sentence)
  // Said at once, and not after somebody has typed for an hour.
  if (card.terms.invitation && invitation === undefined) throw new DropError('invitation_needed')
  const { text, files } = await readContent(paths)
  const seed = randomBytes(32)
  const sender = await signingKeyFromSeed(seed)
  const message = { text, files: files.map(({ file }) => file) }
  const order = { origin, address, card, invitation, ttlSeconds, sender, now: Date.now(), returnCode, largest }
  const sealed = await orTooLarge(
    largest,
    sizesOf({ text, files }),
    sealForBox(message, { ...order, onProgress: makeProgress() }),
  )
  const letter: BoxDelivery = {
    to: address,
    name: card.name,
    readers: card.readers.map(({ name }) => name),
    serial: remember || known !== undefined ? card.serial : undefined,
    returnCode: isKnown ? undefined : returnCode,
  }
  await post({ sealed, letter, seed, sender }, files, json)
}

/** Deposits a drop for a box or a return address. */
export async function post(
  outgoing: Parameters<typeof keepOutgoing>[0],
  files: Content['files'],
  json: boolean,
): Promise<void> {
  if (outgoing.sealed.parts > 1) refusePipes(files)
  const kept = keepOutgoing(outgoing, files)
  try {
    await deliverOutgoing(kept, json)
  } catch (error) {
    throw explainStop(error, kept)
  }
}

/** @throws Failure for a message that is larger than the box takes. @param largest - bytes of ciphertext */
async function orTooLarge<T extends Sealed>(largest: number, bulk: MessageSizes, sealing: Promise<T>): Promise<T> {
  try {
    return await sealing
  } catch (cause) {
    throw isDropError(cause) && cause.code === 'too_large' ? tooLarge('this box', largest, bulk, true) : cause
  }
}

async function fetchTodaysCard({ origin, address }: Target): Promise<FetchedCard> {
  try {
    return await fetchCard(connect(origin, PATIENCE_MS.look), address, { now: Date.now(), known: knownSerial(address) })
  } catch (error) {
    throw explainCard(nameServer(error, origin, 'nothing was sent; is it the server that the box is on?'), origin)
  }
}

function explainCard(error: unknown, origin: string): unknown {
  if (!isDropError(error)) return error
  if (isClockFault(error)) return explainClock(error, 'sent')
  const sinceMs = sinceMsOf(error)
  if (sinceMs !== undefined) {
    const hint = 'nothing was sealed; ask the owner by another way to unlock the box'
    const sentence = `this box's owner has not renewed its keys since ${formatDate(sinceMs)}`
    return new Failure(sentence, { exitCode: EXIT.mismatch, hint, cause: error })
  }
  if (error.code === 'gone')
    return new Failure(`there is no such box at ${origin}`, { exitCode: EXIT.gone, hint: ELSEWHERE, cause: error })
  return error
}

/** The readers, shown before anything is sealed. The names are the owner's word, the keys are what counts. */
function describeReaders({ name, readers }: Card): string[] {
  const who = readers.length === 1 ? '1 reader' : `${readers.length} readers`
  return [`${name} has ${who}:`, ...readers.map((reader) => `  ${reader.name} (${readerName(reader.key)})`)]
}

const ELSEWHERE = 'nothing was sent; is it the address and the server that the owner published?'
