import { boxAddressBytes, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import type { Receipt } from '#protocol/api.ts'
import { dropIdBytes, formatDropId, type DropId } from '#protocol/id.ts'
import { formatPublicKey, publicKeyBytes, type PublicKey } from '#protocol/public-key.ts'
import type { Drop, DropPhase } from './drop.ts'
import type { SCHEMA } from '../storage/schema.ts'
import type { TableRow, ShelfDatabase } from '../storage/database.ts'

/**
 * The rows of one shelf. Rows written are most of the cost of a drop: 2 for a new row and its place in the index of due times, 1
 * for a change, 1 for its removal, and 1 more only where the due time moves. `schema/shelf.ts` names every column.
 */
export class DropRows {
  readonly #database: ShelfDatabase

  constructor(database: ShelfDatabase) {
    this.#database = database
  }

  find(id: DropId): Drop | undefined {
    const [row] = this.#database.select<DropRow>('SELECT * FROM drops WHERE id = ?', dropIdBytes(id).buffer).toArray()
    return row && fromRow(row)
  }

  /** Due drops and their due times (milliseconds since 1970), soonest first. */
  due(now: number, most: number): readonly (readonly [drop: Drop, dueMs: number])[] {
    const query = 'SELECT * FROM drops WHERE due <= ? ORDER BY due LIMIT ?'
    const rows = this.#database.select<DropRow>(query, now, most).toArray()
    return rows.map((row) => [fromRow(row), row.due])
  }

  /** The time at which the alarm looks at a drop, in milliseconds since 1970. */
  dueOf(id: DropId): number | undefined {
    const query = 'SELECT due FROM drops WHERE id = ?'
    return this.#database.select<{ due: number }>(query, dropIdBytes(id).buffer).toArray()[0]?.due
  }

  /** The next due time, in milliseconds since 1970. */
  nextDue(): number | undefined {
    const [row] = this.#database.select<{ due: number | null }>('SELECT min(due) AS due FROM drops').toArray()
    return row?.due ?? undefined
  }

  insert(drop: Drop): void {
    this.#database.insert('drops', toRow(drop))
  }

  /** Writes the fields that change in a drop's life. */
  update(drop: Drop): void {
    this.#database.change('drops', changing(drop), 'id = ?', dropIdBytes(drop.id).buffer)
  }

  /** The same fields and the due time, in one step. */
  updateDue(drop: Drop, dueMs: number): void {
    this.#database.change('drops', { ...changing(drop), due: dueMs }, 'id = ?', dropIdBytes(drop.id).buffer)
  }

  /** Writes the fields that a commit changes: from now on the drop can be claimed, and its life counts. */
  commit({ id, phase, digest, expiresAtMs }: Drop): void {
    const fields = { phase, digest, expires: expiresAtMs, due: expiresAtMs }
    this.#database.change('drops', fields, 'id = ?', dropIdBytes(id).buffer)
  }

  /** Moves the time at which the alarm looks at a drop. */
  postpone(id: DropId, dueMs: number): void {
    this.#database.change('drops', { due: dueMs }, 'id = ?', dropIdBytes(id).buffer)
  }

  remove(id: DropId): void {
    this.#database.remove('drops', 'id = ?', dropIdBytes(id).buffer)
  }
}

type DropRow = TableRow<typeof SCHEMA.shelf.drops>

function changing({ phase, digest, blobs, claims, dismissed, tries }: Drop): Partial<DropRow> {
  return {
    phase,
    digest,
    blobs: JSON.stringify(blobs),
    claims: JSON.stringify(claims),
    dismissed: JSON.stringify(dismissed),
    tries: JSON.stringify(tries),
  }
}

function toRow(drop: Drop): DropRow {
  return {
    id: dropIdBytes(drop.id).buffer,
    due: drop.expiresAtMs,
    expires: drop.expiresAtMs,
    reads: drop.reads,
    locator: keyOrNone(drop.locator),
    claim: keyOrNone(drop.claim),
    sender: publicKeyBytes(drop.sender).buffer,
    ttl: drop.ttlSeconds,
    digest: drop.digest,
    size: drop.size,
    parts: drop.parts,
    phase: drop.phase,
    blobs: JSON.stringify(drop.blobs),
    claims: JSON.stringify(drop.claims),
    dismissed: JSON.stringify(drop.dismissed),
    tries: JSON.stringify(drop.tries),
    box: drop.box === undefined ? null : boxAddressBytes(drop.box).buffer,
    authority: drop.authority ?? null,
  }
}

/** A drop in a box has no keys of a link. */
function keyOrNone(key: PublicKey | undefined): ArrayBuffer {
  return key === undefined ? new ArrayBuffer(0) : publicKeyBytes(key).buffer
}

function fromRow(row: DropRow): Drop {
  const key = (value: ArrayBuffer): PublicKey => formatPublicKey(new Uint8Array(value))
  const address = (value: ArrayBuffer): BoxAddress => formatBoxAddress(new Uint8Array(value))
  return {
    id: formatDropId(new Uint8Array(row.id)),
    expiresAtMs: row.expires,
    reads: row.reads,
    locator: row.locator.byteLength === 0 ? undefined : key(row.locator),
    claim: row.claim.byteLength === 0 ? undefined : key(row.claim),
    sender: key(row.sender),
    authority: row.authority ?? undefined,
    box: row.box === null ? undefined : address(row.box),
    ttlSeconds: row.ttl,
    digest: row.digest,
    size: row.size,
    parts: row.parts,
    // Only `toRow` and `changing` write these columns, from a Drop.
    phase: row.phase as DropPhase,
    blobs: JSON.parse(row.blobs) as string[],
    claims: JSON.parse(row.claims) as Receipt[],
    dismissed: JSON.parse(row.dismissed) as PublicKey[],
    tries: JSON.parse(row.tries) as string[],
  }
}
