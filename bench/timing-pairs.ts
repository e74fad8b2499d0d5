import { addressOf, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import {
  DROP_EXTENT_FIELD,
  DROP_TERMS_FIELD,
  formatAckBody,
  formatCommitBody,
  formatPartQuery,
  formatReaderBody,
} from '#protocol/api.ts'
import { formatDeleteBody, formatInviteBody, formatItemsQuery, formatPublishBody } from '#protocol/box-api.ts'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { epochAt } from '#protocol/epoch.ts'
import { formatExtent } from '#protocol/extent.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { EPOCHS_AHEAD, MAX_BOX_READERS, MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import { formatBoxTerms, formatTerms } from '#protocol/terms.ts'
import { signCard } from '#client/box/card-sign.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { prepare, type Ask, type Line, type Order } from './asking.ts'

/** Two cases that nobody without a key may tell apart: there, and not there. */
export interface Pair {
  readonly name: string
  /** Signed when it is called: a signature is good for five minutes. */
  readonly cases: () => Promise<readonly [here: readonly Ask[], nowhere: readonly Ask[]]>
}

interface TimedBox {
  readonly address: BoxAddress
  readonly root: SigningKey
  readonly drop: DropId
}

/** Fills a server with boxes and drops, and tells what a stranger asks about them. */
export async function makePairs(origin: string, line: Line): Promise<readonly Pair[]> {
  const stranger = await generateSigningKey()
  const [unknown, bare, carded] = [await many(newBox), await many(newBox), await many(newBox)]
  const readers = await many(generateSigningKey, MAX_BOX_READERS)
  for (const box of carded) await publish(box)
  for (const box of [...bare, ...carded]) await deposit(box.address, box.drop)
  const nowhere = await many(() => Promise.resolve(newId()))
  const [ended, read, begun] = [await many(endedDrop), await many(readDrop), await many(begunDrop)]
  const inBoxes = carded.map(({ drop }) => drop)

  return [
    pair('control: the same twice', ofBoxes('items', unknown), ofBoxes('items', unknown)),
    ...(['items', 'collect', 'keys', 'publish', 'delete', 'readers', 'invite', 'invitations'] as const).map((name) =>
      pair(`${name}: a box with cards, or none`, ofBoxes(name, carded), ofBoxes(name, unknown)),
    ),
    pair('items: a bare box with a drop, or none', ofBoxes('items', bare), ofBoxes('items', unknown)),
    pair('card: a bare box with a drop, or none', cardsOf(bare), cardsOf(unknown)),
    pair(
      'items, under a key of small order: a box, or none',
      ofBoxes('items', carded, () => SMALL_ORDER),
      ofBoxes('items', unknown, () => SMALL_ORDER),
    ),
    pair(
      'items, as its owner: a box with cards, or none',
      ofBoxes('items', carded, ownKeyOf),
      ofBoxes('items', unknown, ownKeyOf),
    ),
    ...(['collect', 'delete'] as const).map((name) =>
      pair(
        `${name}: a drop that is in the box, or is not`,
        ofBoxes(name, carded),
        ofBoxes(
          name,
          carded.map((box) => ({ ...box, drop: newId() })),
        ),
      ),
    ),
    pair('create: into a bare box with drops, or none', intoBoxes(bare), intoBoxes(undefined)),
    ...(['look', 'status', 'claim', 'part', 'ack'] as const).flatMap((name) => [
      pair(`${name}: a revoked drop, or none`, ofDrops(name, ended), ofDrops(name, nowhere)),
      pair(`${name}: a drop in a box, or none`, ofDrops(name, inBoxes), ofDrops(name, nowhere)),
    ]),
    pair('look: a drop that was read, or none', ofDrops('look', read), ofDrops('look', nowhere)),
    pair('look: an upload, or none', ofDrops('look', begun), ofDrops('look', nowhere)),
    ...(['sent', 'revoke', 'reopen', 'uploaded', 'upload', 'commit'] as const).map((name) =>
      pair(`${name}: a revoked drop, or none`, ofDrops(name, ended), ofDrops(name, nowhere)),
    ),
    pair('uploaded: an upload, or none', ofDrops('uploaded', begun), ofDrops('uploaded', nowhere)),
    pair('claim: a drop that was read, or none', ofDrops('claim', read), ofDrops('claim', nowhere)),
  ]

  function pair(name: string, here: () => readonly Order[], there: () => readonly Order[]): Pair {
    const all = (orders: readonly Order[]): Promise<Ask[]> => Promise.all(orders.map((order) => prepare(origin, order)))
    return { name, cases: async () => [await all(here()), await all(there())] }
  }

  /** Everything that takes a proof, by somebody who has none. */
  function ofBoxes(
    name: 'items' | 'collect' | 'keys' | 'publish' | 'delete' | 'readers' | 'invite' | 'invitations',
    boxes: readonly TimedBox[],
    named: (box: TimedBox) => SigningKey['publicKey'] = () => stranger.publicKey,
  ): () => readonly Order[] {
    const hash = toBase64url(new Uint8Array(32))
    const bodies: Readonly<Record<string, (box: TimedBox) => Bytes>> = {
      keys: () => utf8('a.b.c'),
      publish: () => formatPublishBody(['a.b.c']),
      delete: ({ drop }) => formatDeleteBody([drop]),
      invite: () => formatInviteBody({ hash, items: 1, bytes: 1, expires: 4_000_000_000 }),
    }
    const query = name === 'items' ? formatItemsQuery({ order: 'after', seq: 0, most: 200 }) : formatPartQuery(0)
    return () =>
      boxes.map((box) => ({
        name,
        box: box.address,
        boxReader: named(box),
        signers: { root: stranger, member: stranger },
        body: bodies[name]?.(box) ?? new Uint8Array(0),
        ...(name === 'items' || name === 'collect' ? { query } : {}),
        ...(name === 'collect' ? { dropId: box.drop } : {}),
      }))
  }

  function ofDrops(
    name:
      | 'look'
      | 'status'
      | 'claim'
      | 'part'
      | 'ack'
      | 'sent'
      | 'revoke'
      | 'reopen'
      | 'uploaded'
      | 'upload'
      | 'commit',
    ids: readonly DropId[],
  ): () => readonly Order[] {
    if (name === 'look') return () => ids.map((dropId) => ({ name: 'status', dropId }))
    const signers = { locator: stranger, claim: stranger, reader: stranger, sender: stranger }
    const hash = toBase64url(new Uint8Array(32))
    const bodies: Readonly<Record<string, Bytes>> = {
      claim: formatReaderBody(stranger.publicKey),
      reopen: formatReaderBody(stranger.publicKey),
      ack: formatAckBody(hash),
      commit: formatCommitBody(hash),
      upload: randomBytes(16),
    }
    const reader = name === 'part' || name === 'ack' ? { reader: stranger.publicKey } : {}
    const query = name === 'part' || name === 'upload' ? { query: formatPartQuery(0) } : {}
    const body = bodies[name] ?? new Uint8Array(0)
    return () => ids.map((dropId) => ({ name, dropId, signers, body, ...reader, ...query }))
  }

  /** Into a new box each time, or into those: what is asked once makes the box. */
  function intoBoxes(boxes: readonly TimedBox[] | undefined): () => readonly Order[] {
    return () =>
      Array.from({ length: INTO_BOXES }, (_, n) => {
        const known = boxes?.[n % boxes.length]?.address
        return depositOrder(known ?? formatBoxAddress(randomBytes(32)))
      })
  }

  function cardsOf(boxes: readonly TimedBox[]): () => readonly Order[] {
    return () => boxes.map(({ address }) => ({ name: 'card', box: address }))
  }

  function ownKeyOf({ root }: TimedBox): SigningKey['publicKey'] {
    return root.publicKey
  }

  async function publish({ address, root }: TimedBox): Promise<void> {
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

  function depositOrder(box: BoxAddress): Order {
    const terms = formatBoxTerms({ ttlSeconds: 86_400, box, sender: stranger.publicKey })
    const body = new Uint8Array(MIN_BOX_DROP_BYTES)
    return { name: 'create', dropId: newId(), fields: { [DROP_TERMS_FIELD]: terms }, body }
  }

  async function deposit(box: BoxAddress, id: DropId): Promise<void> {
    await ask({ ...depositOrder(box), dropId: id })
  }

  async function newLinkDrop(): Promise<{ dropId: DropId; key: SigningKey; terms: Readonly<Record<string, string>> }> {
    const key = await generateSigningKey()
    const [locator, claim, sender] = [key.publicKey, key.publicKey, key.publicKey]
    const terms = formatTerms({ ttlSeconds: 86_400, reads: 1, locator, claim, sender })
    return { dropId: newId(), key, terms: { [DROP_TERMS_FIELD]: terms } }
  }

  async function endedDrop(): Promise<DropId> {
    const { dropId, key, terms } = await newLinkDrop()
    await ask({ name: 'create', dropId, fields: terms, body: randomBytes(100) })
    await ask({ name: 'revoke', dropId, signers: { sender: key } })
    return dropId
  }

  async function readDrop(): Promise<DropId> {
    const { dropId, key, terms } = await newLinkDrop()
    await ask({ name: 'create', dropId, fields: terms, body: randomBytes(100) })
    const signers = { locator: key, claim: key, reader: key }
    const reader = key.publicKey
    await ask({ name: 'claim', dropId, signers, body: formatReaderBody(reader) })
    await ask({ name: 'ack', dropId, signers, reader, body: formatAckBody(toBase64url(new Uint8Array(32))) })
    return dropId
  }

  async function begunDrop(): Promise<DropId> {
    const { dropId, terms } = await newLinkDrop()
    const extent = formatExtent({ size: 2 * MIN_PART_BYTES, parts: 2 })
    await ask({ name: 'begin', dropId, fields: { ...terms, [DROP_EXTENT_FIELD]: extent } })
    return dropId
  }

  async function ask(order: Order): Promise<void> {
    const { status, text } = await line.send(await prepare(origin, order))
    if (status >= 300) throw new Error(`${order.name} was answered ${status}: ${text}`)
  }
}

async function newBox(): Promise<TimedBox> {
  const root = await generateSigningKey()
  return { address: await addressOf(root.publicKey), root, drop: newId() }
}

function newId(): DropId {
  return formatDropId(randomBytes(16))
}

function many<T>(make: () => Promise<T>, count: number = SUBJECTS): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}

/** Of each kind: one could lie better in a page of the database than another. */
const SUBJECTS = 12

/** Deposits into boxes: each is made once. */
const INTO_BOXES = 600

const SMALL_ORDER = formatPublicKey(new Uint8Array(32))

const AGE = `age1pq1${'q'.repeat(1_952)}`
