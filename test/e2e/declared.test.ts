import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Disclosure } from '#protocol/disclosure.ts'
import { DATABASES, STORE_FIELDS } from '../../worker/storage/schema.ts'
import { PLATFORM } from '../../worker/storage/schema/platform.ts'
import { declarationFile } from '../../tools/disclosure/declared.ts'
import { configWith, startServer, type Server } from '../tools/server.ts'
import { spendDay } from './support/day.ts'
import { filesOn, tablesOn, type DiskTable } from './support/disk.ts'

// After people have used a server for a day, its disk holds exactly what worker/storage/schema.ts declares: all of it, and
// nothing else.

let folder: string
let server: Server
/** All rows on the disk, at noon and after everything had expired. */
let noon: readonly DiskTable[]
let night: readonly DiskTable[]
let files: readonly string[]
/** The operator's two views of the same thing: from the server, and from the folder. */
const told: [asked: Disclosure, found: Disclosure][] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-declared-'))
  server = await startServer({ config: configOf(await run('key', 'operator.pem')) })
  const { waiting, parted, box, item } = await spendDay(server.url)
  for (const id of [waiting, parted, item, box]) {
    const there = ['--server', server.url, '--key-file', 'operator.pem']
    told.push([await disclosureBy(id, there), await disclosureBy(id, ['--data', server.data])])
  }
  noon = tablesOn(server.data)
  files = filesOn(server.data)
  await server.stop()
  letExpire(server.data)
  await server.start()
  while (dropsIn(tablesOn(server.data)) > 0) await sleep(100)
  night = tablesOn(server.data)
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

test('every table and column on the disk is declared, with its type, and every declared one is there', () => {
  const found = (kind: string): Record<string, Record<string, string>> =>
    Object.fromEntries(
      [...noon, ...night]
        .filter((each) => each.kind === kind && !Object.hasOwn(PLATFORM, each.table))
        .map(({ table, columns }) => [table, columns]),
    )
  const declared = (database: 'shelf' | 'rack'): Record<string, Record<string, string>> =>
    Object.fromEntries(
      Object.entries(DATABASES[database]).map(([table, { columns }]) => [
        table,
        Object.fromEntries(Object.entries(columns).map(([name, { sql }]) => [name, typeOf(sql)])),
      ]),
    )
  expect(found('Shelf')).toEqual(declared('shelf'))
  expect(found('Rack')).toEqual(declared('rack'))
  for (const kind of ['kv', 'r2', 'runtime']) expect(found(kind)).toEqual({})
})

test('tables and columns of the platform are declared as well', () => {
  const seen = [...noon, ...night].filter(({ table }) => Object.hasOwn(PLATFORM, table))
  const found = seen.map(({ table, columns }): [string, string[]] => [table, Object.keys(columns)])
  const declared = Object.entries(PLATFORM).map(([table, { columns }]): [string, string[]] => [
    table,
    Object.keys(columns),
  ])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(declared))
  expect(seen.filter(({ table, rows }) => table.startsWith('_mf_multipart') && rows.length > 0)).toEqual([])
})

test('every index is declared', () => {
  for (const [kind, database] of [
    ['Shelf', 'shelf'],
    ['Rack', 'rack'],
  ] as const) {
    const found = noon.filter((each) => each.kind === kind).flatMap(({ indexes }) => indexes)
    const declared = Object.values(DATABASES[database]).flatMap(({ indexes }) => Object.keys(indexes))
    expect([...new Set(found)].toSorted()).toEqual(declared.toSorted())
  }
})

test('every declared field has been written in the course of the day', () => {
  for (const database of ['shelf', 'rack'] as const)
    for (const [table, { columns }] of Object.entries(DATABASES[database]))
      for (const column of Object.keys(columns)) {
        const values = rowsOf(table).map((row) => row[column] ?? null)
        expect([table, column, values.some(isSomething)]).toEqual([table, column, true])
      }
})

test('every value has its declared form, and nothing more', () => {
  for (const database of ['shelf', 'rack'] as const)
    for (const [table, { columns }] of Object.entries(DATABASES[database]))
      for (const row of rowsOf(table))
        for (const [column, { form }] of Object.entries(columns))
          expect([table, column, form, fits(row[column] ?? null, form, `${table}.${column}`)]).toEqual([
            table,
            column,
            form,
            true,
          ])
})

