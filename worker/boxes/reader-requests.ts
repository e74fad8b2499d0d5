import type { Item, ItemsQuery } from '#protocol/box-api.ts'
import { READER_KEYS_TYPE, readSigned } from '#protocol/card.ts'
import { MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import { usageOf, type BoxItem } from './box.ts'
import type { BoxShardContext } from './shard-context.ts'
import type { BoxResult } from './rpc.ts'

// The requests of a box's readers. A key that is allowed to has been proved.

/** One page of the list. */
export function answerItems(
  { boxes, items }: BoxShardContext,
  { box }: SignedBoxRequest,
  query: ItemsQuery,
  now: number,
): BoxResult<'items'> {
  const found = items.list(box, { ...query, most: query.most + 1 }, now)
  const held = usageOf(boxes.find(box), items.expired(box, now))
  const listing = {
    items: found.slice(0, query.most).map(describe),
    more: found.length > query.most,
    count: held.items,
    bytes: held.bytes,
  }
  return { outcome: 'listed', listing }
}

/** @param jws - the reader's signed keys. */
export async function answerKeys(
  { cards }: BoxShardContext,
  { box, boxReader }: SignedBoxRequest,
  jws: string,
  now: number,
): Promise<BoxResult<'keys'>> {
  if (!(await isSignedBy(jws, boxReader))) return { outcome: 'bad_request' }
  // A box without cards has no readers.
  if (cards.present(box, now) === undefined) return { outcome: 'gone' }
  if (cards.announced(box, boxReader) !== jws) cards.announce(box, boxReader, jws)
  return { outcome: 'done' }
}

async function isSignedBy(jws: string, key: string): Promise<boolean> {
  try {
    return (await readSigned(jws, READER_KEYS_TYPE, MAX_READER_KEYS_CHARACTERS)).root === key
  } catch {
    return false
  }
}

function describe({ id, seq, size, parts, arrived, dueMs }: BoxItem): Item {
  return { drop: id, seq, size, parts, arrived, expires: Math.floor(dueMs / 1_000) }
}
