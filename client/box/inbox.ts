import type { BoxAddress } from '#protocol/address.ts'
import { formatPartQuery } from '#protocol/api.ts'
import {
  formatDeleteBody,
  formatItemsQuery,
  type Deleted,
  type Item,
  type ItemsQuery,
  type Listing,
} from '#protocol/box-api.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { isPossible } from '#protocol/extent.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { listOf, recordOf, textOf } from '#protocol/json.ts'
import { MAX_CREATED_SECONDS, MAX_DELETED } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { SigningKey } from '../crypto/keys.ts'
import { makeDownload, type ReceiveOptions } from '../download.ts'
import type { Addressee, Reply } from '../layout.ts'
import type { OpenDropOptions, Opened } from '../open.ts'
import { aboutForm, jsonForm, PART, type Form } from '../answers.ts'
import { isCount } from '../refused.ts'
import { afterwards, ask, type Server } from '../server.ts'
import type { Parts, Staging } from '../staging.ts'
import type { Access } from './access.ts'
import { threadOf } from './thread.ts'

/** A listing that has been looked through. */
export interface CheckedListing extends Listing {
  /** Items that the server listed once more, under another place: not among `items`. Each is a case of `repeated`. */
  readonly repeated: readonly Item[]
}

/** An item that has been opened, and what is true of it. All of it has been verified. */
export interface OpenedItem extends Opened {
  readonly to: Addressee
  /** The address to which answers go; `undefined` if the sender takes none. */
  readonly thread: BoxAddress | undefined
  /** The recipient of an answer. */
  readonly reply: Pick<Reply, 'key' | 'age'> | undefined
  /** Whether it names a thread that is not its sender's own. Then it has none. */
  readonly isThreadForged: boolean
  /** Of an answer: the box that answers. */
  readonly from: BoxAddress | undefined
  /** The readers whom the sender was shown, and for whom it was sealed. */
  readonly readers: readonly PublicKey[]
}

/**
 * Lists the contents of a box.
 * @param known - the places of drops that were listed before: one of them in another place is repeated.
 * @throws DropError `bad_answer` for a list out of order, or with what cannot be; `not_proved` if one may not read
 */
export async function listItems(
  server: Server,
  access: Access,
  query: ItemsQuery,
  known: ReadonlyMap<DropId, number> = new Map(),
): Promise<CheckedListing> {
  const asked = { name: 'items', query: formatItemsQuery(query), ...asMember(access) } as const
  const { items, more, count, bytes } = await ask(server, asked, listingForm(access.address))
  if (items.length > query.most) throw new DropError('bad_answer')
  const places = new Map(known)
  const kept: Item[] = []
  const repeated: Item[] = []
  let last = query.seq
  let lastDrop: DropId | undefined
  for (const item of items) {
    const isNext = query.order === 'after' ? item.seq > last : item.seq < last
    const isAgain = item.seq === last && item.drop === lastDrop
    if (!isNext && !isAgain) throw new DropError('bad_answer')
    if (isAgain || (places.get(item.drop) ?? item.seq) !== item.seq) repeated.push(item)
    else kept.push(item)
    places.set(item.drop, places.get(item.drop) ?? item.seq)
    last = item.seq
    lastDrop = item.drop
  }
  return { items: kept, more, count, bytes, repeated }
}

/**
 * The ciphertext of an item, part by part, as it comes in. It may be fetched any number of times, until an owner deletes it
 * or it expires.
 * @returns at once; each part rejects with Refused `gone`, `not_proved`; DropError `offline`, `try_later`, `bad_answer`,
 * `stopped`; or what the staging throws
 */
export function collectParts(
  server: Server,
  access: Access,
  { drop: dropId, size, parts }: Pick<Item, 'drop' | 'size' | 'parts'>,
  staging: Staging,
  options: ReceiveOptions = {},
): Parts {
  const member = asMember(access)
  return makeDownload(
    server,
    (n, send) => send(n, { name: 'collect', query: formatPartQuery(n), ...member }),
    { dropId, size, parts },
    staging,
    options,
  )
}

