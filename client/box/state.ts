import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseName, type BoxTermsOfCard } from '#protocol/card.ts'
import type { Epoch } from '#protocol/epoch.ts'
import { bytesOf, isWhole, listOf, membersOf, parseJson, textOf } from '#protocol/json.ts'
import { parseSafeKey, type PublicKey } from '#protocol/public-key.ts'
import { EPOCHS_AHEAD, INVITATION_BYTES, MAX_BOX_READERS } from '#protocol/limits.ts'
import { isRecipient } from '#protocol/recipient.ts'
import { originOf } from '../platform.ts'
import type { Chain } from './chain.ts'
import { parseReading, type Reading } from './reading.ts'
import { parsePhrase, type Phrase } from './root.ts'

/** All that a device keeps of a box: in a vault or in a backup, never unsealed. */
export interface BoxState {
  readonly v: 1
  readonly box: BoxAddress
  /** The server that it lives on: `https://drop.example`. */
  readonly origin: string
  /** The name on its card; before a reader-to-be has seen a card, the address. */
  readonly name: string
  /** Only on an owner's device. */
  readonly phrase: Phrase | undefined
  /** This device's reader: its name, and the 32 bytes `R` of docs/protocol.md §13.2. */
  readonly reader: { readonly name: string; readonly seed: Bytes }
  /** The keys with which its reader opens. Drops of epochs before `chain.epoch` cannot be opened any more. */
  readonly chain: Chain
  /** The readers as of the last card, this one among them. Owner only; `[]` otherwise. */
  readonly readers: readonly KnownReader[]
  /** The readers whom this device has removed: nobody else's card brings them back. Owner only. */
  readonly removed: readonly PublicKey[]
  readonly terms: BoxTermsOfCard
  /** Of the last card, published or seen; 0 before. */
  readonly serial: number
  /** The last epoch for which there is a card; before the first, the epoch before the present one. */
  readonly lastEpoch: Epoch
  readonly invitations: readonly KnownInvitation[]
  /** Milliseconds since 1970; `undefined` until there is a backup. */
  readonly backedUpAtMs: number | undefined
  /** 0 for never. */
  readonly autoLockMinutes: number
  readonly reading: Reading
}

/** A reader, and the keys that it has announced. */
export interface KnownReader {
  readonly name: string
  readonly key: PublicKey
  /** The epoch of the first of its keys. */
  readonly first: Epoch
  /** Recipients, `age1pq1…`, one for each epoch. `[]` for this device's own reader, whose chain tells. */
  readonly ages: readonly string[]
}

export interface KnownInvitation {
  /** The owner's label; `''` if there is none. */
  readonly label: string
  /** 16 bytes. */
  readonly secret: Bytes
  /** Drops, and bytes of ciphertext, that it allows. */
  readonly items: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number
}

/** Minutes after which a box locks itself where its owner says nothing else. */
export const AUTO_LOCK_MINUTES = 10

/**
 * @returns JSON. Secret: it goes into a vault or a backup and nowhere else.
 * @throws TypeError for a state that could not be read again: better than a vault that does not open
 */
export function formatState(state: BoxState): string {
  const { items } = state.reading
  const json = format({ ...state, reading: { items: {} } })
  if (parseState(json) === undefined) throw new TypeError('no state of a box')
  return Object.keys(items).length === 0 ? json : format(state)
}

/** The state in JSON that `formatState` wrote; `undefined` for anything else. */
export function parseState(json: string): BoxState | undefined {
  // A state of before readers were remembered as removed has removed none.
  const members = membersOf(parseJson(json), STATE, ['removed'])
  if (members === undefined || members['v'] !== 1) return undefined
  const { serial, lastEpoch, backedUpAtMs, autoLockMinutes } = members
  const box = textOf(members['box'], parseBoxAddress)
  const origin = originOf(members['origin'])
  const name = parseName(members['name'])
  const phrase = members['phrase'] === null ? 'none' : textOf(members['phrase'], parsePhrase)
  const reader = parseOwnReader(members['reader'])
  const chain = parseChain(members['chain'])
  const readers = listOf(members['readers'], parseReader)
  const removed = listOf(members['removed'] ?? [], parseSafeKey)
  const terms = parseTerms(members['terms'])
  const invitations = listOf(members['invitations'], parseInvitation)
  const reading = parseReading(members['reading'])
  if (box === undefined || origin === undefined || name === undefined || phrase === undefined) return undefined
  if (reader === undefined || chain === undefined || readers === undefined || terms === undefined) return undefined
  if (removed === undefined || invitations === undefined || reading === undefined) return undefined
  if (!isWhole(serial) || !isWhole(lastEpoch) || !isWhole(autoLockMinutes)) return undefined
  if (backedUpAtMs !== null && !isWhole(backedUpAtMs)) return undefined
  if (readers.length > MAX_BOX_READERS || new Set(readers.map(({ key }) => key)).size !== readers.length)
    return undefined
  return {
    v: 1,
    box,
    origin,
    name,
    phrase: phrase === 'none' ? undefined : phrase,
    reader,
    chain,
    readers,
    removed,
    terms,
    serial,
    lastEpoch,
    invitations,
    backedUpAtMs: backedUpAtMs ?? undefined,
    autoLockMinutes,
    reading,
  }
}

