import { expect, test } from 'vitest'
import { SCHEMA } from '../../worker/storage/schema.ts'
import { Database } from '../../worker/storage/database.ts'
import { openBox } from './support/boxes.ts'
import { depositDrop } from './support/drops.ts'
import { inShelf } from './support/inside.ts'
import { inRack } from './support/inside-rack.ts'

// Word for word as on existing servers: their tables are not created again.

const SHELF = `
  CREATE TABLE drops (
    id BLOB PRIMARY KEY, due INTEGER NOT NULL, expires INTEGER NOT NULL, reads INTEGER NOT NULL,
    locator BLOB NOT NULL, claim BLOB NOT NULL, sender BLOB NOT NULL, ttl INTEGER NOT NULL,
    digest TEXT NOT NULL, size INTEGER NOT NULL, parts INTEGER NOT NULL,
    phase TEXT NOT NULL, blobs TEXT NOT NULL, claims TEXT NOT NULL, dismissed TEXT NOT NULL, tries TEXT NOT NULL,
    box BLOB, authority TEXT
  ) WITHOUT ROWID;
  CREATE INDEX drops_due ON drops (due);
  CREATE TABLE parts (
    id BLOB NOT NULL, n INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, digest BLOB NOT NULL,
    state TEXT NOT NULL, PRIMARY KEY (id, n, blob)
  ) WITHOUT ROWID;`

const RACK = `
  CREATE TABLE boxes (
    address BLOB PRIMARY KEY, serial INTEGER NOT NULL, seq INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL,
    pending INTEGER NOT NULL, pending_bytes INTEGER NOT NULL, day INTEGER NOT NULL, day_bytes INTEGER NOT NULL,
    forget INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX boxes_idle ON boxes (forget) WHERE items = 0 AND pending = 0;
  CREATE TABLE cards (
    box BLOB NOT NULL, epoch INTEGER NOT NULL, readers TEXT NOT NULL, largest INTEGER NOT NULL,
    invitation INTEGER NOT NULL, jws TEXT NOT NULL, PRIMARY KEY (box, epoch)
  ) WITHOUT ROWID;
  CREATE TABLE reader_keys (
    box BLOB NOT NULL, reader BLOB NOT NULL, jws TEXT NOT NULL, PRIMARY KEY (box, reader)
  ) WITHOUT ROWID;
  CREATE TABLE invitations (
    box BLOB NOT NULL, hash BLOB NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL, expires INTEGER NOT NULL,
    ended INTEGER NOT NULL, PRIMARY KEY (box, hash)
  ) WITHOUT ROWID;
  CREATE INDEX invitations_expires ON invitations (expires);
  CREATE TABLE items (
    box BLOB NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL, seq INTEGER NOT NULL, size INTEGER NOT NULL,
    parts INTEGER NOT NULL, arrived INTEGER NOT NULL, due INTEGER NOT NULL, invitation BLOB, PRIMARY KEY (box, id)
  ) WITHOUT ROWID;
  CREATE INDEX items_seq ON items (box, seq) WHERE state = 'listed';
  CREATE INDEX items_due ON items (due);`

function statements(text: string): string[] {
  const plain = text.replaceAll(/\s+/g, ' ').replaceAll('( ', '(').replaceAll(' )', ')')
  return plain.split(';').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]))
}

function made({ storage }: DurableObjectState): string[] {
  const query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\'"
  return storage.sql
    .exec<{ sql: string }>(query)
    .toArray()
    .flatMap(({ sql }) => statements(sql))
}

test('the tables of a shelf are those of every version before', async () => {
  const { dropId } = await depositDrop()
  expect(await inShelf(dropId, (_shelf, state) => made(state))).toEqual(statements(SHELF))
})

test('and so are those of a rack', async () => {
  const { address } = await openBox()
  expect(await inRack(address, (_rack, state) => made(state))).toEqual(statements(RACK))
})

test('a shelf from before there were boxes gets the columns that it lacks', async () => {
  const { dropId } = await depositDrop()
  const columns = await inShelf(dropId, (_shelf, { storage }) => {
    storage.sql.exec('DROP INDEX drops_due; DROP TABLE drops')
    storage.sql.exec(statements(SHELF)[0]!.replace(', box BLOB, authority TEXT', ''))
    new Database(storage.sql, SCHEMA.shelf).select('SELECT 1 AS one')
    return storage.sql.exec<{ name: string }>('PRAGMA table_info(drops)').toArray()
  })
  expect(columns.slice(-2).map(({ name }) => name)).toEqual(['box', 'authority'])
})

test('a query cannot write, and nothing undeclared is written', async () => {
  const { address } = await openBox()
  await inRack(address, (_rack, { storage }) => {
    const database = new Database(storage.sql, SCHEMA.rack)
    const count = (): unknown => storage.sql.exec('SELECT count(*) AS n FROM boxes').one()['n']
    const before = count()
    const row = "INSERT INTO boxes SELECT x'00', 0, 0, 0, 0, 0, 0, 0, 0, 0"
    // SQLite itself would take each of them.
    for (const query of [`SELECT 1; ${row}`, `SELECT 1;${row}`, `SELECT 1 -- \n;${row}`] as const)
      expect(() => database.select(query)).toThrow('one statement at a time')
    for (const query of [row, `select 1`, `WITH one AS (SELECT 1) ${row}`, `PRAGMA user_version = 7`, ` ${row}`])
      expect(() => database.select(query as 'SELECT 1')).toThrow('only a query selects')
    expect(() => database.remove('boxes', `1 = 0; ${row}`)).toThrow('one statement at a time')
    expect(() => database.change('boxes', { seq: 1 }, `1 = 0; ${row}`)).toThrow('one statement at a time')
    expect(count()).toBe(before)
    storage.sql.exec(`SELECT 1; ${row}`)
    expect(count()).toBe(Number(before) + 1)
  })
})
