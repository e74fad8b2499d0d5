import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findAmbiguous, findCircles, functionsOf, readSources } from '../../tools/figures.ts'

test('a name that two files export is found, and one that is passed on is not', () => {
  const sources = read({
    'a.ts': 'export interface Order { readonly a: 1 }\nexport const limit = 1\n',
    'b.ts': "export type Order = 'up'\nexport { limit } from './a.ts'\n",
  })
  expect(findAmbiguous(sources, 'types')).toEqual({ names: 1, ambiguous: new Map([['Order', ['a.ts', 'b.ts']]]) })
  expect(findAmbiguous(sources, 'values')).toEqual({ names: 1, ambiguous: new Map() })
})

test('circles of types and of import() are told from those of values', () => {
  const sources = read({
    'web/a.ts': "import { b } from './b.ts'\nimport type { C } from '#protocol/c.ts'\nexport const a: C = b\n",
    'web/b.ts': "import { type C } from '#protocol/c.ts'\nexport const b: C = 1\nexport const d = import('./d.ts')\n",
    'web/d.ts': "export type { C } from '#protocol/c.ts'\nexport { b as e } from './b.ts'\n",
    'web/e.ts': "import './f.ts'\n",
    'web/f.ts': "export * from './e.ts'\n",
    'protocol/c.ts': "import type { a } from '../web/a.ts'\nexport type C = typeof a\n",
  })
  expect(findCircles(sources, 'values')).toEqual([['web/e.ts', 'web/f.ts']])
  expect(findCircles(sources, 'any')).toEqual([
    ['protocol/c.ts', 'web/a.ts', 'web/b.ts', 'web/d.ts'],
    ['web/e.ts', 'web/f.ts'],
  ])
})

test('a function has the name of what holds it, and every line from its head to its end', () => {
  const [source] = read({
    'a.ts':
      'export function one(): void {\n  // why\n\n}\nexport const two = {\n  three: () =>\n    1,\n}\nclass A {\n  four() {}\n}\n',
  })
  expect(source === undefined ? [] : functionsOf(source)).toEqual([
    { path: 'a.ts', name: 'one', line: 1, lines: 4 },
    { path: 'a.ts', name: 'three', line: 6, lines: 2 },
    { path: 'a.ts', name: 'four', line: 10, lines: 1 },
  ])
})

function read(files: Readonly<Record<string, string>>): ReturnType<typeof readSources> {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-figures-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return readSources(folder, Object.keys(files))
}
