import type { RequestName } from '#protocol/api.ts'

/** The form of a stored value. `protocol/disclosure.ts` writes each for people. */
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

/** A column's type in SQLite. All but the last two are never empty. */
export type ColumnType = 'BLOB PRIMARY KEY' | 'BLOB NOT NULL' | 'INTEGER NOT NULL' | 'TEXT NOT NULL' | 'BLOB' | 'TEXT'

/** The cause of a write: a request of docs/protocol.md §6 and §13.7, or the server itself at a due time. */
export type Writer =
  | Extract<RequestName, 'create' | 'begin' | 'upload' | 'commit' | 'status' | 'claim' | 'ack' | 'revoke' | 'reopen'>
  | Extract<RequestName, 'publish' | 'keys' | 'invite' | 'delete' | 'collect'>
  | 'alarm'

/** One stored field, and all that there is to say of it. */
export interface StoredField {
  readonly form: ValueForm
  /** Its meaning. */
  readonly means: string
  readonly by: readonly Writer[]
  /** When it changes. */
  readonly changes: string
  /** The knowledge that it gives to a reader. */
  readonly tells: string
  /** If it does not live as long as the row. */
  readonly lives?: string
}

/** A field in SQLite. */
export interface Column extends StoredField {
  readonly sql: ColumnType
}

/** A second, sorted copy of some columns, to find rows by. It tells nothing that the rows do not. */
export interface Index {
  readonly on: readonly string[]
  /** Which rows are in it; all of them if left out. */
  readonly where?: string
  readonly repeats: string
}

export interface Table {
  /** The thing that one row stands for. */
  readonly holds: string
  readonly lives: string
  /** The columns of the primary key; left out where a column is declared as it. */
  readonly key?: readonly string[]
  /** In the order of the table. */
  readonly columns: Readonly<Record<string, Column>>
  readonly indexes: Readonly<Record<string, Index>>
}

/** A store of ciphertext. */
export interface StoreDeclaration {
  readonly name: string
  /** The prefix of its keys. */
  readonly prefix: string
  readonly lives: string
  readonly fields: Readonly<Record<string, StoredField>>
  readonly metadata: string
}
