import { expect } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { addressOf, type BoxAddress } from '#protocol/address.ts'
import {
  BOX_INVITATION_FIELD,
  DROP_EXTENT_FIELD,
  DROP_TERMS_FIELD,
  formatCommitBody,
  formatPartQuery,
} from '#protocol/api.ts'
import {
  formatDeleteBody,
  formatInviteBody,
  formatItemsQuery,
  formatPublishBody,
  type InvitationState,
  type Item,
  type ItemsQuery,
} from '#protocol/box-api.ts'
import { sha256, toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { CARD_TYPE, formatCard, formatProtectedHeader, READER_KEYS_TYPE, type Card } from '#protocol/card.ts'
import { epochAt } from '#protocol/epoch.ts'
import { formatExtent } from '#protocol/extent.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { MIN_BOX_DROP_BYTES, MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatBoxTerms, type BoxTerms } from '#protocol/terms.ts'
import { randomNoise, hashOfParts } from '../../kit/bytes.ts'
import { send, type Changes, type Reply } from './wire.ts'

/** A box of fresh keys, its root key and one reader's: the worker's view of one, without the client's state. */
export interface RawBox {
  readonly address: BoxAddress
  readonly root: SigningKey
  readonly reader: SigningKey
}

/** A drop of arbitrary bytes that goes into a box. */
export interface BoxDrop {
  readonly dropId: DropId
  readonly terms: BoxTerms
  readonly bytes: Bytes
  readonly sender: SigningKey
}

/** The size of a drop if a test names none. */
export const DROP_BYTES: number = MIN_BOX_DROP_BYTES + 64

/** A box that has published nothing. */
export async function newBox(): Promise<RawBox> {
  const [root, reader] = await Promise.all([generateSigningKey(), generateSigningKey()])
  return { address: await addressOf(root.publicKey), root, reader }
}

/** A box with a card for the present epoch. */
export async function openBox(changes: Partial<Card> = {}): Promise<RawBox> {
  const box = await newBox()
  expect((await publish(box, [await cardOf(box, changes)])).status).toBe(200)
  return box
}

export async function cardOf({ address, root, reader }: RawBox, changes: Partial<Card> = {}): Promise<string> {
  const payload: Card = {
    v: 1,
    box: address,
    serial: 1,
    epoch: epochAt(Date.now()),
    name: 'Newsroom',
    readers: [readerOf(reader)],
    terms: { largest: 104_857_600, invitation: false },
    ...changes,
  }
  return signJws(CARD_TYPE, formatCard(payload), root)
}

export function readerOf({ publicKey }: SigningKey): Card['readers'][number] {
  return { name: 'Ana', key: publicKey, age: `age1pq1${'q'.repeat(1_952)}` }
}

/** RFC 7515 §3.1 by hand, without the library that the worker verifies with. */
export async function signJws(type: string, payload: string, { publicKey, privateKey }: SigningKey): Promise<string> {
  const parts = [JSON.stringify(formatProtectedHeader(type, publicKey)), payload].map((each) => toBase64url(utf8(each)))
  const signature = await crypto.subtle.sign('Ed25519', privateKey, utf8(parts.join('.')))
  return [...parts, toBase64url(new Uint8Array(signature))].join('.')
}

/** A reader's announcement; the server does not look into it. */
export function announcementOf(reader: SigningKey, first = 1): Promise<string> {
  return signJws(READER_KEYS_TYPE, JSON.stringify({ v: 1, first }), reader)
}

export async function newBoxDrop(
  box: Pick<RawBox, 'address'>,
  { sizeBytes = DROP_BYTES, ttlSeconds = 86_400 }: { sizeBytes?: number; ttlSeconds?: number } = {},
): Promise<BoxDrop> {
  const sender = await generateSigningKey()
  const terms = { ttlSeconds, box: box.address, sender: sender.publicKey }
  return { dropId: formatDropId(randomBytes(16)), terms, bytes: randomNoise(sizeBytes), sender }
}

export function deposit({ dropId, terms, bytes: body }: BoxDrop, changes: Changes = {}): Promise<Reply> {
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), ...changes.fields }
  return send({ name: 'create', dropId, body, ...changes, fields })
}

/** A drop that is in a box. */
export async function depositInBox(
  box: Pick<RawBox, 'address'>,
  options: { sizeBytes?: number; ttlSeconds?: number } = {},
  changes: Changes = {},
): Promise<BoxDrop> {
  const drop = await newBoxDrop(box, options)
  const reply = await deposit(drop, changes)
  expect([reply.status, reply.code]).toEqual([201, undefined])
  return drop
}

