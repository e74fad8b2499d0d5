import type { Bytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import type { SCHEMA } from '../storage/schema.ts'
import type { TableRow, ShelfDatabase } from '../storage/database.ts'

/** One attempt to store one part of a drop. The intent is written before the bytes are. */
export interface Part {
  readonly n: number
  /** Store key, used once. */
  readonly blob: string
  /** Bytes of ciphertext. */
  readonly size: number
  /** SHA-256 of the ciphertext, 32 bytes. */
  readonly digest: Bytes
  readonly state: PartState
}

/**
 *   writing → received → replaced, and from anywhere → deleted, which leaves no row
 *
 * `writing`: bytes may be there, or may still arrive. `received`: a part of the drop. `replaced`: all of it is there, and it is
 * no part of the drop. `erased`: deleted when the drop had ended; bytes may still arrive, so it is deleted again later and at
 * expiry.
 */
export type PartState = 'writing' | 'received' | 'replaced' | 'erased'

/** The parts of the drops of one shelf. A part costs three rows written in its life: its intent, its arrival, its removal. */
export class PartRows {
  readonly #database: ShelfDatabase

  constructor(database: ShelfDatabase) {
    this.#database = database
  }

  /** All attempts at one drop, by part. */
  list(id: DropId): readonly Part[] {
    return this.#select('id = ? ORDER BY n', idOf(id))
  }

  /** The parts that have arrived, by part. */
  received(id: DropId): readonly Part[] {
    return this.#select("id = ? AND state = 'received' ORDER BY n", idOf(id))
  }

  find(id: DropId, n: number): Part | undefined {
    return this.#select("id = ? AND n = ? AND state = 'received'", idOf(id), n)[0]
  }

  attempt(id: DropId, n: number, blob: string): Part | undefined {
    return this.#select('id = ? AND n = ? AND blob = ?', idOf(id), n, blob)[0]
  }

  /**
   * The parts that have to be deleted when the drop ends; with `isAgain` also those that were deleted once and may have arrived
   * since.
   */
  condemned(id: DropId, isAgain: boolean, most: number): readonly Part[] {
    const which = isAgain ? '' : "AND state <> 'erased'"
    return this.#select(`id = ? ${which} ORDER BY state = 'erased', n LIMIT ?`, idOf(id), most)
  }

  insert(id: DropId, { n, blob, size, digest, state }: Part): void {
    this.#database.insert('parts', { id: idOf(id), n, blob, size, digest: digest.slice().buffer, state })
  }

  move(id: DropId, { n, blob }: Part, state: PartState): void {
    this.#database.change('parts', { state }, ONE, idOf(id), n, blob)
  }

  remove(id: DropId, { n, blob }: Part): void {
    this.#database.remove('parts', ONE, idOf(id), n, blob)
  }

  #select(where: string, ...values: SqlStorageValue[]): readonly Part[] {
    const query = `SELECT n, blob, size, digest, state FROM parts WHERE ${where}` as const
    const rows = this.#database.select<Omit<TableRow<typeof SCHEMA.shelf.parts>, 'id'>>(query, ...values)
    // Only `insert` and `move` write these columns, from a Part.
    return rows.toArray().map((row) => ({ ...row, digest: new Uint8Array(row.digest), state: row.state as PartState }))
  }
}

const ONE = 'id = ? AND n = ? AND blob = ?'

function idOf(id: DropId): ArrayBuffer {
  return dropIdBytes(id).buffer
}