function format(state: BoxState): string {
  const { v, box, origin, name, phrase, reader, chain, readers, terms, serial, lastEpoch, invitations } = state
  return JSON.stringify({
    v,
    box,
    origin,
    name,
    phrase: phrase === undefined ? null : phrase.words.join(' '),
    reader: { name: reader.name, seed: toBase64url(reader.seed) },
    chain: { epoch: chain.epoch, key: toBase64url(chain.key) },
    readers: readers.map(({ name: called, key, first, ages }) => ({ name: called, key, first, ages })),
    removed: state.removed,
    terms: { largest: terms.largest, invitation: terms.invitation },
    serial,
    lastEpoch,
    invitations: invitations.map(({ label, secret, items, bytes, expiresAtMs }) => {
      return { label, secret: toBase64url(secret), items, bytes, expiresAtMs }
    }),
    backedUpAtMs: state.backedUpAtMs ?? null,
    autoLockMinutes: state.autoLockMinutes,
    reading: state.reading,
  })
}

function parseOwnReader(value: unknown): BoxState['reader'] | undefined {
  const members = membersOf(value, ['name', 'seed'])
  const name = parseName(members?.['name'])
  const seed = bytesOf(members?.['seed'], SECRET_BYTES)
  return name === undefined || seed === undefined ? undefined : { name, seed }
}

function parseChain(value: unknown): Chain | undefined {
  const members = membersOf(value, ['epoch', 'key'])
  const epoch = members?.['epoch']
  const key = bytesOf(members?.['key'], SECRET_BYTES)
  return key === undefined || !isWhole(epoch) ? undefined : { epoch, key }
}

function parseReader(value: unknown): KnownReader | undefined {
  const members = membersOf(value, ['name', 'key', 'first', 'ages'])
  const first = members?.['first']
  const name = parseName(members?.['name'])
  const key = parseSafeKey(members?.['key'])
  const ages = listOf(members?.['ages'], (each) => textOf(each, (text) => (isRecipient(text) ? text : undefined)))
  if (name === undefined || key === undefined || ages === undefined || !isWhole(first)) return undefined
  return ages.length > EPOCHS_AHEAD + 1 ? undefined : { name, key, first, ages }
}

function parseTerms(value: unknown): BoxTermsOfCard | undefined {
  const members = membersOf(value, ['largest', 'invitation'])
  const largest = members?.['largest']
  const invitation = members?.['invitation']
  return isWhole(largest) && typeof invitation === 'boolean' ? { largest, invitation } : undefined
}

function parseInvitation(value: unknown): KnownInvitation | undefined {
  const members = membersOf(value, ['label', 'secret', 'items', 'bytes', 'expiresAtMs'])
  if (members === undefined) return undefined
  const { items, bytes, expiresAtMs } = members
  const label = members['label'] === '' ? '' : parseName(members['label'])
  const secret = bytesOf(members['secret'], INVITATION_BYTES)
  if (label === undefined || secret === undefined) return undefined
  if (!isWhole(items) || !isWhole(bytes) || !isWhole(expiresAtMs)) return undefined
  return { label, secret, items, bytes, expiresAtMs }
}

const SECRET_BYTES = 32

const STATE = [
  'v',
  'box',
  'origin',
  'name',
  'phrase',
  'reader',
  'chain',
  'readers',
  'terms',
  'serial',
  'lastEpoch',
].concat(['invitations', 'backedUpAtMs', 'autoLockMinutes', 'reading'])
