import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DATABASES, STORE_FIELDS } from '../../worker/storage/schema.ts'
import { FORCED, IMPOSSIBLE, NOT_HELD, REMAINS, WRITERS } from '../../worker/storage/schema/statements.ts'
import { VERSION } from '../../worker/version.ts'
import { ROOT } from '../../tools/bundle.ts'
import { declaration, declarationFile } from '../../tools/disclosure/declared.ts'
import { disclosurePage } from '../../tools/disclosure/page.ts'
import { storagePage } from '../../tools/disclosure/storage.ts'

const fields = [
  ...Object.values(DATABASES).flatMap((tables) =>
    Object.values(tables).flatMap(({ columns }) => Object.entries(columns)),
  ),
  ...Object.values(STORE_FIELDS).flatMap((store) => Object.entries(store.fields)),
]

test('the generated files follow the schema, and the check of them can fail', () => {
  expect(readFileSync(`${ROOT}docs/storage.md`, 'utf8')).toBe(storagePage())
  expect(readFileSync(`${ROOT}cli/operator/disclosure.json`, 'utf8')).toBe(declarationFile())
  const { status } = spawnSync(process.execPath, [`${ROOT}tools/disclosure.ts`, '--check'])
  expect(status).toBe(0)
  const [, { means } = { means: '' }] = fields[0] ?? []
  expect(storagePage()).toContain(means)
})

test('every field says what it is, what it tells, and who can write it', () => {
  expect(fields.length).toBeGreaterThan(50)
  for (const [name, { means, tells, changes, by }] of fields) {
    for (const words of [means, tells, changes]) expect([name, words.trim().length > 3]).toEqual([name, true])
    expect([name, by.filter((writer) => !Object.hasOwn(WRITERS, writer))]).toEqual([name, []])
    expect([name, by.length > 0]).toEqual([name, true])
  }
})

test('nobody is named as a writer who writes nothing', () => {
  const writing = new Set(fields.flatMap(([, { by }]) => by))
  expect(Object.keys(WRITERS).filter((writer) => !writing.has(writer as never))).toEqual([])
})

test('the page names all of it, runs no script, and takes text for text', () => {
  const template = readFileSync(`${ROOT}web/disclosure.html`, 'utf8')
  const page = disclosurePage(template)
  for (const [name] of fields) expect(page).toContain(`<code translate="no">${name}</code>`)
  expect(page.match(/<li>/g)?.length).toBeGreaterThan(
    fields.length + [...FORCED, ...IMPOSSIBLE, ...NOT_HELD, ...REMAINS].length,
  )
  expect(page).not.toMatch(/<script|<style| on\w+=| style=/)
  expect(page).not.toMatch(/[<>]\s*undefined|\[object/)
  expect(() => disclosurePage('<main></main>')).toThrow('web/disclosure.html')
})

test('the machine-readable form keeps its shape', () => {
  expect(Object.keys(declaration())).toEqual([
    'v',
    'software',
    'databases',
    'stores',
    'writers',
    'memory',
    'platform',
    'notHeld',
    'remains',
    'forced',
    'impossible',
  ])
  const { v, databases } = JSON.parse(declarationFile()) as { v: number; databases: typeof DATABASES }
  expect(v).toBe(1)
  for (const table of Object.values(databases).flatMap((tables) => Object.values(tables))) {
    expect(Object.keys(table)).toEqual(expect.arrayContaining(['holds', 'lives', 'columns', 'indexes']))
    for (const column of Object.values(table.columns))
      expect(Object.keys(column)).toEqual(expect.arrayContaining(['sql', 'form', 'means', 'by', 'changes', 'tells']))
  }
  const documented = readFileSync(`${ROOT}docs/storage.md`, 'utf8').split('## 5. For programs')[1] ?? ''
  for (const member of Object.keys(declaration())) expect(documented).toContain(`\`${member}\``)
})

test('the worker knows its version', () => {
  expect(VERSION).toBe((JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }).version)
})
