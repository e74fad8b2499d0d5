import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import type { ReaderKeys } from '#protocol/box-api.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { parseName, READER_KEYS_TYPE, readSigned } from '#protocol/card.ts'
import { isRecipient } from '#protocol/recipient.ts'
import type { Epoch } from '#protocol/epoch.ts'
import { DropError } from '#protocol/error.ts'
import { isWhole, listOf, membersOf, textOf } from '#protocol/json.ts'
import { EPOCHS_AHEAD, MAX_BOX_READERS, MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import { aboutForm, type Form } from '../answers.ts'
import { ageRecipient, newHeader } from '../crypto/envelope.ts'
import { signCompact } from '../crypto/jws.ts'
import { hkdfExpand, hkdfExtract } from '../crypto/kdf.ts'
import { signingKeyFromSeed, type SigningKey } from '../crypto/keys.ts'
import { ask, type Server } from '../server.ts'
import { identityAt, type Chain } from './chain.ts'
import type { KnownReader } from './state.ts'

/** The key by which a reader proves itself to the server. @param seed - `R`, 32 bytes. docs/protocol.md §13.2. */
export function deriveReaderKey(seed: Bytes): Promise<SigningKey> {
  return signingKeyFromSeed(hkdfExpand(hkdfExtract(utf8('sealdrop/v1/reader'), seed), 'key', 32))
}

/** The recipients of a chain from an epoch on: for that one and as many ahead as a box has cards. */
export async function recipientsFrom(chain: Chain, first: Epoch): Promise<readonly string[]> {
  const ages: string[] = []
  for (let epoch = first; epoch <= first + EPOCHS_AHEAD; epoch++) {
    const identity = identityAt(chain, epoch)
    if (identity === undefined) throw new RangeError('keys of an epoch that has been deleted')
    ages.push(await ageRecipient(identity))
  }
  return ages
}

/** A reader's announcement to a box's owner, signed by the reader. docs/protocol.md §13.2. */
export function signReaderKeys(
  box: BoxAddress,
  { name, first, ages }: Pick<KnownReader, 'name' | 'first' | 'ages'>,
  key: SigningKey,
): Promise<string> {
  return signCompact(READER_KEYS_TYPE, JSON.stringify({ v: 1, box, name, first, ages }), key)
}

/**
 * The reader that announces itself in a JWS; `undefined` unless its own key signed it, for this box, and one can seal to all of
 * its recipients: a card with one that is not sound would be refused by every sender.
 * @param known - recipients that have been tried before.
 */
export async function readReaderKeys(
  jws: string,
  box: BoxAddress,
  known: ReadonlySet<string> = new Set(),
): Promise<KnownReader | undefined> {
  let signed: Awaited<ReturnType<typeof readSigned>>
  try {
    signed = await readSigned(jws, READER_KEYS_TYPE, MAX_READER_KEYS_CHARACTERS)
  } catch {
    return undefined
  }
  const members = membersOf(signed.payload, ['v', 'box', 'name', 'first', 'ages'])
  if (members === undefined || members['v'] !== 1 || textOf(members['box'], parseBoxAddress) !== box) return undefined
  const name = parseName(members['name'])
  const ages = listOf(members['ages'], (each) => textOf(each, (text) => (isRecipient(text) ? text : undefined)))
  if (name === undefined || ages === undefined || !isWhole(members['first'])) return undefined
  if (ages.length === 0 || ages.length > EPOCHS_AHEAD + 1) return undefined
  if (!(await areSound(ages.filter((age) => !known.has(age))))) return undefined
  return { name, key: signed.root, first: members['first'], ages }
}

/** Answer to `readers`, and to `keys`: what is announced, one compact JWS each. */
export function readerKeysForm(box: BoxAddress): Form<ReaderKeys> {
  return aboutForm({ box }, (body) => {
    const keys = listOf(body['keys'], (each) => textOf(each, (text) => text))
    // Each is looked into at some cost: nobody has more readers than a card.
    return keys === undefined || keys.length > MAX_BOX_READERS ? undefined : { keys }
  })
}

/**
 * Announces a reader's keys to the owner of its box. @param jws - as `signReaderKeys` made it
 * @throws DropError `not_done` if the server does not hold them then; Refused `not_proved`, `gone`
 */
export async function announce(server: Server, box: BoxAddress, member: SigningKey, jws: string): Promise<void> {
  const call = { name: 'keys', box, boxReader: member.publicKey, body: utf8(jws), signers: { member } } as const
  const { keys } = await ask(server, call, readerKeysForm(box))
  if (!keys.includes(jws)) throw new DropError('not_done')
}

async function areSound(recipients: readonly string[]): Promise<boolean> {
  if (recipients.length === 0) return true
  try {
    await newHeader(recipients)
    return true
  } catch {
    return false
  }
}
