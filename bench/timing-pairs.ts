import { formatAckBody, formatCommitBody, formatPartQuery, formatReaderBody } from '#protocol/api.ts'
import { formatDeleteBody, formatInviteBody, formatItemsQuery, formatPublishBody } from '#protocol/box-api.ts'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { prepareRequest, type PreparedRequest, type Connection, type RequestSpec } from './requests.ts'
import { depositOrder, makeSubjects, newId, type Subjects, type TimedBox } from './timing-subjects.ts'

/** Two cases that nobody without a key may tell apart: there, and not there. */
export interface Pair {
  readonly name: string
  /** Signed when it is called: a signature is good for five minutes. */
  readonly cases: () => Promise<readonly [here: readonly PreparedRequest[], nowhere: readonly PreparedRequest[]]>
}

/** Requests, made when they are wanted. */
type Orders = () => readonly RequestSpec[] | Promise<readonly RequestSpec[]>

/** Fills a server with boxes and drops, and lists the questions of a stranger about them. */
export async function makePairs(origin: string, line: Connection): Promise<readonly Pair[]> {
  const subjects = await makeSubjects(async (order) => {
    const { status, text } = await line.send(await prepareRequest(origin, order))
    if (status >= 300) throw new Error(`${order.name} was answered ${status}: ${text}`)
  })
  const stranger = await generateSigningKey()
  const signed = async (orders: Orders): Promise<readonly PreparedRequest[]> =>
    Promise.all((await orders()).map((order) => prepareRequest(origin, order)))
  return [...boxPairs(subjects, stranger), ...dropPairs(subjects, stranger)].map(([name, here, nowhere]) => ({
    name,
    cases: async () => [await signed(here), await signed(nowhere)],
  }))
}

type UnsignedPair = readonly [name: string, here: Orders, nowhere: Orders]

function boxPairs({ unknown, bare, carded }: Subjects, stranger: SigningKey): UnsignedPair[] {
  const ask = (name: BoxRequest, boxes: readonly TimedBox[], readerOf?: ReaderOf): Orders =>
    ofBoxes(stranger, name, boxes, readerOf)
  const ownKeyOf: ReaderOf = ({ root }) => root.publicKey
  const smallOrder: ReaderOf = () => SMALL_ORDER
  const strayed = carded.map((box) => ({ ...box, drop: newId() }))
  return [
    ['control: the same twice', ask('items', unknown), ask('items', unknown)],
    ...BOX_REQUESTS.map((name): UnsignedPair => [
      `${name}: a box with cards, or none`,
      ask(name, carded),
      ask(name, unknown),
    ]),
    ['items: a bare box with a drop, or none', ask('items', bare), ask('items', unknown)],
    ['card: a bare box with a drop, or none', cardsOf(bare), cardsOf(unknown)],
    [
      'items, under a key of small order: a box, or none',
      ask('items', carded, smallOrder),
      ask('items', unknown, smallOrder),
    ],
    ['items, as its owner: a box with cards, or none', ask('items', carded, ownKeyOf), ask('items', unknown, ownKeyOf)],
    ...(['collect', 'delete'] as const).map((name): UnsignedPair => [
      `${name}: a drop that is in the box, or is not`,
      ask(name, carded),
      ask(name, strayed),
    ]),
    ['create: into a bare box with drops, or none', intoBoxes(bare), intoBoxes(undefined)],
  ]
}

function dropPairs({ carded, nowhere, revoked, read, begun }: Subjects, stranger: SigningKey): UnsignedPair[] {
  const ask = (name: DropRequest, ids: readonly DropId[]): Orders => ofDrops(stranger, name, ids)
  const orNone = (name: DropRequest, kind: string, ids: readonly DropId[]): UnsignedPair => [
    `${name}: ${kind}, or none`,
    ask(name, ids),
    ask(name, nowhere),
  ]
  const inBoxes = carded.map(({ drop }) => drop)
  return [
    ...(['look', 'status', 'claim', 'part', 'ack'] as const).flatMap((name) => [
      orNone(name, 'a revoked drop', revoked),
      orNone(name, 'a drop in a box', inBoxes),
    ]),
    orNone('look', 'a drop that was read', read),
    orNone('look', 'an upload', begun),
    ...(['sent', 'revoke', 'reopen', 'uploaded', 'upload', 'commit'] as const).map((name) =>
      orNone(name, 'a revoked drop', revoked),
    ),
    orNone('uploaded', 'an upload', begun),
    orNone('claim', 'a drop that was read', read),
  ]
}

const BOX_REQUESTS = ['items', 'collect', 'keys', 'publish', 'delete', 'readers', 'invite', 'invitations'] as const
type BoxRequest = (typeof BOX_REQUESTS)[number]

/** The key that a request names as its reader's. */
type ReaderOf = (box: TimedBox) => SigningKey['publicKey']

/** Requests that take a proof, signed by a stranger. */
function ofBoxes(
  stranger: SigningKey,
  name: BoxRequest,
  boxes: readonly TimedBox[],
  readerOf: ReaderOf = () => stranger.publicKey,
): Orders {
  const bodies: Readonly<Record<string, (box: TimedBox) => Bytes>> = {
    keys: () => utf8('a.b.c'),
    publish: () => formatPublishBody(['a.b.c']),
    delete: ({ drop }) => formatDeleteBody([drop]),
    invite: () => formatInviteBody({ hash: NO_HASH, items: 1, bytes: 1, expires: 4_000_000_000 }),
  }
  const query = name === 'items' ? formatItemsQuery({ order: 'after', seq: 0, most: 200 }) : formatPartQuery(0)
  return () =>
    boxes.map((box) => ({
      name,
      box: box.address,
      boxReader: readerOf(box),
      signers: { root: stranger, member: stranger },
      body: bodies[name]?.(box) ?? new Uint8Array(0),
      ...(name === 'items' || name === 'collect' ? { query } : {}),
      ...(name === 'collect' ? { dropId: box.drop } : {}),
    }))
}

type DropRequest =
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
  | 'commit'

function ofDrops(stranger: SigningKey, name: DropRequest, ids: readonly DropId[]): Orders {
  if (name === 'look') return () => ids.map((dropId) => ({ name: 'status', dropId }))
  const signers = { locator: stranger, claim: stranger, reader: stranger, sender: stranger }
  const bodies: Readonly<Record<string, Bytes>> = {
    claim: formatReaderBody(stranger.publicKey),
    reopen: formatReaderBody(stranger.publicKey),
    ack: formatAckBody(NO_HASH),
    commit: formatCommitBody(NO_HASH),
    upload: randomBytes(16),
  }
  const reader = name === 'part' || name === 'ack' ? { reader: stranger.publicKey } : {}
  const query = name === 'part' || name === 'upload' ? { query: formatPartQuery(0) } : {}
  const body = bodies[name] ?? new Uint8Array(0)
  return () => ids.map((dropId) => ({ name, dropId, signers, body, ...reader, ...query }))
}

/** Into those boxes in turn, or into a new one each time, which the deposit makes. */
function intoBoxes(boxes: readonly TimedBox[] | undefined): Orders {
  return () =>
    Promise.all(Array.from({ length: INTO_BOXES }, (_, n) => depositOrder(boxes?.[n % boxes.length]?.address)))
}

function cardsOf(boxes: readonly TimedBox[]): Orders {
  return () => boxes.map(({ address }) => ({ name: 'card', box: address }))
}

/** Deposits into boxes, of each case: a box can be made only once. */
const INTO_BOXES = 600

const SMALL_ORDER = formatPublicKey(new Uint8Array(32))
const NO_HASH = toBase64url(new Uint8Array(32))
