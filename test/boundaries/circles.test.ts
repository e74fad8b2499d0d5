import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

// Lint knows circles of values. A circle of types, or of imports that wait for a call, reads no better: every file in it has to be
// understood before any other.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['protocol', 'worker', 'cli', 'bench']

type Graph = ReadonlyMap<string, readonly string[]>

test('no file of the product imports itself by way of others, not for a type and not later', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => posix.join(folder, file.replaceAll(sep, '/'))),
  )
  expect(files.length).toBeGreaterThan(100)
  const graph = graphOf(new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')])))
  expect([...graph.values()].flat().length).toBeGreaterThan(files.length)
  expect(circlesIn(graph)).toEqual([])
})

test.for([
  ['a value', `import { b } from './b.ts'`],
  ['a type', `import type { B } from '#protocol/b.ts'`],
  ['a value and a type over several lines', `import {\n  b,\n  type B,\n} from './b.ts'`],
  ['what is passed on', `export { b } from "./b.ts"`],
  ['a type by its place', `export const a: import('./b.ts').B = 1`],
  ['later', `export const a = () => import('./b.ts')`],
] as const)('a circle by the import of %s is found', ([, code]) => {
  const back = `import { c } from '../protocol/c.ts'`
  const files = new Map([
    ['protocol/a.ts', code],
    ['protocol/b.ts', back],
    ['protocol/c.ts', `import type { A } from './a.ts'`],
    ['protocol/d.ts', code],
  ])
  expect(circlesIn(graphOf(files))).toEqual([['protocol/a.ts', 'protocol/b.ts', 'protocol/c.ts']])
})

/** Which files each file names. */
function graphOf(files: ReadonlyMap<string, string>): Graph {
  return new Map(
    [...files].map(([file, code]) => {
      const named = [...code.matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g)].map(([, , path = '']) =>
        path.startsWith('#') ? path.slice(1) : posix.join(posix.dirname(file), path),
      )
      return [file, named.filter((path) => files.has(path))]
    }),
  )
}

/** The sets of files in which each leads to each. */
function circlesIn(graph: Graph): readonly (readonly string[])[] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]))
  const inCircles = [...graph.keys()].filter((file) => reached.get(file)?.has(file))
  const circles = inCircles.map((file) =>
    inCircles.filter((each) => reached.get(file)?.has(each) && reached.get(each)?.has(file)).toSorted(),
  )
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()]
}

function reachedFrom(file: string, graph: Graph): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [file]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const each of graph.get(next) ?? [])
      if (!reached.has(each)) {
        reached.add(each)
        waiting.push(each)
      }
  return reached
}
