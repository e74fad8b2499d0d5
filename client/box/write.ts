import { addressOf, type BoxAddress } from '#protocol/address.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { checkCard, readCard, type Card } from '#protocol/card.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { formatDropId } from '#protocol/id.ts'
import { DROP_ID_BYTES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import type { Message } from '../archive.ts'
import { randomBytes } from '../crypto/random.ts'
import { askTime, ClockFault, isFarOff } from '../clocks.ts'
import { cleanNames } from '../layout.ts'
import type { Sealed } from '../sealed.ts'
import type { Server } from '../server.ts'
import { formatBoxLink, formatInvitation } from './address-link.ts'
import { CardFault } from './card-fault.ts'
import { sealLetter, type Posting } from './letter.ts'
import { askForCard } from './own-card.ts'
import { deriveReturn, type ReturnCode } from './return.ts'
import { signReply } from './thread.ts'

/** A box's card of today. Its root key signed it, and it holds. */
export interface FetchedCard {
  readonly card: Card
  readonly root: PublicKey
  /** Bytes of ciphertext of the largest drop that both the server and the box take. */
  readonly largest: number
}

export interface BoxOrder extends Posting {
  readonly address: BoxAddress
  /** As `fetchCard` gave it, with the readers whom the sender was shown. */
  readonly card: Card
  /** The secret of an invitation: 16 bytes. */
  readonly invitation?: Bytes | undefined
  /** Where the sender looks for answers: written down before anything is deposited. */
  readonly returnCode?: ReturnCode | undefined
}

export interface AnswerOrder extends Posting {
  /** From the item that is answered. */
  readonly to: { readonly key: PublicKey; readonly age: string }
  /** The box that answers. */
  readonly from: BoxAddress
}

/**
 * Asks for a box's card, and believes none that its root key did not sign for today.
 * @throws CardFault `bad_card`, `foreign_card`, `stale_card`, `future_card`, `rolled_back_card`; ClockFault where it is this
 * device's clock by which it does not hold; Refused `gone`; DropError `offline`, `bad_answer`
 */
export async function fetchCard(
  server: Server,
  address: BoxAddress,
  order: {
    /** Milliseconds since 1970. */
    readonly now: number
    /** The largest serial of this box that is remembered. */
    readonly known?: number | undefined
  },
): Promise<FetchedCard> {
  const { card: jws, largest } = await askForCard(server, address)
  const { card, root } = await readCard(jws, address).catch((error: unknown) => {
    throw faultOf(error)
  })
  try {
    checkNow(card, order.now, order.known)
  } catch (error) {
    throw await clockOrCard(server, order.now, error)
  }
  return { card, root, largest: Math.min(largest, card.terms.largest) }
}

/** A card that does not hold now says nothing of its owner if it is this device's clock that is wrong. */
async function clockOrCard(server: Server, now: number, fault: unknown): Promise<unknown> {
  const isOfTime = isDropError(fault) && (fault.code === 'stale_card' || fault.code === 'future_card')
  const told = isOfTime ? await askTime(server).catch(() => undefined) : undefined
  return told !== undefined && isFarOff(now, told) ? new ClockFault(now, told, fault) : fault
}

/**
 * Seals a message for all readers on a card. Reads no file. `deposit` brings it into the box.
 * @throws CardFault for a card of another box, one that does not hold at `now`, or with a reader's key that is not sound;
 * DropError `too_large` if it has too many files, or more bytes than the card or `largest` allow
 */
export async function sealForBox(message: Message, order: BoxOrder): Promise<Sealed<BoxTerms>> {
  const { origin, address: box, card, invitation, returnCode, largest = Infinity } = order
  if (card.box !== box) throw new CardFault('foreign_card', card)
  // It may have been fetched days ago, by a page that was left open.
  checkNow(card, order.now)
  const drop = formatDropId(randomBytes(DROP_ID_BYTES))
  const to = { box, drop, serial: card.serial, readers: card.readers.map(({ key }) => key) }
  const said = { box, drop, text: message.text, files: sealedFiles(message) }
  const reply = returnCode === undefined ? undefined : await signReply(await deriveReturn(returnCode), said)
  const letter = {
    letterhead: { to, reply },
    recipients: card.readers.map(({ age }) => age),
    notSound: (cause: unknown) => new CardFault('bad_card', card, cause),
    link: invitation === undefined ? formatBoxLink(origin, box) : formatInvitation(origin, box, invitation),
    invitation: invitation === undefined ? undefined : toBase64url(invitation),
  }
  return sealLetter(message, letter, { ...order, largest: Math.min(largest, card.terms.largest) })
}

/**
 * Seals an answer for the holder of the return code. Reads no file. `deposit` brings it to where that code looks.
 * @throws DropError `bad_address` for a key that is not sound, `too_large`
 */
export async function sealAnswer(message: Message, order: AnswerOrder): Promise<Sealed<BoxTerms>> {
  const { from, origin, to } = order
  const box = await addressOf(to.key)
  const drop = formatDropId(randomBytes(DROP_ID_BYTES))
  const letter = {
    letterhead: { to: { box, drop, serial: 0, readers: [] }, from },
    recipients: [to.age],
    notSound: (cause: unknown) => new DropError('bad_address', { cause }),
    link: formatBoxLink(origin, box),
  }
  return sealLetter(message, letter, order)
}

/** The files as they will stand in the archive. */
function sealedFiles({ text, files }: Message): readonly { name: string; size: number }[] {
  const names = cleanNames(files, text !== '')
  return files.map(({ source }, index) => ({ name: names[index] ?? '', size: source.size }))
}

/** @throws CardFault unless the card holds now */
function checkNow(card: Card, now: number, known?: number): void {
  try {
    checkCard(card, now, known)
  } catch (error) {
    throw faultOf(error, card)
  }
}

function faultOf(error: unknown, card?: Card): unknown {
  return isDropError(error) ? new CardFault(error.code, card, error) : error
}
