import { BOXES } from './schema/boxes.ts'
import { CARDS } from './schema/cards.ts'
import type { StoreDeclaration, Table } from './schema/types.ts'
import { SHELF } from './schema/shelf.ts'
import { STORES } from './schema/stores.ts'

/**
 * Everything that a server stores, field by field: what it is, who makes the server write it, how long it lives, and what it
 * tells whoever gets hold of it. What is not named here is not stored.
 *
 * This is the one source. The tables are made from it, and rows are written through it (`database.ts`): a field that is not
 * declared does not compile, and neither does a row without one that is. docs/storage.md, the page `/disclosure`, its
 * machine-readable form and what `sealdrop operator disclose` prints are generated from it. A test reads the disk of a
 * server that many people have used, and fails on anything else that it finds there.
 *
 * The fields are in `schema/shelf.ts` (drops), `schema/boxes.ts` and `schema/cards.ts` (boxes) and `schema/stores.ts`
 * (ciphertext); what is around them in `schema/platform.ts`, and what is beyond them in `schema/statements.ts`.
 */
export const SCHEMA: {
  /** The database of a shelf, one of `SHELVES`: the state of drops. */
  readonly shelf: typeof SHELF
  /** The database of a rack, one of as many: the lists and the cards of boxes. */
  readonly rack: typeof BOXES & typeof CARDS
  /** Workers KV and R2: ciphertext. */
  readonly stores: typeof STORES
} = { shelf: SHELF, rack: { boxes: BOXES.boxes, ...CARDS, items: BOXES.items }, stores: STORES }

/** Each field says all that there is to say, and no table says more of one than of another. */
export const DATABASES: Readonly<Record<'shelf' | 'rack', Readonly<Record<string, Table>>>> = {
  shelf: SCHEMA.shelf,
  rack: SCHEMA.rack,
}

export const STORE_FIELDS: Readonly<Record<'kv' | 'r2', StoreDeclaration>> = SCHEMA.stores
