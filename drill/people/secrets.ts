import { formatInvitation, parseWriteTarget } from '#client/box/address-link.ts'
import { advance } from '#client/box/chain.ts'
import { deriveReturn, type ReturnCode } from '#client/box/return.ts'
import { rootSecret, type Phrase } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { hkdfExpand, hkdfExtract } from '#client/crypto/kdf.ts'
import { wordsToEntropy } from '#client/crypto/words.ts'
import { boxAddressBytes } from '#protocol/address.ts'
import { sha256, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { EPOCHS_AHEAD } from '#protocol/limits.ts'
import { noteIdentity, noteLink } from './drops.ts'
import type { Person } from './person.ts'

/** Every secret of a device that reads a box, also of its owner's device. docs/protocol.md §13.1, §13.2. */
export function noteState({ name, notebook }: Person, { phrase, reader, chain, name: called }: BoxState): void {
  if (phrase !== undefined) notePhrase({ name, notebook }, phrase)
  notebook.bytes(name, 'secret of a reader', reader.seed)
  const prk = hkdfExtract(utf8('sealdrop/v1/reader'), reader.seed)
  notebook.bytes(name, 'key of a reader', prk)
  notebook.bytes(name, 'seed of a reader of a box', hkdfExpand(prk, 'key', 32))
  for (let epoch = chain.epoch; epoch <= chain.epoch + EPOCHS_AHEAD; epoch++) {
    const { key } = advance(chain, epoch)
    notebook.bytes(name, 'key of a chain', key)
    noteIdentity(name, notebook, hkdfExpand(key, 'sealdrop/v1/age', 32))
  }
  // Both are on the card, which anyone with the address may have.
  notebook.text(name, 'name of a box', called, ['cards.jws'])
  notebook.text(name, 'name of a reader', reader.name, ['cards.jws', 'reader_keys.jws'])
}

/** A phrase, and the keys of its root. */
export function notePhrase({ name, notebook }: Pick<Person, 'name' | 'notebook'>, phrase: Phrase): void {
  notebook.words(name, 'phrase of a box', phrase.words)
  const entropy = wordsToEntropy(phrase.words, 32)
  if (entropy === undefined) throw new Error('a phrase that the drill made is none')
  notebook.bytes(name, 'entropy of a phrase', entropy)
  const secret = rootSecret(phrase)
  notebook.bytes(name, 'secret of a box', secret)
  notebook.bytes(name, 'seed of a root key', hkdfExpand(secret, 'root', 32))
}

/** A return code, and everything that is derived from it. The server holds the address of its key, to which answers go. */
export async function noteReturnCode({ name, notebook }: Person, { words }: ReturnCode): Promise<void> {
  notebook.words(name, 'return code', words)
  const entropy = wordsToEntropy(words, 16)
  if (entropy === undefined) throw new Error('a return code that the drill made is none')
  notebook.bytes(name, 'entropy of a return code', entropy)
  const secret = hkdfExtract(utf8('sealdrop/v1/return'), entropy)
  notebook.bytes(name, 'secret of a return code', secret)
  notebook.bytes(name, 'seed of a return key', hkdfExpand(secret, 'root', 32))
  noteIdentity(name, notebook, hkdfExpand(secret, 'age', 32))
  const { address } = await deriveReturn({ words })
  notebook.bytes(name, 'address of a return code', boxAddressBytes(address), ADDRESS_COLUMNS)
  notebook.text(name, 'address of a return code', address)
}

/** The secret of an invitation. The server holds its hash. */
export async function noteInvitation({ name, notebook, server }: Person, link: string): Promise<void> {
  const { address, invitation } = parseWriteTarget(link) ?? {}
  if (address === undefined || invitation === undefined) throw new Error('an invitation that the drill made is none')
  notebook.bytes(name, 'secret of an invitation', invitation)
  notebook.text(name, 'secret of an invitation', toBase64url(invitation))
  notebook.text(name, 'link of an invitation', formatInvitation(server.origin, address, invitation).split('#')[1] ?? '')
  notebook.bytes(name, 'hash of an invitation', await sha256(invitation), ['invitations.hash', 'items.invitation'])
}

/** A reader code, and its link. */
export async function noteReaderCode(person: Person, code: string, secret: Bytes, link: string): Promise<void> {
  const { name, notebook } = person
  notebook.text(name, 'reader code', code)
  notebook.bytes(name, 'secret of a reader code', secret)
  await noteLink(person, link, '')
}

/** The columns that hold the address to which answers go. docs/storage.md. */
const ADDRESS_COLUMNS = ['drops.box', 'boxes.address', 'items.box']
