import { formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import type { ItemsQuery } from '#protocol/box-api.ts'
import { parseBase64url, toBase64url } from '#protocol/bytes.ts'
import { dropIdBytes, formatDropId, type DropId } from '#protocol/id.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { BoxItem, Usage } from './box.ts'
import type { SCHEMA } from '../storage/schema.ts'
import type { RackDatabase, TableRow } from '../storage/database.ts'
import { keyOf } from './box-rows.ts'

/**
 * The drops in the boxes of a rack, listed and pending. An item costs 2 rows written when it is pending, 3 when it is listed and
 * 1 when it is removed, and those of its box.
 */
export class ItemRows {
  readonly #tables: RackDatabase

  constructor(tables: RackDatabase) {
    this.#tables = tables
  }

  find(box: BoxAddress, id: DropId): BoxItem | undefined {
    return this.#select('box = ? AND id = ?', keyOf(box), dropIdBytes(id).buffer)[0]
  }

  /** Listed items that have not expired, in the given order. */
  list(box: BoxAddress, { order, seq, most }: ItemsQuery, now: number): readonly BoxItem[] {
    const [compare, direction] = order === 'after' ? ['>', 'ASC'] : ['<', 'DESC']
    return this.#select(
      `box = ? AND state = 'listed' AND seq ${compare} ? AND due > ? ORDER BY seq ${direction} LIMIT ?`,
      keyOf(box),
      seq,
      now,
      most,
    )
  }

  /** Expired items that are still counted because the alarm is late. */
  expired(box: BoxAddress, now: number): Usage {
    const [row] = this.#tables
      .select<{ items: number; bytes: number | null }>(
        "SELECT count(*) AS items, sum(size) AS bytes FROM items INDEXED BY items_due WHERE due <= ? AND box = ? AND state = 'listed'",
        now,
        keyOf(box),
      )
      .toArray()
    return { items: row?.items ?? 0, bytes: row?.bytes ?? 0 }
  }

  /** Uninvited pending items, by the time when their shelf is asked next. */
  waiting(box: BoxAddress, now: number): readonly BoxItem[] {
    // This index skips items that were listed long ago.
    const query = `SELECT id FROM items INDEXED BY items_due WHERE due <= ? AND box = ? AND state = 'pending'
      AND invitation IS NULL ORDER BY due`
    const rows = this.#tables
      .select<{ id: ArrayBuffer }>(query, now + UPLOAD_LIFE_SECONDS * 1_000, keyOf(box))
      .toArray()
    return rows.map(({ id }) => this.find(box, formatDropId(new Uint8Array(id)))).filter((item) => item !== undefined)
  }

  /** Items that are due for the alarm, soonest first. */
  due(now: number, most: number): readonly BoxItem[] {
    return this.#select('due <= ? ORDER BY due LIMIT ?', now, most)
  }

  nextDue(): number | undefined {
    const [row] = this.#tables.select<{ due: number | null }>('SELECT min(due) AS due FROM items').toArray()
    return row?.due ?? undefined
  }

  /** Writes an item, and replaces an earlier one of that drop. */
  put(item: BoxItem): void {
    this.#tables.put('items', { box: keyOf(item.box), id: dropIdBytes(item.id).buffer, ...fieldsOf(item) })
  }

  remove({ box, id }: BoxItem): void {
    this.#tables.remove('items', 'box = ? AND id = ?', keyOf(box), dropIdBytes(id).buffer)
  }

  #select(where: string, ...values: SqlStorageValue[]): readonly BoxItem[] {
    return this.#tables
      .select<ItemRow>(`SELECT * FROM items WHERE ${where}`, ...values)
      .toArray()
      .map((row) => ({
        box: formatBoxAddress(new Uint8Array(row.box)),
        id: formatDropId(new Uint8Array(row.id)),
        // Only `put` writes this column, from a BoxItem.
        state: row.state as BoxItem['state'],
        seq: row.seq,
        size: row.size,
        parts: row.parts,
        arrived: row.arrived,
        dueMs: row.due,
        invitation: row.invitation === null ? undefined : toBase64url(new Uint8Array(row.invitation)),
      }))
  }
}

type ItemRow = TableRow<typeof SCHEMA.rack.items>

/** All of an item but its key. */
function fieldsOf({ state, seq, size, parts, arrived, dueMs, invitation }: BoxItem): Omit<ItemRow, 'box' | 'id'> {
  const hash = invitation === undefined ? null : (parseBase64url(invitation, 32)?.buffer ?? null)
  return { state, seq, size, parts, arrived, due: dueMs, invitation: hash }
}
