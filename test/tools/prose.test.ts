import { expect, test } from 'vitest'
import { kindsInExcess, readProse } from '../../tools/prose.ts'

const kindsIn = (path: string, source: string): string[] => readProse(path, source).findings.map(({ kind }) => kind)

test.for([
  ['a noun', '/** Rows of a box. */', []],
  ['a relative clause in place of a noun', '/** What a box holds. */', ['What …']],
  ['one that begins a second sentence', '// Rows of a box. What is left goes.', ['What …']],
  ['one in the doc comment of a parameter', '/** @param rows - what a box holds now */', ['What …']],
  ['one that begins on the second line', '// Rows.\n// What is left of them goes.', ['What …']],
  ['a question', '/** What does a box hold? */', []],
  ['a person', '// Anyone who holds the key; the reader, who knows.', []],
  ['nobody before who', '// Shown to who holds the key.', ['bare who']],
  ['who at the beginning', '// Who holds the key is shown it.', ['bare who']],
  ['who after a verb of telling', '// Tells who wrote it.', []],
  ['whoever', '// Shown to whoever holds the key.', ['Whoever']],
  ['two kinds in one sentence', '// What whoever comes first is told.', ['What …', 'Whoever']],
  ['the same in code', 'const text = "// What a box holds. Whoever"', []],
] as const)('a comment with %s is judged', ([, source, kinds]) => {
  expect(kindsIn('a.ts', source)).toEqual(kinds)
})

test.for([
  ['a paragraph', 'What a box holds\nis sealed.', ['What …']],
  ['an item', '- What a box holds.', ['What …']],
  ['a cell', '| a | what a box holds |', ['What …']],
  ['a column of a table', '| what | why |', []],
  ['a heading', '## What a box holds', []],
  ['code', '```\nWhat a box holds.\n```\nA `Whoever` type.', []],
] as const)('%s of a document is judged', ([, source, kinds]) => {
  expect(kindsIn('a.md', source)).toEqual(kinds)
})

test('a sentence is found on its own line', () => {
  const source = 'export const a = 1\n\n/**\n * Rows of a box.\n *\n * Sealed. What a box\n * holds is.\n */\n'
  expect(readProse('a.ts', source).findings).toEqual([{ kind: 'What …', line: 6, sentence: 'What a box holds is.' }])
})

test('style sheets, pages, transcripts and settings are read as well', () => {
  expect(kindsIn('a.css', 'b { } /* What is left. */')).toEqual(['What …'])
  expect(kindsIn('a.html', '<p>What is left.</p><!-- Whoever asks. -->')).toEqual(['Whoever'])
  expect(kindsIn('a.txt', '# a title\nexec true\n# What is left.\nexec true')).toEqual(['What …'])
  expect(kindsIn('a.toml', '# For who asks.\na = 1')).toEqual(['bare who'])
})

test('two sentences of a kind in 10,000 words are allowed, and a third is not', () => {
  const count = (what: number): Parameters<typeof kindsInExcess>[0] => ({
    words: 10_000,
    found: { 'What …': what, 'bare who': 0, Whoever: 0 },
  })
  expect(kindsInExcess(count(2))).toEqual([])
  expect(kindsInExcess(count(3))).toEqual(['What …'])
  expect(kindsInExcess(count(3), { 'What …': 3 })).toEqual([])
  expect(kindsInExcess(count(4), { 'What …': 3 })).toEqual(['What …'])
})
