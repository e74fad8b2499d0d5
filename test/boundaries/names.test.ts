import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { exportedNames, findAmbiguous, readSources } from '../../tools/figures.ts'
import { listSources } from '../../tools/files.ts'

// CONTRIBUTING.md says which word stands for which thing, and which words are not used for it.

/** Words that are still there: only fewer. */
const NOT_YET: readonly string[] = ['workshop']

/** The last column of the table of words. */
function bannedWords(page: string): string[] {
  const section = /^## Words$.*?^## /ms.exec(page)?.[0] ?? ''
  return Array.from(section.matchAll(/^\|.*\|([^|]*)\|$/gm)).flatMap(([, cell = '']) =>
    Array.from(cell.matchAll(/`([^`]+)`/g), ([, word = '']) => word),
  )
}

/** `dropStatusOf` is three words, and so is `drop-status-of.ts`. */
function hasWord(name: string, word: string): boolean {
  if (/[A-Z.]/.test(word)) return name === word
  const words = name
    .replace(/\.\w+$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return words.includes(word)
}

const sources = readSources(
  ROOT,
  listSources(ROOT).filter((path) => /\.(?:tsx?|m?js)$/.test(path)),
)
const banned = bannedWords(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'))

test('no export and no file is named by a word that stands for something else', () => {
  expect(banned.length).toBeGreaterThan(20)
  const names = sources.flatMap(({ path, program }) =>
    [basename(path), ...exportedNames(program, 'types'), ...exportedNames(program, 'values')].map((name) => ({
      name,
      path,
    })),
  )
  const found = names.flatMap(({ name, path }) =>
    banned.filter((word) => !NOT_YET.includes(word) && hasWord(name, word)).map((word) => `${word}: ${name} (${path})`),
  )
  expect(found).toEqual([])
})

test('an exported type means one thing, wherever it is read', () => {
  const { names, ambiguous } = findAmbiguous(
    sources.filter(({ path }) => !path.startsWith('test/')),
    'types',
  )
  expect(names).toBeGreaterThan(400)
  expect([...ambiguous]).toEqual([])
})

test.for([
  ['fate', 'Fate', true],
  ['fate', 'fateOf', true],
  ['fate', 'dropFate', true],
  ['fate', 'drop-fate.ts', true],
  ['fate', 'DROP_FATE', true],
  ['fate', 'fateful', false],
  ['Room', 'Room', true],
  ['Room', 'contentRoom', false],
  ['once.ts', 'once.ts', true],
  ['once.ts', 'once', false],
  ['once.ts', 'build-once.ts', false],
] as const)('%s in the name %s: %s', ([word, name, isFound]) => {
  expect(hasWord(name, word)).toBe(isFound)
})

test('the words are those in backquotes in the last column, of the one table', () => {
  const page = '## Words\n\n| word | for | not |\n|---|---|---|\n| a `b` | c | `d`, `E` |\n\n## Tests\n\n| a | `f` |\n'
  expect(bannedWords(page)).toEqual(['d', 'E'])
})
