import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The real compiler with the real tsconfigs, in a folder of small files instead of the product: first those that keep the rule
// of docs/architecture.md, then those that break it as well.

/** Each is one line of code in a folder, and the error that the compiler must report for it. */
const VIOLATIONS = [
  {
    says: 'the worker imports client',
    at: 'worker/a.ts',
    code: 'TS6307',
    text: `export { a } from '#client/target-a.ts'`,
  },
  { says: 'nor a type of it', at: 'worker/b.ts', code: 'TS6307', text: `export type { B } from '#client/target-b.ts'` },
  { says: 'nor by its path', at: 'worker/c.ts', code: 'TS6307', text: `export { a } from '../client/target-c.ts'` },
  { says: 'the worker uses a page', at: 'worker/d.ts', code: 'TS2584', text: `export const a: unknown = document` },
  { says: 'the worker uses Node', at: 'worker/e.ts', code: 'TS2591', text: `export { readFile } from 'node:fs'` },
  { says: 'protocol uses a page', at: 'protocol/a.ts', code: 'TS2584', text: `export const a: unknown = document` },
  { says: 'protocol uses the network', at: 'protocol/b.ts', code: 'TS2304', text: `export const a: unknown = fetch` },
  { says: 'protocol uses Node', at: 'protocol/c.ts', code: 'TS2591', text: `export const a: unknown = process` },
  {
    says: 'protocol can decipher',
    at: 'protocol/d.ts',
    code: 'TS2339',
    text: `export const a: unknown = crypto.subtle.decrypt`,
  },
  {
    says: 'protocol imports client',
    at: 'protocol/e.ts',
    code: 'TS6307',
    text: `export { a } from '#client/target-d.ts'`,
  },
  { says: 'client uses a page', at: 'client/a.ts', code: 'TS2584', text: `export const a: unknown = document` },
  {
    says: 'client keeps things in a page',
    at: 'client/b.ts',
    code: 'TS2304',
    text: `export const a: unknown = localStorage`,
  },
  { says: 'client uses Node', at: 'client/c.ts', code: 'TS2591', text: `export const a: unknown = process` },
  {
    says: 'client imports the worker',
    at: 'client/d.ts',
    code: 'TS6307',
    text: `export { a } from '../worker/target-a.ts'`,
  },
  { says: 'the page uses Node', at: 'web/a.ts', code: 'TS2591', text: `export const a: unknown = process` },
  {
    says: 'the page imports the worker',
    at: 'web/b.ts',
    code: 'TS6307',
    text: `export { a } from '../worker/target-a.ts'`,
  },
  {
    says: 'the page imports the command line',
    at: 'web/c.ts',
    code: 'TS6307',
    text: `export { a } from '../cli/target-a.ts'`,
  },
  { says: 'the command line uses a page', at: 'cli/a.ts', code: 'TS2584', text: `export const a: unknown = document` },
  {
    says: 'the command line imports the page',
    at: 'cli/b.ts',
    code: 'TS6307',
    text: `export { a } from '../web/target-a.ts'`,
  },
  {
    says: 'the second implementation imports the first',
    at: 'reference/a.ts',
    code: 'TS6307',
    text: `export { a } from '#client/target-a.ts'`,
  },
  { says: 'or a word of it', at: 'reference/b.ts', code: 'TS6307', text: `export { a } from '#protocol/target-a.ts'` },
  { says: 'a tool imports a test', at: 'tools/a.ts', code: 'TS6307', text: `export { a } from '../test/target-a.ts'` },
  {
    says: 'the drill imports a test',
    at: 'drill/a.ts',
    code: 'TS6307',
    text: `export { a } from '../test/target-a.ts'`,
  },
  {
    says: 'the drill imports the page',
    at: 'drill/b.ts',
    code: 'TS6307',
    text: `export { a } from '../web/target-a.ts'`,
  },
] as const

/** The files that they import. The compiler names a file once per project, so each import of one project has its own. */
const TARGETS = ['client/target-a.ts', 'client/target-b.ts', 'client/target-c.ts', 'client/target-d.ts']
  .concat('worker/target-a.ts', 'web/target-a.ts', 'cli/target-a.ts', 'protocol/target-a.ts', 'test/target-a.ts')
  .map((at) => ({ at, text: `export const a = 1\nexport type B = number` }))

/** Code that each folder is allowed. */
const ALLOWED = [
  { at: 'protocol/z.ts', text: `export const z: unknown = crypto.subtle.verify` },
  { at: 'client/z.ts', text: `export { z } from '#protocol/z.ts'\nexport const y: unknown = fetch` },
  { at: 'worker/z.ts', text: `export { z } from '#protocol/z.ts'\nexport const y: unknown = caches.default` },
  {
    at: 'web/z.tsx',
    text: `export { z } from '#protocol/z.ts'\nexport { y } from '#client/z.ts'\nexport const x: unknown = <p>{document.title}</p>`,
  },
  {
    at: 'cli/z.ts',
    text: `export { z } from '#protocol/z.ts'\nexport { y } from '#client/z.ts'\nexport const x: unknown = process.title`,
  },
  { at: 'reference/z.ts', text: `export { hash } from 'node:crypto'` },
  { at: 'tools/z.ts', text: `export { z } from '#protocol/z.ts'\nexport { y } from '../worker/z.ts'` },
  { at: 'drill/z.ts', text: `export { hash } from '../reference/z.ts'\nexport { y } from '../worker/z.ts'` },
]

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['protocol', 'client', 'worker', 'web', 'cli', 'reference', 'tools', 'drill']

let folder: string
let rightOnly: string
let withWrong: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-boundaries-'))
  const real = [
    'package.json',
    'tsconfig.base.json',
    'protocol/platform.d.ts',
    ...FOLDERS.map((name) => `${name}/tsconfig.json`),
  ]
  for (const file of real) cpSync(join(ROOT, file), join(folder, file))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  write([...TARGETS, ...ALLOWED])
  rightOnly = await compile()
  write(VIOLATIONS)
  withWrong = await compile()
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('imports and uses that are allowed compile', () => {
  expect(rightOnly).toBe('')
})

test.for(VIOLATIONS)('$says: $at does not compile', ({ at, code }) => {
  expect(errorsIn(at)).toContain(code)
})

test('only files that break the rule fail to compile', () => {
  const files = new Set(withWrong.match(/^[\w/.]+(?=\(\d+,\d+\): error)/gm))
  expect([...files].toSorted()).toEqual(VIOLATIONS.map(({ at }) => at).toSorted())
})

/** The codes that the compiler gave for one file. */
function errorsIn(file: string): string[] {
  const lines = withWrong.split('\n').filter((line) => line.startsWith(`${file}(`))
  return lines.flatMap((line) => /error (TS\d+)/.exec(line)?.[1] ?? [])
}

function write(files: readonly { at: string; text: string }[]): void {
  for (const { at, text } of files) {
    mkdirSync(join(folder, dirname(at)), { recursive: true })
    writeFileSync(join(folder, at), `${text}\n`)
  }
}

/** The compiler's output, empty if all is well. */
async function compile(): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  try {
    return (await promisify(execFile)(process.execPath, [tsc, '-b', ...FOLDERS, '--pretty', 'false'], { cwd: folder }))
      .stdout
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}