test('keys of the stores are a prefix and a random UUID, and nothing of ours is stored beside the values', () => {
  const entries = rowsOf('_mf_entries')
  const objects = rowsOf('_mf_objects')
  expect([entries.length > 0, objects.length > 0]).toEqual([true, true])
  for (const { key, metadata } of entries) {
    expect(key).toMatch(new RegExp(`^${STORE_FIELDS.kv.prefix}${UUID}$`))
    expect(metadata).toBeNull()
  }
  for (const { key, http_metadata: http, custom_metadata: custom, checksums } of objects) {
    expect(key).toMatch(new RegExp(`^${STORE_FIELDS.r2.prefix}${UUID}$`))
    expect([http, custom, checksums]).toEqual(['{}', '{}', '{}'])
  }
})

test('every other file in the folder is sealed bytes, or belongs to the running process', () => {
  const others = files.filter((file) => !/\.sqlite(?:-wal|-shm)?$/.test(file) && !file.startsWith('tmp/'))
  const own = ['reserve', 'server.json', 'state/databases.json']
  const strange = others.filter((file) => !own.includes(file) && !/^state\/(?:kv|r2)\/\w+\/blobs\/[\da-f]+$/.test(file))
  expect(strange).toEqual([])
})

test('when everything has expired, no row of a drop and no sealed byte is left', async () => {
  for (const table of ['drops', 'parts', '_mf_objects', '_mf_entries'])
    expect([table, night.filter((each) => each.table === table).flatMap(({ rows }) => rows)]).toEqual([table, []])
  // The stores on a disk report a deletion a moment before the file is gone.
  await expect.poll(() => filesOn(server.data).filter((file) => file.includes('/blobs/'))).toEqual([])
})

test('an operator who asks the server sees the same rows as its folder holds', () => {
  const tables = told.map(([{ held }]) => held.map(({ table, rows }) => `${table} ${rows.length}`))
  expect(tables).toEqual([
    ['drops 1'],
    ['drops 1', 'parts 2'],
    ['drops 1', 'items 1'],
    [
      expect.stringMatching(/^boxes 1$/),
      expect.stringMatching(/^cards \d+$/),
      'reader_keys 2',
      'invitations 2',
      'items 2',
    ],
  ])
  for (const [asked, found] of told) {
    for (const { table, columns, rows } of asked.held) {
      const same = found.held.filter((each) => each.table === table)
      expect(same.flatMap((each) => each.rows)).toEqual(rows)
      for (const each of same) expect(each.columns).toEqual(columns)
    }
    for (const { key, store, present, expires, uploaded } of asked.ciphertext)
      expect(found.ciphertext).toContainEqual(
        expect.objectContaining(withoutHoles({ key, store, present, expires, uploaded })),
      )
    expect(found.statement.notHeld).toEqual(asked.statement.notHeld)
  }
  // The folder also shows the drops of a box.
  expect(told.at(-1)?.[1].held.map(({ table }) => table)).toEqual(expect.arrayContaining(['drops', 'items']))
})

test('the server publishes the declaration that its worker was built from', async () => {
  const answer = await fetch(`${server.url}/.well-known/sealdrop/disclosure.json`)
  expect(answer.headers.get('Content-Type')).toContain('application/json')
  expect(await answer.text()).toBe(declarationFile())
  const page = await (await fetch(`${server.url}/disclosure`)).text()
  expect(page).toContain('What this server could hand over')
  expect(page).not.toContain('<script')
  for (const tables of Object.values(DATABASES))
    for (const { columns } of Object.values(tables))
      for (const name of Object.keys(columns)) expect(page).toContain(`<code translate="no">${name}</code>`)
})

/** A server with an operator's key and a bucket. */
function configOf(key: string): string {
  const config = configWith(folder)
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(/^ORIGIN = /m, `OPERATOR_KEY = "${key.trim()}"\nORIGIN = `),
  )
  return config
}

async function disclosureBy(id: string, by: readonly string[]): Promise<Disclosure> {
  return JSON.parse(await run('disclose', id, ...by, '--json')) as Disclosure
}

