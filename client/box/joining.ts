import type { BoxAddress } from '#protocol/address.ts'
import { parseName } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { epochAt } from '#protocol/epoch.ts'
import type { Stretch } from '../crypto/argon2.ts'
import { generateSigningKey, type SigningKey } from '../crypto/keys.ts'
import { randomBytes } from '../crypto/random.ts'
import { agreeOnTime } from '../clocks.ts'
import { parseLink } from '../link.ts'
import { deposit, seal } from '../send.ts'
import type { Server } from '../server.ts'
import { newChain } from './chain.ts'
import { withPresentChain } from './forget.ts'
import { fetchOwnCard } from './own-card.ts'
import { formatReaderCode } from './reader-code.ts'
import { announce, deriveReaderKey, recipientsFrom, signReaderKeys } from './reader-keys.ts'
import { AUTO_LOCK_MINUTES, type BoxState } from './state.ts'

/** The steps of a person who is to read another's box. */

/**
 * The state of a reader-to-be. Asks no server; until the owner has added the reader, it opens nothing.
 * @throws RangeError for a name that no card may have
 */
export async function join(order: {
  readonly origin: string
  readonly box: BoxAddress
  readonly readerName: string
  /** Milliseconds since 1970. */
  readonly now: number
}): Promise<BoxState> {
  const { origin, box, readerName, now } = order
  if (parseName(readerName) === undefined) throw new RangeError('no name')
  const chain = newChain(now)
  return {
    v: 1,
    box,
    origin,
    name: box,
    phrase: undefined,
    reader: { name: readerName, seed: randomBytes(SEED_BYTES) },
    chain,
    readers: [],
    removed: [],
    terms: { largest: 0, invitation: false },
    serial: 0,
    lastEpoch: chain.epoch - 1,
    invitations: [],
    backedUpAtMs: undefined,
    autoLockMinutes: AUTO_LOCK_MINUTES,
    reading: { items: {} },
  }
}

/** The code under which a reader-to-be has left its keys. */
export interface MadeCode {
  /** To be kept before the code is given out: its keys may have begun again. */
  readonly state: BoxState
  /** `sdreader1…`, to be given to the owner. Any other person who uses it first makes the owner see that it is used. */
  readonly code: string
}

/**
 * Lays the reader's keys down on the server, for one opening within seven days.
 * @param stretch - not used: a reader code needs no passphrase.
 * @throws ClockFault: nothing is laid down
 */
export async function makeReaderCode(
  server: Server,
  before: BoxState,
  now: number,
  stretch: Stretch,
): Promise<MadeCode> {
  const at = await agreeOnTime(server, now)
  const state = withPresentChain(before, at)
  const keys = await ownKeys(state, await deriveReaderKey(state.reader.seed), at.earliest)
  const sender = await generateSigningKey()
  const options = {
    origin: server.origin,
    sender,
    ttlSeconds: CODE_TTL_SECONDS,
    reads: 1,
    passphrase: '',
    stretch,
    now,
  }
  const sealed = await seal({ text: keys, files: [] }, options)
  await deposit(server, sealed, { sender })
  const secret = parseLink(sealed.link)?.secret
  if (secret === undefined) throw new TypeError('what was sealed has no link')
  return { state, code: formatReaderCode(secret) }
}

/**
 * Tells the owner the reader's keys for this epoch and those ahead. Changes nothing if they are known.
 * @throws Refused `not_proved` for a reader who is not on the card: not yet, or not any more; ClockFault
 */
export async function announceKeys(server: Server, state: BoxState, now: number): Promise<void> {
  const { earliest } = await agreeOnTime(server, now)
  const member = await deriveReaderKey(state.reader.seed)
  await announce(server, state.box, member, await ownKeys(state, member, earliest))
}

/**
 * Takes up what the box's card says: its name and its terms, even if its owner is late to renew it. No card with a smaller
 * serial is believed from then on.
 * @throws Refused `gone`; DropError `bad_card`, `foreign_card`, `rolled_back_card`
 */
export async function learnCard(server: Server, state: BoxState): Promise<BoxState> {
  const { name, terms, serial, epoch } = await fetchOwnCard(server, state)
  if (serial < state.serial) throw new DropError('rolled_back_card')
  return { ...state, name, terms, serial, lastEpoch: epoch }
}

/** The reader's announcement: its keys from the present epoch on. */
async function ownKeys({ box, reader, chain }: BoxState, key: SigningKey, now: number): Promise<string> {
  const first = Math.max(epochAt(now), chain.epoch)
  return signReaderKeys(box, { name: reader.name, first, ages: await recipientsFrom(chain, first) }, key)
}

const SEED_BYTES = 32

/** 7 days. docs/protocol.md §13.9. */
const CODE_TTL_SECONDS = 604_800
