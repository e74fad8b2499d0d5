import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanNames } from '#client/layout.ts'
import { haveClash, isCleanName, makeNamer, numbered } from '#client/names.ts'
import { runs } from '../runs.ts'

const numRuns = runs(50, 5_000)
const cleanName = (name: string) => makeNamer()(name)
const bytesOf = (text: string) => new TextEncoder().encode(text).length
const foldersOf = (name: string) => name.split('/').slice(0, -1)

/** Names as people and attackers make them: any characters, with those that mean something more often. */
const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    '. .',
    '.sealdrop',
    '.SealDrop',
    'con',
    'CON.txt',
    'com¹',
    ' ',
    '\u3000',
    'a.',
    '.env',
    '\u202e',
    'e\u0301',
    'é',
    'E\u0301',
    '\ud800',
    '\uff0e\uff0e',
    '\u2100',
    '\u3164',
    '\u{e0065}',
    'ی\u200c',
    'ی\u200cه',
    'یه',
    '❤',
    '❤\ufe0f',
    'ß',
    'SS',
    'ας',
    'ΑΣ',
    'ασ',
    '(2)',
    'a (2)',
    'a',
    'A',
  ),
  fc.integer({ min: 200, max: 400 }).map((length) => 'xcon.'.padEnd(length, 'n')),
  fc
    .tuple(fc.constantFrom('é', '文', '👩', '👩\u200d🚀', '1\ufe0f\u20e3'), fc.integer({ min: 20, max: 140 }))
    .map(([unit, count]) => unit.repeat(count)),
)
const anyName = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))

test('whatever the name was, what is sealed is clean and can be opened', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const clean = cleanName(name)
      expect([clean, isCleanName(clean)]).toEqual([clean, true])
      expect(cleanName(clean)).toBe(clean)
    }),
    { numRuns },
  )
})

test('of many files no two take the same place, on any file system', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
      const clean = cleanNames(
        names.map((name) => ({ name })),
        true,
      )
      expect([clean, haveClash([...clean, 'message.txt'])]).toEqual([clean, false])
      for (const name of clean) expect([name, isCleanName(name)]).toEqual([name, true])
      // A person who sends on a drop that has arrived sends it under the same names.
      expect(clean.map(makeNamer())).toEqual(clean)
    }),
    { numRuns },
  )
})

test('files lie in one folder afterwards exactly if they lay in one folder before', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
      const nameOf = makeNamer()
      const clean = names.map(nameOf)
      // Steps up and to the same place are no folders.
      const before = names.map((name) => name.split('/').filter((each) => !['', '.', '..'].includes(each)))
      for (const [a, left] of clean.entries()) {
        expect(left.split('/')).toHaveLength(Math.max(1, before[a]?.length ?? 0))
        for (const [b, right] of clean.entries()) {
          const wereTogether = before[a]?.slice(0, -1).join('/') === before[b]?.slice(0, -1).join('/')
          const areTogether = foldersOf(left).join('/') === foldersOf(right).join('/')
          expect([left, right, areTogether]).toEqual([left, right, wereTogether])
        }
      }
    }),
    { numRuns },
  )
})

test.for([
  ['notes.txt', 'notes.txt'],
  ['نامه\u200cی من.txt', 'نامه\u200cی من.txt'],
  ['👩\u200d🚀.png', '👩\u200d🚀.png'],
  ['1\ufe0f\u20e3.txt', '1\ufe0f\u20e3.txt'],
  ['葛\u{e0100}.txt', '葛\u{e0100}.txt'],
  ['.env', '.env'],
  ['a/b/c', 'a/b/c'],
  ['/etc/passwd', 'etc/passwd'],
  ['../../x', 'x'],
  ['C:\\dir\\x', 'C__dir_x'],
  ['cafe\u0301', 'café'],
  ['report.', 'report'],
  ['docs/...', 'docs/_'],
  ['docs/.../x', 'docs/_/x'],
  [' ', '_'],
  ['\u3000', '_'],
  ['plan\u00a0', 'plan'],
  ['exe.\u202egnp', 'exe._gnp'],
  ['a\u{e0065}.txt', 'a_.txt'],
  ['\u3164', '_'],
  ['a\u115fb', 'a_b'],
  ['a\u034fb', 'a_b'],
  ['\u2800', '_'],
  ['a\u200db', 'a_b'],
  ['con', '_con'],
  ['COM¹.txt', '_COM¹.txt'],
  ['nul .txt', '_nul .txt'],
  ['console', 'console'],
  ['.sealdrop/token', '_.sealdrop/token'],
  ['.SEALDROP/token', '_.SEALDROP/token'],
  ['\ud800', '_'],
  ['', 'file'],
  ['..', 'file'],
])('%j is sealed as %j', ([name = '', clean = '']) => {
  expect(cleanName(name)).toBe(clean)
})

