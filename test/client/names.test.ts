import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanNames } from '#client/layout.ts'
import { cleanName, isCleanName, isFree, placesOf } from '#client/names.ts'
import { runs } from '../runs.ts'

const numRuns = runs(50, 5_000)

/** Names as people and attackers make them: any characters, with those that mean something more often. */
const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    '.sealdrop',
    '.SealDrop',
    'con',
    'CON.txt',
    'com¹',
    ' ',
    'a.',
    '.env',
    '\u202e',
    'e\u0301',
    '\ud800',
    '\uff0e\uff0e',
    '\u2100',
  ),
  fc.integer({ min: 200, max: 400 }).map((length) => 'xcon.'.padEnd(length, 'n')),
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
      const taken = new Set<string>()
      for (const name of names) {
        const clean = cleanName(name, taken)
        expect([clean, isFree(clean, taken), isCleanName(clean)]).toEqual([clean, true, true])
        for (const place of placesOf(clean)) taken.add(place)
      }
    }),
    { numRuns },
  )
})

test.for([
  ['notes.txt', 'notes.txt'],
  ['نامه\u200cی من.txt', 'نامه\u200cی من.txt'],
  ['👩\u200d🚀.png', '👩\u200d🚀.png'],
  ['.env', '.env'],
  ['a/b/c', 'a/b/c'],
  ['/etc/passwd', 'etc/passwd'],
  ['../../x', 'x'],
  ['C:\\dir\\x', 'C__dir_x'],
  ['cafe\u0301', 'café'],
  ['report.', 'report'],
  ['exe.\u202egnp', 'exe._gnp'],
  ['con', '_con'],
  ['COM¹.txt', '_COM¹.txt'],
  ['nul .txt', '_nul .txt'],
  ['console', 'console'],
  ['.sealdrop/token', 'token'],
  ['.SEALDROP/token', 'token'],
  ['\ud800', '_'],
  ['', 'file'],
  ['..', 'file'],
])('%j is sealed as %j', ([name = '', clean = '']) => {
  expect(cleanName(name)).toBe(clean)
})

test.for([
  ['a.txt', ['a.txt'], 'a (2).txt'],
  ['A.TXT', ['a.txt'], 'A (2).TXT'],
  ['ﬁle', ['file'], 'ﬁle (2)'],
  ['a.txt', ['a.txt', 'a (2).txt'], 'a (3).txt'],
  ['.env', ['.env'], '.env (2)'],
  ['d/.env', ['d/.env'], 'd/.env (2)'],
  ['a.tar.gz', ['a.tar.gz'], 'a.tar (2).gz'],
  ['x.d/readme', ['x.d/readme'], 'x.d/readme (2)'],
  ['a/b', ['a'], 'a_b'],
  ['a/b', ['a', 'a_b'], 'a_b (2)'],
  ['a', ['a/b'], 'a (2)'],
] as const)('%j beside %j becomes %j', ([name, others, clean]) => {
  expect(cleanName(name, new Set(others.flatMap(placesOf)))).toBe(clean)
})

test('a name that is too long keeps its end, and room to be told apart', () => {
  const taken = new Set<string>()
  for (let count = 0; count < 12; count++) {
    const name = cleanName(`${'é'.repeat(300)}.pdf`, taken)
    expect(name).toMatch(/\.pdf$/)
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255)
    for (const place of placesOf(name)) taken.add(place)
  }
})

test('a long name does not become a forbidden one where it is cut', () => {
  for (let length = 1; length < 260; length++) {
    const name = `${'x'.repeat(300)}con${'.'.padEnd(length, 'n')}`
    const taken = new Set(placesOf(cleanName(name)))
    for (const clean of [cleanName(name), cleanName(name, taken)])
      expect([clean, isCleanName(clean)]).toEqual([clean, true])
  }
})

test('a thousand files of one name are told apart, quickly, and numbered as if each were asked for alone', () => {
  const files = Array.from({ length: 1_000 }, (_, index) => ({ name: index % 2 === 0 ? 'IMG.jpg' : 'img.JPG' }))
  let names: readonly string[] = []
  // The shortest of some: the others had to share the machine.
  const times: number[] = []
  for (let each = 0; each < 3; each++) {
    const began = performance.now()
    names = cleanNames(files, false)
    times.push(performance.now() - began)
  }
  expect(Math.min(...times)).toBeLessThan(2_000)
  const taken = new Set<string>()
  for (const [index, name] of names.entries()) {
    // One that counts from the start again takes a while: the first hundred are enough.
    const alone = index < 100 ? cleanName(index % 2 === 0 ? 'IMG.jpg' : 'img.JPG', taken) : name
    expect([name, isFree(name, taken)]).toEqual([alone, true])
    for (const place of placesOf(name)) taken.add(place)
  }
  expect(taken.size).toBe(1_000)
})

test.for(['', '/', 'a/', '/a', 'a//b', 'a'.repeat(256), 'é'.repeat(128), 'a\0b', '.', 'a/../b', 'x ', 'aux.h'])(
  '%j is not clean',
  (name) => {
    expect(isCleanName(name)).toBe(false)
  },
)
