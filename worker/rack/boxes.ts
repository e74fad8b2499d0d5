import { boxAddressBytes, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { newBox, type Box } from '../box.ts'
import type { Tables } from './tables.ts'

/** The boxes of a rack: one row each, once somebody has written to it or published its cards. */
export class Boxes {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** An address of which nothing is known is an empty box. */
  find(address: BoxAddress): Box {
    const [row] = this.#tables.select<Row>('SELECT * FROM boxes WHERE address = ?', keyOf(address)).toArray()
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
    this.#tables.write(
      `INSERT INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO UPDATE SET serial = excluded.serial,
       seq = excluded.seq, items = excluded.items, bytes = excluded.bytes, pending = excluded.pending,
       pending_bytes = excluded.pending_bytes, day = excluded.day, day_bytes = excluded.day_bytes,
       forget = excluded.forget`,
      keyOf(address),
      serial,
      seq,
      items,
      bytes,
      pending,
      pendingBytes,
      day,
      dayBytes,
      forgetDay,
    )
  }

  /** Boxes that hold nothing and are to be forgotten by `day`, the one that waits longest first. */
  idle(day: number, most: number): readonly BoxAddress[] {
    const query = `SELECT address FROM boxes WHERE ${IDLE} AND forget <= ? ORDER BY forget LIMIT ?`
    const rows = this.#tables.select<{ address: ArrayBuffer }>(query, day, most).toArray()
    return rows.map(({ address }) => formatBoxAddress(new Uint8Array(address)))
  }

  /** When the next of them is to be forgotten, in days since 1970. */
  nextForgetDay(): number | undefined {
    const query = `SELECT min(forget) AS day FROM boxes WHERE ${IDLE}`
    const [row] = this.#tables.select<{ day: number | null }>(query).toArray()
    return row?.day ?? undefined
  }

  /** Removes a box, with its cards, what its readers have announced, and its invitations. */
  remove(address: BoxAddress): void {
    this.#tables.write('DELETE FROM boxes WHERE address = ?', keyOf(address))
    for (const table of ['cards', 'reader_keys', 'invitations'])
      this.#tables.write(`DELETE FROM ${table} WHERE box = ?`, keyOf(address))
  }
}

/** The bytes of an address, as all tables have them. */
export function keyOf(address: BoxAddress): ArrayBuffer {
  return boxAddressBytes(address).buffer
}

const IDLE = 'items = 0 AND pending = 0'

// A type, not an interface: only a type has the index signature that the platform's types ask for.
type Row = {
  address: ArrayBuffer
  serial: number
  seq: number
  items: number
  bytes: number
  pending: number
  pending_bytes: number
  day: number
  day_bytes: number
  forget: number
}
