import * as fc from 'fast-check'
import { formatBoxAddress } from '#protocol/address.ts'
import { parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { parseDropId, formatDropId, type DropId } from '#protocol/id.ts'
import { createBox } from '#client/box/owner.ts'
import { newPhrase } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import type { ItemNote } from '#client/box/reading.ts'
import type { Stretch } from '#client/crypto/argon2.ts'
import { hkdf } from '#client/crypto/kdf.ts'
import type { Bytes } from '#protocol/bytes.ts'
import boxes from '../../../vectors/boxes.json' with { type: 'json' }

/** A Wednesday, in the middle of an epoch. */
export const NOW = 1_795_392_000_000
export const DAY = 86_400_000
export const WEEK = 7 * DAY

/** Stretching that costs nothing: what it costs has tests of its own. */
export const quickStretch: Stretch = async (passphrase, salt) => hkdf(passphrase, salt, 'quick', 32)

/** A box that nobody has published yet. */
export async function newState(name = 'Newsroom'): Promise<BoxState> {
  const terms = { largest: 104_857_600, invitation: false }
  const { state } = await createBox({ origin: 'https://drop.example', name, readerName: 'Office', terms, now: NOW })
  return state
}

export function anyBytes(length: number): fc.Arbitrary<Bytes> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => new Uint8Array(bytes))
}

/** Keys that are points of the curve, and recipients: they take too long to make by the thousand. */
const KEYS = boxes.cards.flatMap(({ card }) => card.readers.map(({ key }) => keyOf(key)))
const AGES = boxes.cards.flatMap(({ card }) => card.readers.map(({ age }) => age))

const anyName = fc.constantFrom('Ana', 'Büro', 'a "b" \\c', 'خبر', '\u{1f4ec}', 'n'.repeat(80))
const anyTime = fc.integer({ min: 0, max: 8_640_000_000_000_000 })
const anyCount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const anyEpoch = fc.integer({ min: 0, max: 100_000 })
const anyAddress = anyBytes(32).map(formatBoxAddress)
const anyDropId: fc.Arbitrary<DropId> = anyBytes(16).map((bytes) => formatDropId(bytes))

const anyNote: fc.Arbitrary<ItemNote> = fc.record(
  {
    readAtMs: anyTime,
    isUnread: fc.constant(true as const),
    arrived: anyCount,
    thread: anyAddress,
    reply: fc.record({ key: fc.constantFrom(...KEYS), age: fc.constantFrom(...AGES) }),
    preview: fc.string({ unit: 'binary', maxLength: 40 }),
    answeredAtMs: anyTime,
    answers: fc.array(
      fc.record({ atMs: anyTime, text: fc.string({ unit: 'binary', maxLength: 40 }) }, { noNullPrototype: true }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    expiresAtMs: anyTime,
    sealedTo: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 8 }),
  },
  { requiredKeys: ['readAtMs', 'preview', 'expiresAtMs', 'sealedTo'], noNullPrototype: true },
)

const anyItems = fc
  .array(fc.tuple(anyDropId, anyNote), { maxLength: 5 })
  .map((notes) => notes.reduce<Record<DropId, ItemNote>>((all, [id, note]) => ({ ...all, [id]: note }), {}))

export const anyState: fc.Arbitrary<BoxState> = fc.record(
  {
    v: fc.constant(1 as const),
    box: anyAddress,
    origin: fc.constantFrom('https://drop.example', 'http://localhost:8787'),
    name: anyName,
    phrase: fc.option(
      anyBytes(32).map((bytes) => newPhrase(() => bytes)),
      { nil: undefined },
    ),
    reader: fc.record({ name: anyName, seed: anyBytes(32) }, { noNullPrototype: true }),
    chain: fc.record({ epoch: anyEpoch, key: anyBytes(32) }, { noNullPrototype: true }),
    readers: fc.uniqueArray(
      fc.record(
        {
          name: anyName,
          key: fc.constantFrom(...KEYS),
          first: anyEpoch,
          ages: fc.array(fc.constantFrom(...AGES), { maxLength: 14 }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 8, selector: ({ key }) => key },
    ),
    removed: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 }),
    terms: fc.record({ largest: anyCount, invitation: fc.boolean() }, { noNullPrototype: true }),
    serial: anyCount,
    lastEpoch: anyEpoch,
    invitations: fc.array(
      fc.record(
        {
          label: fc.oneof(fc.constant(''), anyName),
          secret: anyBytes(16),
          items: anyCount,
          bytes: anyCount,
          expiresAtMs: anyTime,
        },
        { noNullPrototype: true },
      ),
      { maxLength: 3 },
    ),
    backedUpAtMs: fc.option(anyTime, { nil: undefined }),
    autoLockMinutes: fc.integer({ min: 0, max: 1_440 }),
    reading: fc.record({ items: anyItems }, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
)

function keyOf(text: string): PublicKey {
  const key = parsePublicKey(text)
  if (key === undefined) throw new TypeError('no key')
  return key
}

/** The id of a text in a vector or a test. */
export function dropIdOf(text: string): DropId {
  const id = parseDropId(text)
  if (id === undefined) throw new TypeError('no drop id')
  return id
}
