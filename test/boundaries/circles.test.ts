import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { findCircles, readSources } from '../../tools/figures.ts'
import { listSources } from '../../tools/files.ts'

// Lint finds circles of values. A circle of types, or of imports that wait for a call, is no easier to read: every file in it
// has to be understood before any other.

test('no file of the product imports itself through others, whether for a type or by a late import', () => {
  const paths = listSources(ROOT).filter((path) => /\.tsx?$/.test(path) && !path.startsWith('test/'))
  const sources = readSources(ROOT, paths)
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(paths.length)
  expect(findCircles(sources, 'any')).toEqual([])
})

test.for([
  ['a value', `import { b } from './b.ts'`],
  ['a type', `import type { B } from '#protocol/b.ts'`],
  ['a value and a type over several lines', `import {\n  b,\n  type B,\n} from './b.ts'`],
  ['a re-exported name', `export { b } from "./b.ts"`],
  ['a type by its path', `export const a: import('./b.ts').B = 1`],
  ['a module loaded later', `export const a = () => import('./b.ts')`],
] as const)('a circle through the import of %s is found', ([, code]) => {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-circles-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = {
    'protocol/a.ts': code,
    'protocol/b.ts': `import { c } from '../protocol/c.ts'`,
    'protocol/c.ts': `import type { A } from './a.ts'`,
    'protocol/d.ts': code,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const circles = findCircles(readSources(folder, Object.keys(files)), 'any')
  expect(circles).toEqual([['protocol/a.ts', 'protocol/b.ts', 'protocol/c.ts']])
})
