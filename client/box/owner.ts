import type { BoxAddress } from '#protocol/address.ts'
import { formatPublishBody } from '#protocol/box-api.ts'
import { parseName, type BoxTermsOfCard, type CardReader } from '#protocol/card.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { epochAt, type Epoch } from '#protocol/epoch.ts'
import { EPOCHS_AHEAD, MAX_BOX_READERS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { hkdfExpand } from '../crypto/kdf.ts'
import { signingKeyFromSeed, type SigningKey } from '../crypto/keys.ts'
import { randomBytes } from '../crypto/random.ts'
import { agreeOnTime, type Agreed } from '../clocks.ts'
import { emptyForm } from '../answers.ts'
import { afterwards, ask, type Server } from '../server.ts'
import type { LinkSecret } from '../link.ts'
import { signCard } from './card-sign.ts'
import { catchUp } from './catch-up.ts'
import { newChain } from './chain.ts'
import { withoutOldKeys, withPresentChain } from './forget.ts'
import { fetchOwnCard } from './own-card.ts'
import { fetchReader, readReaderCode } from './reader-code.ts'
import {
  announce,
  deriveReaderKey,
  readerKeysForm,
  readReaderKeys,
  recipientsFrom,
  signReaderKeys,
} from './reader-keys.ts'
import { deriveRoot, newPhrase, rootOf, rootSecret, type Phrase, type Root } from './root.ts'
import { AUTO_LOCK_MINUTES, type BoxState, type KnownReader } from './state.ts'

/**
 * The acts of an owner. Each returns the next state, which the caller keeps. Whatever publishes compares the clocks first,
 * and by a device whose clock is more than a day off the server's nothing is changed: ClockFault.
 */

export interface NewBox {
  readonly state: BoxState
  readonly phrase: Phrase
}

export interface BoxPlan {
  /** Origin of the server that it is to live on. */
  readonly origin: string
  readonly name: string
  readonly readerName: string
  readonly terms: BoxTermsOfCard
  /** Milliseconds since 1970. */
  readonly now: number
  /** To restore a box: its address comes back; what was sealed to its earlier keys does not open any more. */
  readonly phrase?: Phrase | undefined
}

/** A box that is not published yet. Asks no server. @throws RangeError for a name that no card may have */
export async function createBox(plan: BoxPlan): Promise<NewBox> {
  const { origin, name, readerName, terms, now, phrase = newPhrase() } = plan
  if (parseName(name) === undefined || parseName(readerName) === undefined) throw new RangeError('no name')
  const seed = randomBytes(SEED_BYTES)
  const chain = newChain(now)
  const [{ address: box }, { publicKey: key }] = await Promise.all([deriveRoot(phrase), deriveReaderKey(seed)])
  const state: BoxState = {
    v: 1,
    box,
    origin,
    name,
    phrase,
    reader: { name: readerName, seed },
    chain,
    readers: [{ name: readerName, key, first: chain.epoch, ages: [] }],
    removed: [],
    terms,
    serial: 0,
    lastEpoch: chain.epoch - 1,
    invitations: [],
    backedUpAtMs: undefined,
    autoLockMinutes: AUTO_LOCK_MINUTES,
    reading: { items: {} },
  }
  return { state, phrase }
}

/**
 * Publishes cards for the present epoch and those ahead, with the name and the terms that the state says, and forgets old
 * keys. Readers whom another device of the owner's has added or removed since are taken up.
 * @throws Refused `outdated` if the server holds cards that are newer still; ClockFault; DropError `offline`
 */
export async function publish(server: Server, state: BoxState, now: number): Promise<BoxState> {
  const { name, terms } = state
  const at = await beginAt(server, state, now)
  const { state: latest } = await catchUp(server, state)
  return publishNow(server, { ...latest, name, terms }, at)
}

/** Whether cards or a reader's keys run short: the owner publishes again before senders are refused. */
export function needsRenewal(state: BoxState, now: number): boolean {
  return !reachFarEnough(state, now) || readersRunningShort(state, now).length > 0
}

/** The other readers whose keys do not reach far: from then on they are on no card, until they announce more. */
export function readersRunningShort(state: BoxState, now: number): readonly KnownReader[] {
  return state.readers.filter((reader) => reader.ages.length > 0 && lastOf(reader) - epochAt(now) < RENEWED_BELOW)
}

/**
 * Takes up what another device of the owner's has published and the keys that readers have announced, and publishes. It does
 * not publish while there are cards enough, where that device has just done so, or where a reader's keys run short and no
 * more were announced: the cards that are there may reach further for that reader than what is known here.
 */
export async function renew(server: Server, state: BoxState, now: number): Promise<BoxState> {
  const { key: root } = await rootOf(state)
  const at = await agreeOnTime(server, now)
  const { state: latest, by } = await catchUp(server, state)
  const announced = await fetchAnnounced(server, latest, root)
  const readers = latest.readers.map((reader) =>
    announced
      .filter(({ key }) => key === reader.key)
      .reduce((known, each) => withNewKeys(known, each, at.earliest), reader),
  )
  const next = { ...latest, readers }
  const isShort = readersRunningShort(next, at.earliest).length > 0
  const isGained = readers.some((reader, index) => lastOf(reader) > lastOf(latest.readers[index] ?? reader))
  const isSettled = by === 'others' || (by === 'this device' && isShort && !isGained)
  return isSettled && reachFarEnough(latest, at.earliest) ? withoutOldKeys(next, at) : publishNow(server, next, at)
}

/**
 * Takes up what another device of the owner's has published since, so that a reader whom it has added is no stranger here; and
 * sees that whom this device has removed has stayed away: a device that was shown an old card may have brought the reader back.
 * @throws as `renew`
 */
export async function reconcile(server: Server, state: BoxState, now: number): Promise<BoxState> {
  const { by } = await catchUp(server, state)
  // Where this device's own reader was left out, and nothing else, it comes back only with what its owner does.
  return by === 'this device' || by === 'others without this' ? state : renew(server, state, now)
}

/**
 * Lets somebody else read: opens the drop that a reader code leads to, and publishes. May be repeated after a failure; only
 * once it is published does the server forget the keys.
 * @throws DropError `bad_code`; Refused `gone`, `claimed`; ClockFault; RangeError beyond eight readers
 */
export async function addReader(server: Server, state: BoxState, code: string, now: number): Promise<BoxState> {
  const secret = readReaderCode(code)
  if (secret === undefined) throw new DropError('bad_code')
  const at = await beginAt(server, state, now)
  const { reader, finish } = await fetchReader(server, state.box, secret, await claimerOf(state, secret))
  const { state: latest } = await catchUp(server, state)
  const others = latest.readers.filter(({ key }) => key !== reader.key)
  if (others.length >= MAX_BOX_READERS) throw new RangeError('a box has eight readers at most')
  if (latest.readers.some(({ key, ages }) => key === reader.key && ages.length === 0)) throw new DropError('bad_code')
  const removed = latest.removed.filter((key) => key !== reader.key)
  const next = await publishNow(server, { ...latest, readers: [...others, reader], removed }, at)
  // The reader is on the card: if this is lost, what is left of the code expires by itself.
  await finish().catch(() => {})
  return next
}

/**
 * Takes a reader off the card, for good. Anything sealed from now on does not open for it; anything sealed before still does.
 */
export async function removeReader(server: Server, state: BoxState, key: PublicKey, now: number): Promise<BoxState> {
  const own = await deriveReaderKey(state.reader.seed)
  if (key === own.publicKey) throw new RangeError("not this device's own reader")
  const at = await beginAt(server, state, now)
  const { state: latest } = await catchUp(server, state)
  const readers = latest.readers.filter((reader) => reader.key !== key)
  const removed = [...latest.removed.filter((each) => each !== key), key]
  return publishNow(server, { ...latest, readers, removed }, at)
}

/** The time by which an owner changes a box. */
async function beginAt(server: Server, state: BoxState, now: number): Promise<Agreed> {
  // A device that is not the owner's asks nobody.
  await rootOf(state)
  return agreeOnTime(server, now)
}

async function publishNow(server: Server, state: BoxState, at: Agreed): Promise<BoxState> {
  const root = await rootOf(state)
  const next = withoutOldKeys(withPresentChain(state, at), at)
  const { earliest: now } = at
  try {
    return await publishAs(server, root, next, now)
  } catch (error) {
    if (!isDropError(error) || error.code !== 'outdated') throw error
    // A clock that was ahead has made a serial from the future. Only the root key makes serials: it is believed.
    const { serial } = await fetchOwnCard(server, state)
    return publishAs(server, root, { ...next, serial: Math.max(next.serial, serial) }, now)
  }
}

async function publishAs(server: Server, root: Root, state: BoxState, now: number): Promise<BoxState> {
  const { box, name, terms, chain } = state
  const present = epochAt(now)
  // The clock, so that a restored root needs no memory.
  const serial = Math.max(state.serial + 1, Math.floor(now / 1_000))
  const member = await deriveReaderKey(state.reader.seed)
  const own = member.publicKey
  const first = Math.max(present, chain.epoch)
  const ages = await recipientsFrom(chain, first)
  const known = state.readers.map((each) => (each.key === own ? { ...each, first, ages } : each))
  const cards = epochsFrom(present)
    .map((epoch) => ({ v: 1, box, serial, epoch, name, readers: readersAt(known, epoch), terms }) as const)
    .filter(({ readers }) => readers.length > 0)
  const body = formatPublishBody(await Promise.all(cards.map((card) => signCard(root, card))))
  const signed = { box, boxReader: root.key.publicKey, signers: { root: root.key } }
  await ask(server, { name: 'publish', body, ...signed }, emptyForm())
  await afterwards(requirePublished(server, box, serial))
  // For other devices of the owner's, whose readers are others. Where it fails, they learn it with the next publication.
  const keys = await signReaderKeys(box, { name: state.reader.name, first, ages }, member)
  await announce(server, box, member, keys).catch(() => {})
  return { ...state, serial, lastEpoch: present + EPOCHS_AHEAD }
}

/**
 * Anything in between can say that it was done. The root key alone signs serials: a card that has this one, or one of a later
 * publication, was published. @throws DropError `not_done`; what `fetchOwnCard` throws
 */
async function requirePublished(server: Server, box: BoxAddress, serial: number): Promise<void> {
  const shown = await fetchOwnCard(server, { box }).catch(unlessGone)
  if (shown === undefined || shown.serial < serial) throw new DropError('not_done')
}

function unlessGone(error: unknown): undefined {
  if (!isDropError(error) || error.code !== 'gone') throw error
}

/** The announcements of the other readers at the server. */
async function fetchAnnounced(
  server: Server,
  { box, readers }: BoxState,
  root: SigningKey,
): Promise<readonly KnownReader[]> {
  if (readers.every(({ ages }) => ages.length === 0)) return []
  const call = { name: 'readers', box, boxReader: root.publicKey, signers: { root } } as const
  const { keys: listed } = await ask(server, call, readerKeysForm(box))
  const known = new Set(readers.flatMap(({ ages }) => ages))
  const all = await Promise.all(listed.map((jws) => readReaderKeys(jws, box, known)))
  return all.filter((each) => each !== undefined)
}

/** Whether there are cards for some time. A clock that was ahead has published cards that nobody believes yet. */
function reachFarEnough({ lastEpoch }: BoxState, now: number): boolean {
  const ahead = lastEpoch - epochAt(now)
  return ahead >= RENEWED_BELOW && ahead <= EPOCHS_AHEAD
}

function lastOf({ first, ages }: KnownReader): Epoch {
  return first + ages.length - 1
}

/** Those whose keys cover an epoch. */
function readersAt(readers: readonly KnownReader[], epoch: Epoch): readonly CardReader[] {
  return readers.flatMap(({ name, key, first, ages }) => {
    const age = ages[epoch - first]
    return age === undefined ? [] : [{ name, key, age }]
  })
}

/** A reader with the keys that it has announced since. The clocks differ: what the new ones do not cover yet, the old ones do. */
function withNewKeys(known: KnownReader, announced: KnownReader, now: number): KnownReader {
  if (known.ages.length === 0 || announced.first < known.first) return known
  const present = epochAt(now)
  const all = epochsFrom(present).map(
    (epoch) => announced.ages[epoch - announced.first] ?? known.ages[epoch - known.first],
  )
  const gap = all.indexOf(undefined)
  const ages = (gap === -1 ? all : all.slice(0, gap)).filter((age) => age !== undefined)
  return ages.length === 0
    ? { ...known, first: announced.first, ages: announced.ages }
    : { ...known, first: present, ages }
}

/** An epoch, and those ahead of it for which there are cards. */
function epochsFrom(first: Epoch): readonly Epoch[] {
  return Array.from({ length: EPOCHS_AHEAD + 1 }, (_, ahead) => first + ahead)
}

/** Fetches what a reader code leads to. Always the same for one code: an owner who was cut off may go on. */
function claimerOf({ phrase }: BoxState, { bytes }: LinkSecret): Promise<SigningKey> {
  if (phrase === undefined) throw new TypeError("not an owner's device")
  return signingKeyFromSeed(hkdfExpand(rootSecret(phrase), `reader code ${toBase64url(bytes)}`, 32))
}

const SEED_BYTES = 32

/** Epochs ahead. A sender needs one; an owner who comes once a month keeps six. */
const RENEWED_BELOW = 7
