import { boxAddressBytes, formatBoxAddress, type BoxAddress } from '#protocol/address.ts'
import type { Receipt } from '#protocol/api.ts'
import { dropIdBytes, formatDropId, type DropId } from '#protocol/id.ts'
import { formatPublicKey, publicKeyBytes, type PublicKey } from '#protocol/public-key.ts'
import type { Drop, Phase } from './drop.ts'
import { PARTS_SCHEMA } from './parts.ts'

/**
 * The rows of one shelf. Rows written are most of what a drop costs: 2 for a new row and its place in the index of due
 * times, 1 for a change, 1 for its removal, and 1 more only where the due time moves. docs/storage.md names every column.
 */
export class Rows {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  find(id: DropId): Drop | undefined {
    this.#prepare()
    const [row] = this.#sql.exec<Row>('SELECT * FROM drops WHERE id = ?', dropIdBytes(id).buffer).toArray()
    return row && fromRow(row)
  }

  /** Drops that are due, and since when (milliseconds since 1970), soonest first. */
  due(now: number, most: number): readonly (readonly [drop: Drop, dueMs: number])[] {
    this.#prepare()
    const rows = this.#sql.exec<Row>('SELECT * FROM drops WHERE due <= ? ORDER BY due LIMIT ?', now, most).toArray()
    return rows.map((row) => [fromRow(row), row.due])
  }

  /** When the next drop is due, in milliseconds since 1970. */
  nextDue(): number | undefined {
    this.#prepare()
    const [row] = this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM drops').toArray()
    return row?.due ?? undefined
  }

  insert(drop: Drop): void {
    this.#prepare()
    const marks = COLUMNS.map(() => '?').join(', ')
    const { expiresAtMs } = drop
    this.#sql.exec(`INSERT INTO drops (${COLUMNS.join(', ')}) VALUES (${marks})`, ...toValues(drop, expiresAtMs))
  }

  /** Writes what can change in a drop's life. */
  update(drop: Drop): void {
    const { id, phase, blobs, claims, dismissed, tries } = drop
    this.#sql.exec(
      'UPDATE drops SET phase = ?, blobs = ?, claims = ?, dismissed = ?, tries = ? WHERE id = ?',
      phase,
      JSON.stringify(blobs),
      JSON.stringify(claims),
      JSON.stringify(dismissed),
      JSON.stringify(tries),
      dropIdBytes(id).buffer,
    )
  }

  /** Writes what a commit changes: from now on the drop can be claimed, and its life counts. */
  commit({ id, phase, digest, expiresAtMs }: Drop): void {
    this.#sql.exec(
      'UPDATE drops SET phase = ?, digest = ?, expires = ?, due = ? WHERE id = ?',
      phase,
      digest,
      expiresAtMs,
      expiresAtMs,
      dropIdBytes(id).buffer,
    )
  }

  /** Moves the time at which the alarm looks at a drop. */
  postpone(id: DropId, dueMs: number): void {
    this.#sql.exec('UPDATE drops SET due = ? WHERE id = ?', dueMs, dropIdBytes(id).buffer)
  }

  remove(id: DropId): void {
    this.#sql.exec('DELETE FROM drops WHERE id = ?', dropIdBytes(id).buffer)
  }

  // At first use, not in the object's constructor: deleteAll() drops tables as well, and an instance may outlive it.
  #prepare(): void {
    if (this.#isPrepared) return
    this.#sql.exec(SCHEMA)
    // Made before there were boxes.
    const columns = this.#sql.exec<{ name: string }>('PRAGMA table_info(drops)').toArray()
    if (!columns.some(({ name }) => name === 'box')) this.#sql.exec('ALTER TABLE drops ADD COLUMN box BLOB')
    this.#isPrepared = true
  }

  #isPrepared = false
}

const COLUMNS = [
  'id',
  'due',
  'expires',
  'reads',
  'locator',
  'claim',
  'sender',
  'ttl',
  'digest',
  'size',
  'parts',
  'phase',
  'blobs',
  'claims',
  'dismissed',
  'tries',
  'box',
] as const

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS drops (
    id BLOB PRIMARY KEY, due INTEGER NOT NULL, expires INTEGER NOT NULL, reads INTEGER NOT NULL,
    locator BLOB NOT NULL, claim BLOB NOT NULL, sender BLOB NOT NULL, ttl INTEGER NOT NULL,
    digest TEXT NOT NULL, size INTEGER NOT NULL, parts INTEGER NOT NULL,
    phase TEXT NOT NULL, blobs TEXT NOT NULL, claims TEXT NOT NULL, dismissed TEXT NOT NULL, tries TEXT NOT NULL,
    box BLOB
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS drops_due ON drops (due);
  ${PARTS_SCHEMA}`

// A type, not an interface: only a type has the index signature that the platform's types ask for.
type Row = {
  id: ArrayBuffer
  due: number
  expires: number
  reads: number
  locator: ArrayBuffer
  claim: ArrayBuffer
  sender: ArrayBuffer
  ttl: number
  digest: string
  size: number
  parts: number
  phase: string
  blobs: string
  claims: string
  dismissed: string
  tries: string
  box: ArrayBuffer | null
}

function toValues(drop: Drop, dueMs: number): SqlStorageValue[] {
  return [
    dropIdBytes(drop.id).buffer,
    dueMs,
    drop.expiresAtMs,
    drop.reads,
    keyOrNone(drop.locator),
    keyOrNone(drop.claim),
    publicKeyBytes(drop.sender).buffer,
    drop.ttlSeconds,
    drop.digest,
    drop.size,
    drop.parts,
    drop.phase,
    JSON.stringify(drop.blobs),
    JSON.stringify(drop.claims),
    JSON.stringify(drop.dismissed),
    JSON.stringify(drop.tries),
    drop.box === undefined ? null : boxAddressBytes(drop.box).buffer,
  ]
}

/** A drop in a box has no keys of a link. */
function keyOrNone(key: PublicKey | undefined): ArrayBuffer {
  return key === undefined ? new ArrayBuffer(0) : publicKeyBytes(key).buffer
}

function fromRow(row: Row): Drop {
  const key = (value: ArrayBuffer): PublicKey => formatPublicKey(new Uint8Array(value))
  const address = (value: ArrayBuffer): BoxAddress => formatBoxAddress(new Uint8Array(value))
  return {
    id: formatDropId(new Uint8Array(row.id)),
    expiresAtMs: row.expires,
    reads: row.reads,
    locator: row.locator.byteLength === 0 ? undefined : key(row.locator),
    claim: row.claim.byteLength === 0 ? undefined : key(row.claim),
    sender: key(row.sender),
    box: row.box === null ? undefined : address(row.box),
    ttlSeconds: row.ttl,
    digest: row.digest,
    size: row.size,
    parts: row.parts,
    // Only `toValues` and `update` write these columns, from a Drop.
    phase: row.phase as Phase,
    blobs: JSON.parse(row.blobs) as string[],
    claims: JSON.parse(row.claims) as Receipt[],
    dismissed: JSON.parse(row.dismissed) as PublicKey[],
    tries: JSON.parse(row.tries) as string[],
  }
}
