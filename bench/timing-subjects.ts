import { addressOf, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { DROP_EXTENT_FIELD, DROP_TERMS_FIELD, formatAckBody, formatReaderBody } from '#protocol/api.ts'
import { formatPublishBody } from '#protocol/box-api.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { epochAt } from '#protocol/epoch.ts'
import { formatExtent } from '#protocol/extent.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { EPOCHS_AHEAD, MAX_BOX_READERS, MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms, formatTerms } from '#protocol/terms.ts'
import { signCard } from '#client/box/card-sign.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import type { RequestSpec } from './requests.ts'

/** A box with one drop in it, or one that the server has never heard of. */
export interface TimedBox {
  readonly address: BoxAddress
  readonly root: SigningKey
  readonly drop: DropId
}

/** Boxes and drops of every kind that a stranger may not tell apart, twelve of each. */
export interface Subjects {
  /** Boxes that the server has never heard of. */
  readonly unknown: readonly TimedBox[]
  /** Boxes that a deposit has made, without cards. */
  readonly bare: readonly TimedBox[]
  readonly carded: readonly TimedBox[]
  /** Ids of no drop. */
  readonly nowhere: readonly DropId[]
  readonly revoked: readonly DropId[]
  readonly read: readonly DropId[]
  /** Drops whose upload has begun and not ended. */
  readonly begun: readonly DropId[]
}

/** Fills a server. @param ask - sends one request, and throws unless it succeeds */
export async function makeSubjects(ask: (order: RequestSpec) => Promise<void>): Promise<Subjects> {
  const [unknown, bare, carded] = [await many(newBox), await many(newBox), await many(newBox)]
  const readers = await many(generateSigningKey, MAX_BOX_READERS)
  for (const box of carded) await publish(ask, box, readers)
  for (const { address, drop } of [...bare, ...carded]) await ask(await depositOrder(address, drop))
  return {
    unknown,
    bare,
    carded,
    nowhere: await many(() => Promise.resolve(newId())),
    revoked: await many(() => revokedDrop(ask)),
    read: await many(() => readDrop(ask)),
    begun: await many(() => begunDrop(ask)),
  }
}

/** The smallest deposit into a box. Into one that the server does not know, it makes the box. */
export async function depositOrder(
  box: BoxAddress = formatBoxAddress(randomBytes(32)),
  dropId: DropId = newId(),
): Promise<RequestSpec> {
  const { publicKey: sender } = await generateSigningKey()
  const terms = formatBoxTerms({ ttlSeconds: 86_400, box, sender })
  return { name: 'create', dropId, fields: { [DROP_TERMS_FIELD]: terms }, body: new Uint8Array(MIN_BOX_DROP_BYTES) }
}

export function newId(): DropId {
  return formatDropId(randomBytes(16))
}

async function newBox(): Promise<TimedBox> {
  const root = await generateSigningKey()
  return { address: await addressOf(root.publicKey), root, drop: newId() }
}

type AskOnce = (order: RequestSpec) => Promise<void>

/** With as many readers as a card holds. */
async function publish(ask: AskOnce, { address, root }: TimedBox, readers: readonly SigningKey[]): Promise<void> {
  const first = epochAt(Date.now())
  const card = {
    v: 1,
    box: address,
    serial: 1,
    name: 'Newsroom',
    readers: readers.map(({ publicKey }, n) => ({ name: `Ana ${n}`, key: publicKey, age: AGE })),
    terms: { largest: 100_000_000, invitation: false },
  } as const
  const epochs = Array.from({ length: EPOCHS_AHEAD + 1 }, (_, n) => first + n)
  const cards = await Promise.all(epochs.map((epoch) => signCard({ address, key: root }, { ...card, epoch })))
  const body = formatPublishBody(cards)
  await ask({ name: 'publish', box: address, boxReader: root.publicKey, signers: { root }, body })
}

async function newLinkDrop(): Promise<{ dropId: DropId; key: SigningKey; terms: Readonly<Record<string, string>> }> {
  const key = await generateSigningKey()
  const [locator, claim, sender] = [key.publicKey, key.publicKey, key.publicKey]
  const terms = formatTerms({ ttlSeconds: 86_400, reads: 1, locator, claim, sender })
  return { dropId: newId(), key, terms: { [DROP_TERMS_FIELD]: terms } }
}

async function revokedDrop(ask: AskOnce): Promise<DropId> {
  const { dropId, key, terms } = await newLinkDrop()
  await ask({ name: 'create', dropId, fields: terms, body: randomBytes(100) })
  await ask({ name: 'revoke', dropId, signers: { sender: key } })
  return dropId
}

async function readDrop(ask: AskOnce): Promise<DropId> {
  const { dropId, key, terms } = await newLinkDrop()
  await ask({ name: 'create', dropId, fields: terms, body: randomBytes(100) })
  const signers = { locator: key, claim: key, reader: key }
  const reader = key.publicKey
  await ask({ name: 'claim', dropId, signers, body: formatReaderBody(reader) })
  await ask({ name: 'ack', dropId, signers, reader, body: formatAckBody(toBase64url(new Uint8Array(32))) })
  return dropId
}

async function begunDrop(ask: AskOnce): Promise<DropId> {
  const { dropId, terms } = await newLinkDrop()
  const extent = formatExtent({ size: 2 * MIN_PART_BYTES, parts: 2 })
  await ask({ name: 'begin', dropId, fields: { ...terms, [DROP_EXTENT_FIELD]: extent } })
  return dropId
}

function many<T>(make: () => Promise<T>, count: number = SUBJECTS): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

/** Of each kind: the place of one in a page of the database may suit it better than another's. */
const SUBJECTS = 12

const AGE = `age1pq1${'q'.repeat(1_952)}`