test.for([
  [
    ['a.txt', 'a.txt', 'a.txt'],
    ['a.txt', 'a (2).txt', 'a (3).txt'],
  ],
  [
    ['a.txt', 'A.TXT'],
    ['a.txt', 'A (2).TXT'],
  ],
  [
    ['file', 'ﬁle'],
    ['file', 'ﬁle (2)'],
  ],
  [
    ['.env', '.env'],
    ['.env', '.env (2)'],
  ],
  [
    ['d/.env', 'd/.env'],
    ['d/.env', 'd/.env (2)'],
  ],
  [
    ['a.tar.gz', 'a.tar.gz'],
    ['a.tar.gz', 'a.tar (2).gz'],
  ],
  [
    ['x.d/readme', 'x.d/readme'],
    ['x.d/readme', 'x.d/readme (2)'],
  ],
  [
    ['a', 'a/b', 'a/c'],
    ['a', 'a (2)/b', 'a (2)/c'],
  ],
  [
    ['a/b', 'a'],
    ['a/b', 'a (2)'],
  ],
  [
    ['A/x', 'a/x', 'A/y'],
    ['A/x', 'a (2)/x', 'A/y'],
  ],
  [
    ['e\u0301/x', 'é/x', 'e\u0301/y'],
    ['é/x', 'é (2)/x', 'é/y'],
  ],
  [
    ['d./x', 'd/x'],
    ['d/x', 'd (2)/x'],
  ],
  [
    ['...', '_', '. .'],
    ['_', '_ (2)', '_ (3)'],
  ],
  [
    ['ی\u200cه', 'یه'],
    ['ی\u200cه', 'یه (2)'],
  ],
] as const)('%j are sealed as %j', ([names, clean]) => {
  expect(names.map(makeNamer())).toEqual(clean)
})

test('a long path lost its folders, and two folders became one', () => {
  const deep = 'протоколы совещаний рабочей группы по закупкам/'.repeat(3)
  const names = ['архив', 'новое'].map((top) => `проект/${top}/${deep}решение.txt`)
  expect(names.map(makeNamer())).toEqual(names)
  expect(names.every(isCleanName)).toBe(true)
})

test.for([
  ['é', 300, '.pdf'],
  ['文', 86, ''],
  ['👩\u200d🚀', 60, '.png'],
  ['x', 256, '.tar'],
] as const)(
  'a part of %s, %d times, is cut where it shows, keeps its extension, and has room to be told apart',
  ([unit, count, end]) => {
    const nameOf = makeNamer()
    const names = Array.from({ length: 12 }, () => nameOf(`${unit.repeat(count)}/${unit.repeat(count)}${end}`))
    expect(new Set(names.map((name) => name.split('/')[0])).size).toBe(1)
    expect(new Set(names).size).toBe(12)
    for (const name of names) {
      expect(name).toMatch(new RegExp(`^${unit}.*…/${unit}.*…( \\(\\d+\\))?${end.replace('.', '\\.')}$`, 'u'))
      for (const each of name.split('/')) expect(bytesOf(each)).toBeLessThanOrEqual(255)
      expect(isCleanName(name)).toBe(true)
    }
  },
)

test('parts that differ only where they are cut stay two', () => {
  const long = 'x'.repeat(300)
  const names = [`${long}a/f`, `${long}b/f`, `${long}c`].map(makeNamer())
  expect(haveClash(names)).toBe(false)
  expect(new Set(names.map((name) => name.split('/')[0])).size).toBe(3)
})

test('a long name does not become a forbidden one where it is cut', () => {
  for (let length = 1; length < 260; length++) {
    const name = `${'x'.repeat(300)}con${'.'.padEnd(length, 'n')}`
    for (const clean of [name, name].map(makeNamer())) expect([clean, isCleanName(clean)]).toEqual([clean, true])
  }
})

test('names for a disk that takes shorter ones are told apart as well', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 20 }), (names) => {
      const clean = names.map(makeNamer({ most: 140 }))
      expect([clean, haveClash(clean)]).toEqual([clean, false])
      for (const name of clean) for (const each of name.split('/')) expect(bytesOf(each)).toBeLessThanOrEqual(140)
    }),
    { numRuns },
  )
})

test('a number stands before the extension of a file, and at the end of a folder', () => {
  expect(numbered('plan.pdf', 2)).toBe('plan (2).pdf')
  expect(numbered('plan.d', 2, true)).toBe('plan.d (2)')
  expect(bytesOf(numbered(`${'n'.repeat(251)}.pdf`, 1_000))).toBe(255)
})

test('a thousand files of one name are told apart, and numbered in the order in which they come', () => {
  const files = Array.from({ length: 1_000 }, (_, index) => ({ name: index % 2 === 0 ? 'IMG.jpg' : 'img.JPG' }))
  const names = cleanNames(files, false)
  expect(names).toEqual(files.map(({ name }, index) => (index === 0 ? name : name.replace('.', ` (${index + 1}).`))))
})
