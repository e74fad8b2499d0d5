import { boxAddressBytes, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { newBox, type Box } from './box.ts'
import { SCHEMA } from '../storage/schema.ts'
import type { RackDatabase, TableRow } from '../storage/database.ts'

/** The boxes of a rack: one row each, from the first deposit or publication on. */
export class BoxRows {
  readonly #tables: RackDatabase

  constructor(tables: RackDatabase) {
    this.#tables = tables
  }

  /** An unknown address is an empty box. */
  find(address: BoxAddress): Box {
    const [row] = this.#tables
      .select<TableRow<typeof SCHEMA.rack.boxes>>('SELECT * FROM boxes WHERE address = ?', keyOf(address))
      .toArray()
    if (row === undefined) return newBox(address)
    const { serial, seq, items, bytes, pending, day } = row
    return {
      address,
      serial,
      seq,
      items,
      bytes,
      pending,
      pendingBytes: row.pending_bytes,
      day,
      dayBytes: row.day_bytes,
      forgetDay: row.forget,
    }
  }

  save({ address, serial, seq, items, bytes, pending, pendingBytes, day, dayBytes, forgetDay }: Box): void {
    this.#tables.put('boxes', {
      address: keyOf(address),
      serial,
      seq,
      items,
      bytes,
      pending,
      pending_bytes: pendingBytes,
      day,
      day_bytes: dayBytes,
      forget: forgetDay,
    })
  }

  /** Boxes that hold nothing and are due to be forgotten by `day`, oldest first. */
  idle(day: number, most: number): readonly BoxAddress[] {
    const query = `SELECT address FROM boxes WHERE ${IDLE} AND forget <= ? ORDER BY forget LIMIT ?` as const
    const rows = this.#tables.select<{ address: ArrayBuffer }>(query, day, most).toArray()
    return rows.map(({ address }) => formatBoxAddress(new Uint8Array(address)))
  }

  /** The day on which the next of them is due, in days since 1970. */
  nextForgetDay(): number | undefined {
    const query = `SELECT min(forget) AS day FROM boxes WHERE ${IDLE}` as const
    const [row] = this.#tables.select<{ day: number | null }>(query).toArray()
    return row?.day ?? undefined
  }

  /** Removes a box with its cards, its readers' announced keys and its invitations. */
  remove(address: BoxAddress): void {
    this.#tables.remove('boxes', 'address = ?', keyOf(address))
    for (const table of ['cards', 'reader_keys', 'invitations'] as const)
      this.#tables.remove(table, 'box = ?', keyOf(address))
  }
}

/** The bytes of an address, as in all tables. */
export function keyOf(address: BoxAddress): ArrayBuffer {
  return boxAddressBytes(address).buffer
}

/** The condition of its index. */
const IDLE = SCHEMA.rack.boxes.indexes.boxes_idle.where
