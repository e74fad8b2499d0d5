import type { RequestName } from '#protocol/api.ts'

/** How a stored value is to be read. `protocol/disclosure.ts` writes each as people read it. */
export type ValueForm =
  | 'drop id'
  | 'box address'
  | 'public key'
  | 'SHA-256'
  | 'milliseconds since 1970'
  | 'seconds since 1970'
  | 'days since 1970'
  | 'weeks since 1970'
  | 'seconds'
  | 'bytes'
  | 'number'
  | 'text'
  | 'JSON'
  | 'signed JSON'

/** What SQLite is told of a column. All but the last two are never empty. */
export type ColumnType = 'BLOB PRIMARY KEY' | 'BLOB NOT NULL' | 'INTEGER NOT NULL' | 'TEXT NOT NULL' | 'BLOB' | 'TEXT'

/** Who makes the server write: a request of docs/protocol.md §6 and §13.7, or the server itself when a time has come. */
export type Writer =
  | Extract<RequestName, 'create' | 'begin' | 'upload' | 'commit' | 'status' | 'claim' | 'ack' | 'revoke' | 'reopen'>
  | Extract<RequestName, 'publish' | 'keys' | 'invite' | 'delete' | 'collect'>
  | 'alarm'

/** One stored field: everything that there is to say of it. */
export interface StoredField {
  readonly form: ValueForm
  /** What it is. */
  readonly means: string
  readonly by: readonly Writer[]
  /** When it is written again. */
  readonly changes: string
  /** What whoever reads it learns. */
  readonly tells: string
  /** Where that is not as long as the row. */
  readonly lives?: string
}

/** A field in SQLite. */
export interface Column extends StoredField {
  readonly sql: ColumnType
}

/** A second copy of some columns, sorted, to find rows by. It tells nothing that the rows do not. */
export interface Index {
  readonly on: readonly string[]
  /** Which rows are in it; all of them if left out. */
  readonly where?: string
  readonly repeats: string
}

export interface Table {
  /** What one row stands for. */
  readonly holds: string
  readonly lives: string
  /** Columns that tell one row from another; left out where one column says so itself. */
  readonly key?: readonly string[]
  /** In the order in which SQLite has them. */
  readonly columns: Readonly<Record<string, Column>>
  readonly indexes: Readonly<Record<string, Index>>
}

/** A store of ciphertext. */
export interface StoreDeclaration {
  readonly name: string
  /** What its keys begin with. */
  readonly prefix: string
  readonly lives: string
  readonly fields: Readonly<Record<string, StoredField>>
  readonly metadata: string
}