/** A drop in parts for a box, of which nothing but the commit is missing. */
export async function uploadAll(
  box: Pick<RawBox, 'address'>,
  parts: readonly Bytes[] = [randomNoise(MIN_PART_BYTES), randomNoise(9)],
  changes: Changes = {},
): Promise<BoxDrop & { size: number; commit: (changes?: Changes) => Promise<Reply> }> {
  const drop = await newBoxDrop(box)
  const { dropId, terms, sender } = drop
  const size = parts.reduce((sum, { length }) => sum + length, 0)
  const extent = formatExtent({ size, parts: parts.length })
  const fields = { [DROP_TERMS_FIELD]: formatBoxTerms(terms), [DROP_EXTENT_FIELD]: extent }
  expect((await send({ name: 'begin', dropId, fields, ...changes })).status).toBe(201)
  for (const [n, body] of parts.entries()) {
    const reply = await send({
      name: 'upload',
      dropId,
      query: formatPartQuery(n),
      signers: { sender },
      body,
      ...changes,
    })
    expect(reply.status).toBe(201)
  }
  const commit = {
    name: 'commit',
    dropId,
    signers: { sender },
    body: formatCommitBody(await hashOfParts(parts)),
  } as const
  return { ...drop, size, commit: (more) => send({ ...commit, ...changes, ...more }) }
}

/** The fields of a reader's request. */
export function asReader({ address, reader }: RawBox): Changes {
  return { box: address, boxReader: reader.publicKey, signers: { member: reader } }
}

/** The fields of an owner's request, as owner or as reader. */
export function asOwner({ address, root }: RawBox): Changes {
  return { box: address, boxReader: root.publicKey, signers: { member: root, root } }
}

export function items(box: RawBox, query: Partial<ItemsQuery> = {}, changes: Changes = {}): Promise<Reply> {
  const asked = formatItemsQuery({ order: 'after', seq: 0, most: 200, ...query })
  return send({ name: 'items', query: asked, ...asReader(box), ...changes })
}

/** A reader's view of a whole box of at most one page. */
export async function listOf(box: RawBox): Promise<readonly Item[]> {
  const reply = await items(box, {}, asOwner(box))
  expect([reply.status, reply.json['more']]).toEqual([200, false])
  return reply.json['items'] as Item[]
}

export async function idsOf(box: RawBox): Promise<readonly DropId[]> {
  return (await listOf(box)).map(({ drop }) => drop)
}

export function collect(box: RawBox, dropId: DropId, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'collect', dropId, query: formatPartQuery(0), ...asReader(box), ...changes })
}

export function publish(box: RawBox, cards: readonly string[], changes: Changes = {}): Promise<Reply> {
  return send({ name: 'publish', body: formatPublishBody(cards), ...asOwner(box), ...changes })
}

export function remove(box: RawBox, drops: readonly DropId[], changes: Changes = {}): Promise<Reply> {
  return send({ name: 'delete', body: formatDeleteBody(drops), ...asOwner(box), ...changes })
}

export function announce(box: RawBox, jws: string, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'keys', body: utf8(jws), ...asReader(box), ...changes })
}

export function readers(box: RawBox, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'readers', ...asOwner(box), ...changes })
}

export function invite(box: RawBox, invitation: InvitationState, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'invite', body: formatInviteBody(invitation), ...asOwner(box), ...changes })
}

export function invitations(box: RawBox, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'invitations', ...asOwner(box), ...changes })
}

export function card(box: Pick<RawBox, 'address'>, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'card', box: box.address, ...changes })
}

/** An invitation that its owner has made, and what its bearer sends. */
export interface Invited {
  readonly state: InvitationState
  readonly bearer: Changes
}

export async function newInvitation(
  box: RawBox,
  {
    count = 10,
    bytes = 1_000_000,
    lifeSeconds = 86_400,
  }: { count?: number; bytes?: number; lifeSeconds?: number } = {},
): Promise<Invited> {
  const secret = randomBytes(16)
  const expires = Math.floor(Date.now() / 1_000) + lifeSeconds
  const state = { hash: toBase64url(await sha256(secret)), items: count, bytes, expires }
  expect((await invite(box, state)).json['invitations']).toContainEqual(state)
  return { state, bearer: { fields: { [BOX_INVITATION_FIELD]: toBase64url(secret) } } }
}
