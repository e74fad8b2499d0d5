import { BOXES } from './schema/boxes.ts'
import { CARDS } from './schema/cards.ts'
import type { StoreDeclaration, Table } from './schema/types.ts'
import { SHELF } from './schema/shelf.ts'
import { STORES } from './schema/stores.ts'

/**
 * Everything that a server stores, field by field: its meaning, the requests that write it, its life, and what a reader of it
 * learns. Nothing else is stored.
 *
 * This is the single source. The tables are made from it, and rows are written through it (`database.ts`): an undeclared field
 * does not compile, and neither does a row without a declared one. docs/storage.md, the page `/disclosure`, its machine-readable
 * form and the output of `sealdrop operator disclose` are generated from it. A test reads the disk of a server that many people
 * have used, and fails on anything else.
 *
 * The fields are in `schema/shelf.ts` (drops), `schema/boxes.ts` and `schema/cards.ts` (boxes) and `schema/stores.ts`
 * (ciphertext), those of the platform in `schema/platform.ts`, and statements about all of it in `schema/statements.ts`.
 */
export const SCHEMA: {
  /** The database of a shelf, one of `SHELVES`: the state of drops. */
  readonly shelf: typeof SHELF
  /** The database of a rack, one of as many: the lists and the cards of boxes. */
  readonly rack: typeof BOXES & typeof CARDS
  /** Workers KV and R2: ciphertext. */
  readonly stores: typeof STORES
} = { shelf: SHELF, rack: { boxes: BOXES.boxes, ...CARDS, items: BOXES.items }, stores: STORES }

/** All tables in one type, so that no declaration can leave anything out. */
export const DATABASES: Readonly<Record<'shelf' | 'rack', Readonly<Record<string, Table>>>> = {
  shelf: SCHEMA.shelf,
  rack: SCHEMA.rack,
}

export const STORE_FIELDS: Readonly<Record<'kv' | 'r2', StoreDeclaration>> = SCHEMA.stores
