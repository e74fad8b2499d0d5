import { bech32 } from '@scure/base'
import { accessOfState, type Access } from '#client/box/access.ts'
import { signCard } from '#client/box/card-sign.ts'
import { identityAt, newChain, type Chain } from '#client/box/chain.ts'
import { createBox } from '#client/box/owner.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import type { BoxOrder } from '#client/box/write.ts'
import { ageRecipient } from '#client/crypto/envelope.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { Sealed } from '#client/sealed.ts'
import type { Parts } from '#client/staging.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { Card, CardReader } from '#protocol/card.ts'
import { dayAt, epochAt } from '#protocol/epoch.ts'
import { ciphertextOf, partsOf } from './sealed.ts'

export const NOW = 1_800_000_000_000
export const ORIGIN = 'https://drop.example'

/** A box, with everything that its owner and its readers have. */
export interface TestBox {
  readonly root: Root
  readonly address: BoxAddress
  readonly card: Card
  /** The card, signed. */
  readonly jws: string
  /** The access of each reader on the card. */
  readonly accesses: readonly Access[]
  readonly readers: readonly TestReader[]
}

export interface TestReader {
  readonly seed: Bytes
  readonly chain: Chain
}

export function newReader(now = NOW): TestReader {
  return { seed: crypto.getRandomValues(new Uint8Array(32)), chain: newChain(now) }
}

/** @param readers - how many, or which. */
export async function newBox(readers: number | readonly TestReader[] = 1, now = NOW): Promise<TestBox> {
  const given = typeof readers === 'number' ? Array.from({ length: readers }, () => newReader(now)) : readers
  const terms = { largest: 100_000_000, invitation: false }
  const plan = { origin: ORIGIN, name: 'The newsroom', readerName: 'Ana', terms, now }
  const { state, phrase } = await createBox(plan)
  const root = await deriveRoot(phrase)
  const onCard = await Promise.all(given.map((each, index) => cardReader(each, `Reader ${index + 1}`, now)))
  const { card, jws } = await sign(root, { epoch: epochAt(now), readers: onCard })
  const accesses = await Promise.all(
    given.map(({ seed, chain }) => accessOfState({ ...state, chain, reader: { name: 'Ana', seed } })),
  )
  return { root, address: root.address, card, jws, accesses, readers: given }
}

/** A reader as a card has it. */
export async function cardReader({ seed, chain }: TestReader, name: string, now = NOW): Promise<CardReader> {
  const identity = identityAt(chain, epochAt(now))
  if (identity === undefined) throw new Error('its keys have been deleted')
  return { name, key: (await deriveReaderKey(seed)).publicKey, age: await ageRecipient(identity) }
}

/** A card of a box, and the same signed by its root key. */
export async function sign(root: Root, changes: Partial<Card>): Promise<{ card: Card; jws: string }> {
  const base = { v: 1, box: root.address, serial: 7, epoch: epochAt(NOW), name: 'The newsroom', readers: [] } as const
  const card: Card = { ...base, terms: { largest: 100_000_000, invitation: false }, ...changes }
  return { card, jws: await signCard(root, card) }
}

let sender: SigningKey | undefined

/** The order of a sender who writes to a box. */
export async function orderFor({ address, card }: Pick<TestBox, 'address' | 'card'>): Promise<BoxOrder> {
  sender ??= await generateSigningKey()
  return { origin: ORIGIN, address, card, ttlSeconds: 1_209_600, sender, now: NOW }
}

/** The item that a sealed drop becomes, and its parts. */
export async function itemOf(sealed: Sealed, now = NOW): Promise<{ item: Item; parts: Parts }> {
  const parts = partsOf(await ciphertextOf(sealed))
  const { dropId: drop, size } = sealed
  return { item: { drop, seq: 1, size, parts: 1, arrived: dayAt(now), expires: 1_801_500_000 }, parts }
}

/** A recipient of the right shape whose key is none: its ML-KEM half (FIPS 203 §7.2), or its X25519 half (RFC 7748 §6.1). */
export async function unsound(recipient: string, half: 'ML-KEM' | 'X25519'): Promise<string> {
  const { prefix, words } = bech32.decode(recipient as `${string}1${string}`, false)
  const bytes = bech32.fromWords(words)
  if (half === 'ML-KEM') bytes.fill(0xff, 0, 384)
  else bytes.fill(0, 1_184)
  return bech32.encode(prefix, bech32.toWords(bytes), false)
}