/**
 * Opens an item: verifies all of it in one pass, in which the sink gets the files, and then gives out what it holds.
 * @throws DropError `open_failed` for whatever is wrong with it, and for one whose keys have been deleted; `misplaced` if it
 * was sealed for another box, under another id, or for no box; `stopped`; what the parts and the sink throw
 */
export async function openItem(
  parts: Parts,
  access: Access,
  item: Pick<Item, 'drop' | 'arrived'>,
  options: OpenDropOptions = {},
): Promise<OpenedItem> {
  // Loaded only here: listing a box need not wait for the ciphers.
  const { openParts } = await import('../open.ts')
  const opened = await openParts(parts, access.identitiesFor(item.arrived), options)
  const { to, reply, from } = opened.letterhead ?? {}
  if (to === undefined || to.box !== access.address || to.drop !== item.drop) throw new DropError('misplaced')
  const thread =
    reply === undefined ? undefined : await threadOf(reply, { ...to, text: opened.text, files: opened.files })
  return {
    ...opened,
    to,
    thread,
    reply: reply === undefined || thread === undefined ? undefined : { key: reply.key, age: reply.age },
    isThreadForged: reply !== undefined && thread === undefined,
    from,
    readers: to.readers,
  }
}

/**
 * Deletes items: nobody can fetch them any more. Doing it twice changes nothing.
 * @returns how many of them are deleted now: all, those included that were so before
 */
export async function deleteItems(
  server: Server,
  root: SigningKey,
  address: BoxAddress,
  drops: readonly DropId[],
): Promise<number> {
  let sum = 0
  for (let start = 0; start < drops.length; start += MAX_DELETED) {
    const run = drops.slice(start, start + MAX_DELETED)
    const signed = { box: address, boxReader: root.publicKey, signers: { root } }
    const { deleted } = await ask(server, { name: 'delete', body: formatDeleteBody(run), ...signed }, DELETED)
    // All that were named are deleted now, or it would have been refused.
    if (deleted !== run.length) throw new DropError('bad_answer')
    await afterwards(requireGone(server, signed, run[0]))
    sum += deleted
  }
  return sum
}

/** Anything in between can say that it was done; that a drop is not in the box, only the server. @throws DropError `not_done` */
async function requireGone(
  server: Server,
  { signers: { root: member }, ...signed }: { box: BoxAddress; boxReader: PublicKey; signers: { root: SigningKey } },
  dropId: DropId | undefined,
): Promise<void> {
  if (dropId === undefined) return
  const call = { name: 'collect', dropId, query: formatPartQuery(0), ...signed, signers: { member } } as const
  try {
    await ask(server, call, PART)
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') return
    throw error
  }
  throw new DropError('not_done')
}

function asMember({ address, key }: Access): {
  box: BoxAddress
  boxReader: PublicKey
  signers: { member: SigningKey }
} {
  return { box: address, boxReader: key.publicKey, signers: { member: key } }
}

function listingForm(box: BoxAddress): Form<Listing> {
  return aboutForm({ box }, (body) => {
    const { more, count, bytes } = body
    const items = listOf(body['items'], parseItem)
    if (items === undefined || typeof more !== 'boolean' || !isCount(count) || !isCount(bytes)) return undefined
    return { items, more, count, bytes }
  })
}

const DELETED: Form<Deleted> = jsonForm(({ deleted }) => (isCount(deleted) ? { deleted } : undefined))

function parseItem(value: unknown): Item | undefined {
  const { drop: id, seq, size, parts, arrived, expires } = recordOf(value) ?? {}
  const drop = textOf(id, parseDropId)
  const isWhole = isCount(seq) && isCount(size) && isCount(parts) && isCount(arrived) && isCount(expires)
  // Nobody is made to ask for millions of parts with nothing in them.
  if (drop === undefined || !isWhole || parts < 1 || !isPossible({ size, parts })) return undefined
  // A list shows these days.
  if (Math.max(expires, arrived * DAY_SECONDS) > MAX_CREATED_SECONDS) return undefined
  return { drop, seq, size, parts, arrived, expires }
}

const DAY_SECONDS = 86_400