async function run(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [COMMAND, 'operator', ...args], { cwd: folder })).stdout
}

const COMMAND = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))

function withoutHoles(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function rowsOf(table: string): readonly Readonly<Record<string, SQLOutputValue>>[] {
  return noon.filter((each) => each.table === table).flatMap(({ rows }) => rows)
}

function dropsIn(tables: readonly DiskTable[]): number {
  return tables.filter(({ table }) => table === 'drops').reduce((sum, { rows }) => sum + rows.length, 0)
}

/** A declared type as SQLite reports it: a primary key of a table without row ids is never empty. */
function typeOf(sql: string): string {
  return sql.replace('PRIMARY KEY', 'NOT NULL')
}

function isSomething(value: SQLOutputValue): boolean {
  if (value instanceof Uint8Array) return value.length > 0
  return value !== null && value !== 0n && value !== '' && value !== '[]'
}

const UUID = '[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}'
const KEY = '"[\\w-]{43}"'
const RECORD = '\\{"created":\\d+,"nonce":"[\\w-]{22,64}","signature":"[\\w+/]{86}=="\\}'
const ACK = `,"ack":\\{"opened":${KEY},"claim":${RECORD},"reader":${RECORD}\\}`

/** The allowed forms of each text field. */
const TEXTS: Readonly<Record<string, string>> = {
  'drops.digest': '(?:sha-256=:[\\w+/]{43}=:|[\\w-]{43})?',
  'drops.authority': '(?:[\\w.-]+(?::\\d{1,5})?)?',
  'drops.phase': 'uploading|live|read|revoked|locked|deleted',
  'drops.blobs': listOf(`"${STORE_FIELDS.kv.prefix}${UUID}"`),
  'drops.claims': listOf(`\\{"reader":${KEY},"claim":${RECORD}(?:${ACK})?\\}`),
  'drops.dismissed': listOf(KEY),
  'drops.tries': listOf('"[\\w-]{22,64}"'),
  'parts.blob': `(?:${STORE_FIELDS.kv.prefix}|${STORE_FIELDS.r2.prefix})${UUID}`,
  'parts.state': 'writing|received|replaced|erased',
  'cards.readers': listOf(KEY),
  'cards.jws': '[\\w-]+\\.[\\w-]+\\.[\\w-]{86}',
  'reader_keys.jws': '[\\w-]+\\.[\\w-]+\\.[\\w-]{86}',
  'items.state': 'pending|listed',
}

function listOf(item: string): string {
  return `\\[(?:${item}(?:,${item})*)?\\]`
}

function fits(value: SQLOutputValue, form: string, place: string): boolean {
  if (value === null) return ['drops.authority', 'drops.box', 'items.invitation'].includes(place)
  if (typeof value === 'string') return new RegExp(`^(?:${TEXTS[place] ?? '(?!)'})$`).test(value)
  if (value instanceof Uint8Array)
    return value.length === LENGTHS[form] || (value.length === 0 && /^drops\.(?:locator|claim)$/.test(place))
  return typeof value === 'bigint' && value >= 0n
}

const LENGTHS: Readonly<Record<string, number>> = { 'drop id': 16, 'box address': 32, 'public key': 32, 'SHA-256': 32 }

/** Expires everything, and makes the alarms of the stopped server due at its start. */
function letExpire(data: string): void {
  const past = Date.now() - 1_000
  for (const file of filesOn(data).filter((each) => /^state\/do\/.*\.sqlite$/.test(each))) {
    const database = new DatabaseSync(join(data, file))
    if (file.endsWith('/metadata.sqlite')) database.exec(`UPDATE _cf_ALARM SET scheduled_time = ${past}000000`)
    else {
      // A rack that was only ever asked has no such table.
      if (has(database, '_cf_METADATA')) database.exec(`UPDATE _cf_METADATA SET value = ${past}000000 WHERE key = 1`)
      if (has(database, 'drops')) database.exec(`UPDATE drops SET expires = ${past}, due = ${past}`)
      if (has(database, 'items')) database.exec(`UPDATE items SET due = ${past}`)
    }
    database.close()
  }
}

function has(database: DatabaseSync, table: string): boolean {
  return database.prepare('SELECT name FROM sqlite_master WHERE name = ?').get(table) !== undefined
}
