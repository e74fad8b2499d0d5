import { columnsOf } from '#protocol/disclosure.ts'
import type { SCHEMA } from './schema.ts'
import type { Column, ColumnType, ValueForm, Table } from './schema/types.ts'

/** The databases of a shelf and of a rack. */
export type ShelfDatabase = Database<typeof SCHEMA.shelf>
export type RackDatabase = Database<typeof SCHEMA.rack>

type Tables = Readonly<Record<string, Table>>

/** The type of a column's values. */
type Value<S extends ColumnType> = S extends 'INTEGER NOT NULL'
  ? number
  : S extends 'TEXT NOT NULL'
    ? string
    : S extends 'TEXT'
      ? string | null
      : S extends 'BLOB'
        ? ArrayBuffer | null
        : ArrayBuffer

/** A row of a table, as `schema.ts` declares it. */
export type TableRow<T extends Table> = {
  [C in keyof T['columns'] & string]: T['columns'][C] extends Column ? Value<T['columns'][C]['sql']> : never
}

/** Refuses undeclared fields: without this a row in a variable could have a field too many. */
type Exactly<R, S> = S & { readonly [C in Exclude<keyof S, keyof R>]: never }

/** Rows by table, as SQLite has them. */
export type StoredRows = Record<string, Record<string, SqlStorageValue>[]>

/** The text of a query. */
type Query = `SELECT ${string}`

/**
 * The database of one shelf or one rack. All writes go through here, by the names in `schema.ts`: an undeclared field does not
 * compile, and would have no column. Writes between two waits are one step.
 */
export class Database<D extends Tables> {
  readonly #sql: SqlStorage
  readonly #tables: D
  #isPrepared = false

  constructor(sql: SqlStorage, tables: D) {
    this.#sql = sql
    this.#tables = tables
  }

  /**
   * The rows that a query finds, to be read at once.
   * @throws TypeError for anything but one query
   */
  select<T extends Record<string, SqlStorageValue>>(query: Query, ...values: SqlStorageValue[]): SqlStorageCursor<T> {
    if (!query.startsWith('SELECT ')) throw new TypeError('only a query selects')
    return this.#exec<T>(query, values)
  }

  /** Writes a new row. */
  insert<N extends keyof D & string, S extends TableRow<D[N]>>(name: N, row: Exactly<TableRow<D[N]>, S>): void {
    this.#exec(this.#insertion(name), this.#inOrder(name, row))
  }

  /** Writes a row, and replaces one with the same key. */
  put<N extends keyof D & string, S extends TableRow<D[N]>>(name: N, row: Exactly<TableRow<D[N]>, S>): void {
    const key = keyOf(this.#table(name))
    const others = Object.keys(this.#table(name).columns).filter((column) => !key.includes(column))
    const renewal = others.map((column) => `${column} = excluded.${column}`).join(', ')
    const query = `${this.#insertion(name)} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${renewal}`
    this.#exec(query, this.#inOrder(name, row))
  }

  /**
   * Writes some fields of the rows that `where` selects.
   * @param values - of its placeholders.
   */
  change<N extends keyof D & string, S extends Partial<TableRow<D[N]>>>(
    name: N,
    fields: Exactly<TableRow<D[N]>, S>,
    where: string,
    ...values: SqlStorageValue[]
  ): void {
    const named: readonly [string, SqlStorageValue][] = Object.entries<SqlStorageValue>(fields)
    const marks = named.map(([column]) => `${column} = ?`).join(', ')
    this.#exec(`UPDATE ${name} SET ${marks} WHERE ${where}`, [...named.map(([, value]) => value), ...values])
  }

  /** Removes the rows that `where` selects. */
  remove(name: keyof D & string, where: string, ...values: SqlStorageValue[]): void {
    this.#exec(`DELETE FROM ${name} WHERE ${where}`, values)
  }

  /**
   * Every whole row that has all of these, by table, for the operator. Nothing is changed: a look makes no tables either.
   * @param named - by form of the column.
   */
  rowsWith(named: Readonly<Partial<Record<ValueForm, ArrayBuffer>>>): StoredRows {
    const present = this.#sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray()
    const found = columnsOf(this.#tables, Object.keys(named)).flatMap(([table, columns]) => {
      if (!present.some(({ name }) => name === table)) return []
      const where = columns.map((column) => `${column} = ?`).join(' AND ')
      const rows = this.#sql.exec(`SELECT * FROM ${table} WHERE ${where}`, ...Object.values(named)).toArray()
      return [[table, rows] as const]
    })
    return Object.fromEntries(found)
  }

  #insertion(name: keyof D & string): string {
    const columns = Object.keys(this.#table(name).columns)
    return `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
  }

  #inOrder(name: keyof D & string, row: Readonly<Record<string, SqlStorageValue>>): SqlStorageValue[] {
    return Object.keys(this.#table(name).columns).map((column) => row[column] ?? null)
  }

  #table(name: keyof D & string): Table {
    const table: Table | undefined = this.#tables[name]
    if (table === undefined) throw new TypeError(`${name} is not declared`)
    return table
  }

  // At first use, not in the object's constructor: deleteAll() drops tables as well, and an instance may outlive it.
  #exec<T extends Record<string, SqlStorageValue>>(query: string, values: SqlStorageValue[]): SqlStorageCursor<T> {
    // SQLite also runs a second statement behind a semicolon: an insert behind a query would bypass the declaration.
    if (query.includes(';')) throw new TypeError('one statement at a time')
    if (!this.#isPrepared) {
      this.#sql.exec(createStatements(this.#tables))
      for (const [name, table] of Object.entries<Table>(this.#tables)) this.#addMissing(name, table)
      this.#isPrepared = true
    }
    return this.#sql.exec<T>(query, ...values)
  }

  /** Adds columns that came later. Only columns that may be empty can be added to existing rows. */
  #addMissing(name: string, { columns }: Table): void {
    const late = Object.entries(columns).filter(([, { sql }]) => sql === 'BLOB' || sql === 'TEXT')
    if (late.length === 0) return
    const present = this.#sql.exec<{ name: string }>(`PRAGMA table_info(${name})`).toArray()
    for (const [column, { sql }] of late)
      if (!present.some((each) => each.name === column))
        this.#sql.exec(`ALTER TABLE ${name} ADD COLUMN ${column} ${sql}`)
  }
}

/** The statements that create missing tables. */
export function createStatements(tables: Tables): string {
  return Object.entries(tables)
    .flatMap(([name, { key, columns, indexes }]) => {
      const fields = Object.entries(columns).map(([column, { sql }]) => `${column} ${sql}`)
      if (key !== undefined) fields.push(`PRIMARY KEY (${key.join(', ')})`)
      return [
        `CREATE TABLE IF NOT EXISTS ${name} (${fields.join(', ')}) WITHOUT ROWID;`,
        ...Object.entries(indexes).map(
          ([index, { on, where }]) =>
            `CREATE INDEX IF NOT EXISTS ${index} ON ${name} (${on.join(', ')})${where === undefined ? '' : ` WHERE ${where}`};`,
        ),
      ]
    })
    .join('\n')
}

function keyOf({ key, columns }: Table): readonly string[] {
  return key ?? Object.keys(columns).filter((column) => columns[column]?.sql.endsWith('PRIMARY KEY'))
}
