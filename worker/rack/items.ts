import { formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import type { ItemsQuery } from '#protocol/box-api.ts'
import { parseBase64url, toBase64url } from '#protocol/bytes.ts'
import { dropIdBytes, formatDropId, type DropId } from '#protocol/id.ts'
import type { BoxItem } from '../box.ts'
import { keyOf } from './boxes.ts'
import type { Tables } from './tables.ts'

/**
 * The drops in the boxes of a rack, and those on their way. An item costs 2 rows written when it is pending, 3 when it is
 * listed and 1 when it is removed, besides those of its box.
 */
export class Items {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  find(box: BoxAddress, id: DropId): BoxItem | undefined {
    return this.#select('box = ? AND id = ?', keyOf(box), dropIdBytes(id).buffer)[0]
  }

  /** What is listed and has not expired, in the order that is asked for. */
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

  /** What has expired and is still counted, as the alarm is late. */
  late(box: BoxAddress, now: number): { readonly count: number; readonly bytes: number } {
    const [row] = this.#tables
      .select<{ count: number; bytes: number | null }>(
        "SELECT count(*) AS count, sum(size) AS bytes FROM items INDEXED BY items_due WHERE due <= ? AND box = ? AND state = 'listed'",
        now,
        keyOf(box),
      )
      .toArray()
    return { count: row?.count ?? 0, bytes: row?.bytes ?? 0 }
  }

  /** What the alarm has to look at, soonest first. */
  due(now: number, most: number): readonly BoxItem[] {
    return this.#select('due <= ? ORDER BY due LIMIT ?', now, most)
  }

  nextDue(): number | undefined {
    const [row] = this.#tables.select<{ due: number | null }>('SELECT min(due) AS due FROM items').toArray()
    return row?.due ?? undefined
  }

  insert(item: BoxItem): void {
    const { box, id, state, seq, size, parts, arrived, dueMs } = item
    const [key, drop] = [keyOf(box), dropIdBytes(id).buffer]
    const marks = [key, drop, state, seq, size, parts, arrived, dueMs, hashOf(item)]
    this.#tables.write('INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', ...marks)
  }

  update(item: BoxItem): void {
    const { box, id, state, seq, size, parts, arrived, dueMs } = item
    this.#tables.write(
      `UPDATE items SET state = ?, seq = ?, size = ?, parts = ?, arrived = ?, due = ?, invitation = ?
       WHERE box = ? AND id = ?`,
      state,
      seq,
      size,
      parts,
      arrived,
      dueMs,
      hashOf(item),
      keyOf(box),
      dropIdBytes(id).buffer,
    )
  }

  remove({ box, id }: BoxItem): void {
    this.#tables.write('DELETE FROM items WHERE box = ? AND id = ?', keyOf(box), dropIdBytes(id).buffer)
  }

  #select(where: string, ...values: SqlStorageValue[]): readonly BoxItem[] {
    return this.#tables
      .select<Row>(`SELECT * FROM items WHERE ${where}`, ...values)
      .toArray()
      .map((row) => ({
        box: formatBoxAddress(new Uint8Array(row.box)),
        id: formatDropId(new Uint8Array(row.id)),
        // Only `insert` and `update` write this column, from a BoxItem.
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

function hashOf({ invitation }: BoxItem): ArrayBuffer | null {
  return invitation === undefined ? null : (parseBase64url(invitation, 32)?.buffer ?? null)
}

type Row = {
  box: ArrayBuffer
  id: ArrayBuffer
  state: string
  seq: number
  size: number
  parts: number
  arrived: number
  due: number
  invitation: ArrayBuffer | null
}
