import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import { parseBase64url, toBase64url } from '#protocol/bytes.ts'
import { NONCE_LIFE_MS } from '#protocol/limits.ts'
import { keyOf } from './boxes.ts'
import type { Tables } from './tables.ts'

/** The invitations of the boxes of a rack. Of their secrets it has the hashes alone. */
export class Invitations {
  readonly #tables: Tables

  constructor(tables: Tables) {
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
    const values = [keyOf(box), hashBytes(hash), items, bytes, expires]
    this.#tables.write('INSERT INTO invitations VALUES (?, ?, ?, ?, ?, 0)', ...values)
  }

  /** What may still come by it. */
  save(box: BoxAddress, { hash, items, bytes }: InvitationState): void {
    const values = [items, bytes, keyOf(box), hashBytes(hash)]
    this.#tables.write('UPDATE invitations SET items = ?, bytes = ? WHERE box = ? AND hash = ?', ...values)
  }

  /** What was taken from it for a drop that did not come. */
  giveBack(box: BoxAddress, hash: string, bytes: number): void {
    const values = [bytes, keyOf(box), hashBytes(hash)]
    this.#tables.write(
      'UPDATE invitations SET items = items + 1, bytes = bytes + ? WHERE box = ? AND hash = ? AND ended = 0',
      ...values,
    )
  }

  /**
   * Ends one. For as long as the request that made it could be sent again its row stays: else a second copy of that request
   * would bring it back.
   */
  end(box: BoxAddress, hash: string, now: number): void {
    const until = Math.ceil((now + 2 * NONCE_LIFE_MS) / 1_000)
    const values = [until, keyOf(box), hashBytes(hash)]
    this.#tables.write(
      'UPDATE invitations SET ended = 1, items = 0, bytes = 0, expires = ? WHERE box = ? AND hash = ? AND ended = 0',
      ...values,
    )
  }

  forgetExpired(now: number): void {
    this.#tables.write('DELETE FROM invitations WHERE expires <= ?', now / 1_000)
  }

  /** When the next one expires, in milliseconds since 1970. */
  nextExpiry(): number | undefined {
    const [row] = this.#tables.select<{ next: number | null }>('SELECT min(expires) AS next FROM invitations').toArray()
    return row === undefined || row.next === null ? undefined : row.next * 1_000
  }

  #select(where: string, ...values: SqlStorageValue[]): readonly InvitationState[] {
    const query = `SELECT hash, items, bytes, expires FROM invitations WHERE ${where}`
    return this.#tables
      .select<Row>(query, ...values)
      .toArray()
      .map(({ hash, ...rest }) => ({ hash: toBase64url(new Uint8Array(hash)), ...rest }))
  }
}

function hashBytes(hash: string): ArrayBuffer {
  const bytes = parseBase64url(hash, 32)
  if (bytes === undefined) throw new TypeError('the hash of an invitation is made only by its parser')
  return bytes.buffer
}

type Row = { hash: ArrayBuffer; items: number; bytes: number; expires: number }
