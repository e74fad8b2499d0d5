/** The tables of one rack. docs/storage.md names every column. What happens between two waits is written in one step. */
export class Tables {
  readonly #sql: SqlStorage
  #isPrepared = false

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The rows that a query finds: to be taken at once. */
  select<T extends Record<string, SqlStorageValue>>(query: string, ...values: SqlStorageValue[]): SqlStorageCursor<T> {
    return this.#exec<T>(query, values)
  }

  /** Changes rows. @returns how many of them were written, those of indexes among them */
  write(query: string, ...values: SqlStorageValue[]): number {
    return this.#exec(query, values).rowsWritten
  }

  // At first use, not in the object's constructor: deleteAll() drops tables as well, and an instance may outlive it.
  #exec<T extends Record<string, SqlStorageValue>>(query: string, values: SqlStorageValue[]): SqlStorageCursor<T> {
    if (!this.#isPrepared) {
      this.#sql.exec(SCHEMA)
      this.#isPrepared = true
    }
    return this.#sql.exec<T>(query, ...values)
  }
}

// The card itself last: who only wants its readers does not read it.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS boxes (
    address BLOB PRIMARY KEY, serial INTEGER NOT NULL, seq INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL,
    pending INTEGER NOT NULL, pending_bytes INTEGER NOT NULL, day INTEGER NOT NULL, day_bytes INTEGER NOT NULL,
    forget INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS boxes_idle ON boxes (forget) WHERE items = 0 AND pending = 0;
  CREATE TABLE IF NOT EXISTS cards (
    box BLOB NOT NULL, epoch INTEGER NOT NULL, readers TEXT NOT NULL, largest INTEGER NOT NULL,
    invitation INTEGER NOT NULL, jws TEXT NOT NULL, PRIMARY KEY (box, epoch)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reader_keys (
    box BLOB NOT NULL, reader BLOB NOT NULL, jws TEXT NOT NULL, PRIMARY KEY (box, reader)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS invitations (
    box BLOB NOT NULL, hash BLOB NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL, expires INTEGER NOT NULL,
    ended INTEGER NOT NULL, PRIMARY KEY (box, hash)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS invitations_expires ON invitations (expires);
  CREATE TABLE IF NOT EXISTS items (
    box BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL, seq INTEGER NOT NULL, size INTEGER NOT NULL,
    parts INTEGER NOT NULL, arrived INTEGER NOT NULL, due INTEGER NOT NULL, invitation BLOB, PRIMARY KEY (box, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS items_seq ON items (box, seq) WHERE state = 'listed';
  CREATE INDEX IF NOT EXISTS items_due ON items (due);`
