import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The real compiler over a copy of the worker with undeclared data put into it.

/** Each is a line of code among the rest, and writes data that `worker/storage/schema.ts` does not declare. */
const WRONG = [
  { says: 'a field too many', code: `database.insert('parts', { ...PART, ip: '192.0.2.1' })` },
  { says: 'a field too many in a variable', code: `const row = { ...PART, ip: '' }; database.insert('parts', row)` },
  { says: 'a field too few', code: `database.insert('parts', { id: PART.id, n: 0, blob: '', size: 1, state: '' })` },
  { says: 'a field of another type', code: `database.insert('parts', { ...PART, n: '1' })` },
  { says: 'a field that may not be empty', code: `database.insert('parts', { ...PART, blob: null })` },
  { says: 'a change of a field that does not exist', code: `database.change('drops', { ip: '192.0.2.1' }, 'id = ?')` },
  { says: 'the same in a variable', code: `const more = { due: 1, ip: '' }; database.change('drops', more, 'id = ?')` },
  { says: 'a replacement with a field too many', code: `database.put('parts', { ...PART, ip: '192.0.2.1' })` },
  { says: 'a table that does not exist', code: `database.insert('visits', { at: 1 })` },
  { says: 'a table of another database', code: `database.remove('boxes', 'address = ?')` },
  { says: 'a query that writes', code: `database.select('INSERT INTO drops VALUES (1)')` },
] as const

const HEAD = `import type { ShelfDatabase } from './storage/database.ts'
declare const database: ShelfDatabase
const PART = { id: new ArrayBuffer(16), n: 0, blob: 'part/', size: 1, digest: new ArrayBuffer(32), state: 'writing' }
`

const RIGHT = `${HEAD}
database.insert('parts', PART)
database.put('parts', PART)
database.change('drops', { due: 1 }, 'id = ?')
database.select('SELECT due FROM drops')
`

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
let before: string
let after: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-schema-'))
  for (const each of ['package.json', 'tsconfig.base.json', 'protocol', 'worker'])
    cpSync(join(ROOT, each), join(folder, each), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'worker/right.ts'), RIGHT)
  before = await compile()
  for (const [index, { code }] of WRONG.entries())
    writeFileSync(join(folder, `worker/wrong-${index}.ts`), `${HEAD}${code}\n`)
  // Metadata beside a value of Workers KV, and a column that no code writes.
  patch(
    'worker/storage/blob-store.ts',
    '{ expirationTtl: ttlSeconds }',
    '{ expirationTtl: ttlSeconds, metadata: { size: 1 } }',
  )
  const column = `{ sql: 'TEXT NOT NULL', form: 'text', means: '', by: ['upload'], changes: '', tells: '' }`
  patch(
    'worker/storage/schema/shelf.ts',
    "    columns: {\n      id: {\n        sql: 'BLOB NOT NULL'",
    `    columns: {\n      extra: ${column},\n      id: {\n        sql: 'BLOB NOT NULL'`,
  )
  after = await compile()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the worker itself compiles, and so does code that writes declared data', () => {
  expect(before).toBe('')
})

test.for(WRONG.map(({ says, code }, index) => ({ says, code, index })))('$says does not compile', ({ index }) => {
  // An error about the argument, not about an unused name.
  expect(after).toMatch(new RegExp(`^worker/wrong-${index}\\.ts\\(.*error TS(?:2322|2345|2353)`, 'm'))
})

test('undeclared metadata does not compile', () => {
  expect(after).toMatch(/^worker\/storage\/blob-store\.ts\(.*'metadata' does not exist/m)
})

test('a declared column that no code writes does not compile', () => {
  expect(after).toMatch(/^worker\/drops\/part-rows\.ts\(.*TS2345/m)
})

test('only database.ts sends SQL to the platform, and only blob-store.ts puts into a store', () => {
  const sources = readdirSync(join(ROOT, 'worker'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, code: readFileSync(join(ROOT, 'worker', file), 'utf8') }))
  const filesWith = (pattern: RegExp): string[] =>
    sources.filter(({ code }) => pattern.test(code)).map(({ file }) => file)
  expect(filesWith(/\bsql\.(?:exec|prepare)\b/)).toEqual(['storage/database.ts'])
  // Passed on by the two classes that hold an object's storage, to the class in database.ts.
  expect(filesWith(/storage\.sql/).toSorted()).toEqual(['boxes/shard-context.ts', 'drops/shard-context.ts'])
  expect(filesWith(/new Database\(storage\.sql, SCHEMA\.(?:shelf|rack)\)/).toSorted()).toEqual([
    'boxes/shard-context.ts',
    'drops/shard-context.ts',
  ])
  expect(filesWith(/(?:kv|bucket|KV|R2|storage|cache|caches\.default)\??\.put\(/)).toEqual(['storage/blob-store.ts'])
  // The worker asks only the page's own assets, for the page of an unknown address, and nothing outside.
  expect(filesWith(/\bcaches\b|\bconsole\b|writeDataPoint|(?<!\bASSETS\?\.)\bfetch\(['"`]/)).toEqual([])
})

function patch(path: string, old: string, next: string): void {
  const text = readFileSync(join(folder, path), 'utf8')
  if (!text.includes(old)) throw new Error(`${path} has changed: it does not hold ${old}`)
  writeFileSync(join(folder, path), text.replace(old, next))
}

/** The compiler's output, empty if all is well. */
async function compile(): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  try {
    const args = [tsc, '-b', 'worker', '--pretty', 'false']
    return (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}
