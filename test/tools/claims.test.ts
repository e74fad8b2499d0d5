import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findEmptyClaims, readTests } from '../../tools/claims.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sealdrop-claims-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('every claim of this project names a test that is there', () => {
  expect(findEmptyClaims(ROOT)).toEqual([])
})

test.for([
  ['a test that is there', '`test/a.test.ts`', []],
  ['a test by its name', '`test/a.test.ts › nothing leaks`', []],
  ['a test by its name, with a table of cases', '`test/a.test.ts › %s is refused`', []],
  ['a test whose name has a quotation mark', '`test/a.test.ts › it’s "gone"`', []],
  ['a folder with tests', '`test/`', []],
  ['a transcript', '`test/cli/transcripts/once.txt`', []],
  ['a model beside a test', '`docs/model.pml`, `test/a.test.ts`', []],
  ['nothing', '', ['names no test']],
  ['a word', 'test/a.test.ts', ['names no test']],
  ['a file that is not there', '`test/b.test.ts`', ['names test/b.test.ts, which does not exist']],
  ['one of two that is not there', '`test/a.test.ts`, `test/b/`', ['names test/b/, which does not exist']],
  ['a name that no test has', '`test/a.test.ts › nothing`', ['names “nothing”, which is no test in test/a.test.ts']],
  ['a name in a comment', '`test/a.test.ts › said`', ['names “said”, which is no test in test/a.test.ts']],
  ['a file without a test', '`test/empty.test.ts`', ['names test/empty.test.ts, in which there is no test']],
  ['a file that no runner takes', '`test/a.ts`', ['names test/a.ts, in which there is no test']],
  ['a folder without tests', '`test/support`', ['names test/support, in which there is no test']],
  ['a model alone', '`docs/model.pml`', ['names nothing that is a test']],
] as const)('a claim that names %s', ([, cell, found]) => {
  make({ 'README.md': page(cell), 'SECURITY.md': page('`test/a.test.ts`'), ...FILES })
  const faults = findEmptyClaims(folder)
  // The same fault is found a second time, by the check of all names on the page.
  expect(faults.filter((fault) => fault.includes('“Nothing leaks”'))).toEqual(
    found.map((fault) => `README.md: “Nothing leaks” ${fault}`),
  )
})

test('a page without a table of claims is found, and so is one whose rows have gone', () => {
  make({ 'README.md': 'Believe us.', 'SECURITY.md': '| promise | test |\n|---|---|\n', ...FILES })
  expect(findEmptyClaims(folder)).toEqual(['README.md has no table of claims', 'SECURITY.md has no table of claims'])
})

test('a file that another page names has to be there as well', () => {
  const pages = { 'README.md': page('`test/a.test.ts`'), 'SECURITY.md': page('`test/a.test.ts`') }
  make({
    ...pages,
    ...FILES,
    'docs/attacks.md': 'Shown by `test/gone.test.ts` and `test/a.test.ts`, as in `web/*.html`.',
    'CONTRIBUTING.md': 'Begin with `worker/gone.ts › a()`, `docs/` and `other/gone.ts`.',
  })
  expect(findEmptyClaims(folder)).toEqual([
    'CONTRIBUTING.md names worker/gone.ts, which does not exist',
    'docs/attacks.md names test/gone.test.ts, which does not exist',
  ])
})

test('whatever test file a claim of this project names, it is missed when it goes', () => {
  for (const name of ['README.md', 'SECURITY.md', 'docs', 'test'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  const claimed = new Set(
    Array.from(
      readFileSync(join(folder, 'SECURITY.md'), 'utf8').matchAll(/`(test\/[^`]*\.test\.tsx?)`/g),
      ([, path]) => path ?? '',
    ),
  )
  expect(claimed.size).toBeGreaterThan(10)
  for (const path of claimed) {
    const source = readFileSync(join(folder, path), 'utf8')
    writeFileSync(join(folder, path), '// nothing\n')
    expect(findEmptyClaims(folder).join('\n')).toContain(`${path}, in which there is no test`)
    writeFileSync(join(folder, path), source)
  }
})

test('in every test file of this project tests are found', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.test\.tsx?$/.test(name),
  )
  const empty = files.filter((name) => readTests(readFileSync(join(ROOT, 'test', name), 'utf8'), false).count === 0)
  expect(empty).toEqual([])
  expect(files.length).toBeGreaterThan(100)
})

const FILES = {
  'docs/model.pml': 'active proctype a() {}',
  'test/a.test.ts': [
    "test('nothing leaks', () => {})",
    "test.for([\n  ['a', (1)],\n])('%s is refused', () => {})",
    'test(\'it’s "gone"\', () => {})',
    "// test('said', () => {})",
    "test.skip('said', () => {})",
  ].join('\n'),
  'test/a.ts': "test('nothing leaks', () => {})",
  'test/empty.test.ts': "// test('nothing leaks', () => {})",
  'test/support/a.ts': 'export {}',
  'test/cli/transcripts/once.txt': '# a drop opens once\n\nexec sealdrop open -\n',
}

function page(cell: string): string {
  return `# Page\n\n| claim | test |\n|---|---|\n| Nothing leaks | ${cell} |\n\n| other | table |\n|---|---|\n| a | |\n`
}

function make(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
