import type { BoxAddress } from '#protocol/address.ts'
import type { BoxTermsOfCard } from '#protocol/card.ts'
import { epochAt, type Epoch } from '#protocol/epoch.ts'
import { formatPublicKey, publicKeyBytes, type PublicKey } from '#protocol/public-key.ts'
import type { SCHEMA } from '../storage/schema.ts'
import type { RackDatabase, TableRow } from '../storage/database.ts'
import { keyOf } from './box-rows.ts'

/** A card as a rack stores it: the parts that the rack itself uses, and the signed whole. */
export interface KeptCard {
  readonly epoch: Epoch
  readonly readers: readonly PublicKey[]
  readonly terms: BoxTermsOfCard
  /** Compact JWS. */
  readonly jws: string
}

/** The cards of the boxes of a rack, and the keys that readers have announced. */
export class CardRows {
  readonly #tables: RackDatabase

  constructor(tables: RackDatabase) {
    this.#tables = tables
  }

  /** The card of the present epoch, or else the latest one. */
  present(box: BoxAddress, now: number): Omit<KeptCard, 'jws'> | undefined {
    const [row] = this.#tables
      .select<CardRow>(`SELECT epoch, readers, largest, invitation ${PRESENT}`, keyOf(box), epochAt(now))
      .toArray()
    if (row === undefined) return undefined
    // Only `replace` writes these columns, from a KeptCard.
    const readers = JSON.parse(row.readers) as PublicKey[]
    return { epoch: row.epoch, readers, terms: { largest: row.largest, invitation: row.invitation === 1 } }
  }

  /** The same card as its owner signed it. */
  presentJws(box: BoxAddress, now: number): string | undefined {
    return this.#tables.select<{ jws: string }>(`SELECT jws ${PRESENT}`, keyOf(box), epochAt(now)).toArray()[0]?.jws
  }

  /** All cards of a box by epoch, as their owner signed them. */
  all(box: BoxAddress): readonly string[] {
    const rows = this.#tables
      .select<{ jws: string }>('SELECT jws FROM cards WHERE box = ? ORDER BY epoch', keyOf(box))
      .toArray()
    return rows.map(({ jws }) => jws)
  }

  /** Replaces all cards. Keys that a reader has announced are removed unless a card still names the reader. */
  replace(box: BoxAddress, cards: readonly KeptCard[]): void {
    const key = keyOf(box)
    const epochs = cards.map(({ epoch }) => epoch)
    const marks = epochs.map(() => '?').join(', ')
    this.#tables.remove('cards', `box = ? AND epoch NOT IN (${marks})`, key, ...epochs)
    for (const { epoch, readers, terms, jws } of cards) {
      const { largest, invitation } = terms
      const row = { largest, invitation: invitation ? 1 : 0, readers: JSON.stringify(readers), jws }
      this.#tables.put('cards', { box: key, epoch, ...row })
    }
    const named = new Set(cards.flatMap(({ readers }) => readers))
    const rows = this.#tables
      .select<{ reader: ArrayBuffer }>('SELECT reader FROM reader_keys WHERE box = ?', key)
      .toArray()
    for (const { reader } of rows.filter((row) => !named.has(formatPublicKey(new Uint8Array(row.reader)))))
      this.#tables.remove('reader_keys', 'box = ? AND reader = ?', key, reader)
  }

  announce(box: BoxAddress, reader: PublicKey, jws: string): void {
    this.#tables.put('reader_keys', { box: keyOf(box), reader: publicKeyBytes(reader).buffer, jws })
  }

  /** The keys that a reader has announced, if any. */
  announced(box: BoxAddress, reader: PublicKey): string | undefined {
    const found = this.#tables
      .select<{ jws: string }>(
        'SELECT jws FROM reader_keys WHERE box = ? AND reader = ?',
        keyOf(box),
        publicKeyBytes(reader).buffer,
      )
      .toArray()
    return found[0]?.jws
  }
}

const PRESENT = 'FROM cards WHERE box = ? ORDER BY epoch = ? DESC, epoch DESC LIMIT 1'

type CardRow = Omit<TableRow<typeof SCHEMA.rack.cards>, 'box' | 'jws'>
