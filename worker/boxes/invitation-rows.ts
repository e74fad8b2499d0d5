import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import { parseBase64url, toBase64url } from '#protocol/bytes.ts'
import { NONCE_LIFE_MS } from '#protocol/limits.ts'
import type { SCHEMA } from '../storage/schema.ts'
import type { RackDatabase, TableRow } from '../storage/database.ts'
import { keyOf } from './box-rows.ts'

/** The invitations of the boxes of a rack. It has only the hashes of their secrets. */
export class InvitationRows {
  readonly #tables: RackDatabase

  constructor(tables: RackDatabase) {
    this.#tables = tables
  }

  /** One that is still good. */
  find(box: BoxAddress, hash: string, now: number): InvitationState | undefined {
    return this.#select(
      'box = ? AND hash = ? AND ended = 0 AND expires > ?',
      keyOf(box),
      hashBytes(hash),
      now / 1_000,
    )[0]
  }

  /** Whether there is one with this hash, or was until a moment ago. */
  isKnown(box: BoxAddress, hash: string): boolean {
    return this.#select('box = ? AND hash = ?', keyOf(box), hashBytes(hash)).length > 0
  }

  list(box: BoxAddress, now: number): readonly InvitationState[] {
    return this.#select('box = ? AND ended = 0 AND expires > ? ORDER BY expires, hash', keyOf(box), now / 1_000)
  }

  insert(box: BoxAddress, { hash, items, bytes, expires }: InvitationState): void {
    this.#tables.insert('invitations', { box: keyOf(box), hash: hashBytes(hash), items, bytes, expires, ended: 0 })
  }

  /** Writes how much may still come by it. */
  save(box: BoxAddress, { hash, items, bytes }: InvitationState): void {
    this.#tables.change('invitations', { items, bytes }, 'box = ? AND hash = ?', keyOf(box), hashBytes(hash))
  }

  /** Returns the room of a drop that did not come. */
  giveBack(box: BoxAddress, hash: string, bytes: number): void {
    const [left] = this.#select(GOING_ON, keyOf(box), hashBytes(hash))
    if (left !== undefined) this.save(box, { ...left, items: left.items + 1, bytes: left.bytes + bytes })
  }

  /** Ends one. Its row stays for as long as the request that made it could be sent again: a second copy would bring it back. */
  end(box: BoxAddress, hash: string, now: number): void {
    const fields = { ended: 1, items: 0, bytes: 0, expires: Math.ceil((now + 2 * NONCE_LIFE_MS) / 1_000) }
    this.#tables.change('invitations', fields, GOING_ON, keyOf(box), hashBytes(hash))
  }

  forgetExpired(now: number): void {
    this.#tables.remove('invitations', 'expires <= ?', now / 1_000)
  }

  /** When the next one expires, in milliseconds since 1970. */
  nextExpiry(): number | undefined {
    const [row] = this.#tables.select<{ next: number | null }>('SELECT min(expires) AS next FROM invitations').toArray()
    return row === undefined || row.next === null ? undefined : row.next * 1_000
  }

  #select(where: string, ...values: SqlStorageValue[]): readonly InvitationState[] {
    const query = `SELECT hash, items, bytes, expires FROM invitations WHERE ${where}` as const
    return this.#tables
      .select<InvitationRow>(query, ...values)
      .toArray()
      .map(({ hash, ...rest }) => ({ hash: toBase64url(new Uint8Array(hash)), ...rest }))
  }
}

function hashBytes(hash: string): ArrayBuffer {
  const bytes = parseBase64url(hash, 32)
  if (bytes === undefined) throw new TypeError('the hash of an invitation is made only by its parser')
  return bytes.buffer
}

type InvitationRow = Omit<TableRow<typeof SCHEMA.rack.invitations>, 'box' | 'ended'>

const GOING_ON = 'box = ? AND hash = ? AND ended = 0'
