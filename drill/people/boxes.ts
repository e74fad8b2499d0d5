import { accessOfReturn, accessOfState, type Access } from '#client/box/access.ts'
import { sealBackup } from '#client/box/backup.ts'
import { collectParts, deleteItems, listItems, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { announceKeys, join, makeReaderCode } from '#client/box/joining.ts'
import { addReader, createBox, publish, removeReader } from '#client/box/owner.ts'
import { invite, listInvitations } from '#client/box/invitations.ts'
import { formatBoxLink, parseWriteTarget } from '#client/box/address-link.ts'
import { parseReaderCode } from '#client/box/reader-code.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { rootOf } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { newVault } from '#client/box/vault.ts'
import { fetchCard, sealAnswer, sealForBox } from '#client/box/write.ts'
import type { DropFile } from '#client/archive.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { formatLink } from '#client/link.ts'
import { deposit } from '#client/send.ts'
import { memoryStaging } from '#client/staging.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { fileOf, newPassphrase, noteEnvelope } from './drops.ts'
import { newNotedKey, unique, uniqueText, type Person } from './person.ts'
import { noteInvitation, noteReaderCode, noteReturnCode, noteState } from './secrets.ts'

/** The people who take part. */
export interface BoxPeople {
  readonly owner: Person
  /** They become readers of the box, one after the other. */
  readonly readers: readonly Person[]
  readonly source: Person
}

/**
 * Uses everything that boxes have: drops by the card of one reader, of two, of four, of five; answers, more drops, also by
 * invitation; a deletion, a removed reader; and a box that is never published.
 * @returns the link of a box that accepts drops from everybody
 */
export async function practiseBoxes({ owner, readers, source }: BoxPeople): Promise<string> {
  await keepToOneself(owner)
  let state = await makeBox(owner, 'Redaktion', false)
  await write(source, state, { text: uniqueText('for one reader') })
  const states: BoxState[] = []
  for (const [index, reader] of readers.entries()) {
    const joined = await becomeReader(reader, state)
    states.push(joined.state)
    state = await addReader(owner.server, state, joined.code, Date.now())
    const count = index + 2
    // Three readers look like four.
    if (count !== 4) await write(source, state, { text: uniqueText(`for ${count} readers`) })
  }
  const [first] = states
  const [other] = readers
  if (first === undefined || other === undefined) throw new Error('the drill needs a second reader')
  await announceKeys(other.server, first, Date.now())

  await converse({ owner, readers, source }, state, first)
  const leaver = await deriveReaderKey(first.reader.seed)
  state = await removeReader(owner.server, state, leaver.publicKey, Date.now())
  noteState(owner, state)
  await backUp(owner, state)
  await practiseInvitations(owner, source)
  return formatBoxLink(state.origin, state.box)
}

/** A source writes with a return code and a file, gets an answer, writes again, and gets another one. */
async function converse({ owner, readers, source }: BoxPeople, state: BoxState, second: BoxState): Promise<void> {
  const code = newReturnCode()
  await noteReturnCode(source, code)
  const file = fileOf(source, `Beweisstück ${uniqueText('Ordner').trim()}.pdf`, unique('Rechnung', 20_000))
  await write(source, state, { text: uniqueText('the tip'), files: [file], code })
  const owned = await accessOfState(state)
  const tip = await openNewest(owner, owned)
  const [other = owner] = readers
  await openNewest(other, await accessOfState(second))
  await answer(owner, state, tip, uniqueText('which folder'))

  const back = accessOfReturn(await deriveReturn(code))
  const reply = await openNewest(source, back)
  if (reply.from !== state.box) throw new Error('an answer of the drill came from elsewhere')
  await write(source, state, { text: uniqueText('the blue one'), code })
  const again = await openNewest(owner, owned)
  await answer(owner, state, again, uniqueText('thank you'))
  const { items } = await listItems(owner.server, owned, ALL)
  const { key: root } = await rootOf(state)
  await deleteItems(
    owner.server,
    root,
    state.box,
    items.slice(0, 1).map(({ drop }) => drop),
  )
}

/** A box that accepts drops by invitation only. */
async function practiseInvitations(owner: Person, source: Person): Promise<void> {
  const label = uniqueText('für Herrn Größe').trim()
  owner.notebook.text(owner.name, 'label of an invitation', label)
  const closed = await makeBox(owner, 'Ombudsstelle', true)
  const order = { label, items: 5, bytes: 1_000_000, lifeSeconds: 86_400 }
  const { state, link } = await invite(owner.server, closed, order)
  await noteInvitation(owner, link)
  await write(source, state, { text: uniqueText('invited'), invitation: parseWriteTarget(link)?.invitation })
  await listInvitations(owner.server, state)
}

/** A box that is made and sealed on a device and never published: the server must not know even its name. */
async function keepToOneself(owner: Person): Promise<void> {
  const { state } = await createBox(planOf(owner, 'Privates Postfach', true))
  noteState(owner, { ...state, name: `${state.name} (never published)` })
  owner.notebook.text(owner.name, 'name of a box that was not published', state.name)
  await lockUp(owner, state)
}

async function makeBox(owner: Person, name: string, invitation: boolean): Promise<BoxState> {
  const { state } = await createBox(planOf(owner, name, invitation))
  noteState(owner, state)
  await lockUp(owner, state)
  return publish(owner.server, state, Date.now())
}

function planOf(owner: Person, name: string, invitation: boolean): Parameters<typeof createBox>[0] {
  const readerName = `${owner.name}, ${uniqueText('Gerät').trim()}`
  const terms = { largest: 100_000_000, invitation }
  return { origin: owner.server.origin, name: uniqueText(name).trim(), readerName, terms, now: Date.now() }
}

/** Seals a state for the device. Nothing of it goes to the server. */
async function lockUp({ name, notebook }: Person, state: BoxState): Promise<void> {
  const passphrase = newPassphrase()
  notebook.text(name, 'passphrase of a box', passphrase)
  const { key } = await newVault(state, passphrase, stretch)
  notebook.bytes(name, 'key of a vault', key)
}

async function backUp({ name, notebook }: Person, state: BoxState): Promise<void> {
  const passphrase = newPassphrase()
  notebook.text(name, 'passphrase of a backup', passphrase)
  const file = await sealBackup(state, passphrase)
  notebook.bytes(name, 'backup', file.slice(0, 64))
  notebook.bytes(name, 'backup', file.slice(-64))
}

async function becomeReader(person: Person, { box, origin }: BoxState): Promise<{ state: BoxState; code: string }> {
  const readerName = `${person.name}, ${uniqueText('Telefon').trim()}`
  const state = await join({ origin, box, readerName, now: Date.now() })
  noteState(person, { ...state, name: '' })
  await lockUp(person, state)
  const { code } = await makeReaderCode(person.server, state, Date.now(), stretch)
  const secret = parseReaderCode(code)
  if (secret === undefined) throw new Error('a reader code that the drill made is damaged')
  await noteReaderCode(person, code, secret.bytes, formatLink(origin, secret))
  return { state, code }
}

interface Letter {
  readonly text: string
  readonly files?: readonly DropFile[]
  readonly code?: ReturnCode
  readonly invitation?: Bytes | undefined
}

async function write(person: Person, { box, origin }: BoxState, letter: Letter): Promise<void> {
  const { text, files = [], code: returnCode, invitation } = letter
  const { card } = await fetchCard(person.server, box, { now: Date.now() })
  const sender = await newNotedKey(person, 'sender')
  const order = { origin, address: box, card, ttlSeconds: 1_209_600, sender, now: Date.now(), returnCode, invitation }
  const sealed = await sealForBox({ text, files }, order)
  person.notebook.plaintext(person.name, 'text of a drop', utf8(text))
  noteEnvelope(person, sealed, card.readers.length)
  await deposit(person.server, sealed, { sender })
}

async function answer(person: Person, { box, origin }: BoxState, { reply }: OpenedItem, text: string): Promise<void> {
  if (reply === undefined) throw new Error('a tip of the drill takes no answers')
  const sender = await newNotedKey(person, 'sender')
  const order = { origin, to: reply, from: box, ttlSeconds: 1_209_600, sender, now: Date.now() }
  const sealed = await sealAnswer({ text, files: [] }, order)
  person.notebook.plaintext(person.name, 'text of an answer', utf8(text))
  noteEnvelope(person, sealed)
  await deposit(person.server, sealed, { sender })
}

async function openNewest({ server }: Person, access: Access): Promise<OpenedItem> {
  const { items } = await listItems(server, access, { order: 'before', seq: LAST, most: 1 })
  const [item] = items
  if (item === undefined) throw new Error('a drop for a box of the drill is not listed')
  return openItem(collectParts(server, access, item, memoryStaging()), access, item)
}

/** After the last item of every list. */
const LAST = 999_999_999_999_999

const ALL = { order: 'after', seq: 0, most: 100 } as const
