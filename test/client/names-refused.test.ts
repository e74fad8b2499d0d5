import { expect, test } from 'vitest'
import { haveClash, isCleanName, isShortEnough } from '#client/names.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text).length

test.for([
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'a'.repeat(256),
  'é'.repeat(128),
  `${'文'.repeat(86)}/a`,
  'a\0b',
  '.',
  'a/../b',
  'x ',
  'x\u3000',
  'aux.h',
  '\u3164',
  'a\u{e0065}',
  'a\u200db',
])('%j is not clean', (name) => {
  expect(isCleanName(name)).toBe(false)
})

test('a path is as long as a file system takes, and no longer', () => {
  const longest = `${'d/'.repeat(2_047)}n`
  expect([bytesOf(longest), isCleanName(longest), isShortEnough(longest)]).toEqual([4_095, true, true])
  expect([isCleanName(`${longest}n`), isShortEnough(`${longest}n`)]).toEqual([false, false])
})

test.for([
  [['a', 'a'], true],
  [['a', 'A'], true],
  [['a', 'a/b'], true],
  [['a/b', 'A'], true],
  [['a/b', 'A/c'], true],
  [['a/b', 'a/c', 'a b', 'a!'], false],
  [['a', 'a b', 'a!', 'a/c'], true],
  [['straße', 'STRASSE'], true],
  [['ας', 'ασ'], true],
  [['❤', '❤\ufe0f'], true],
  [['a/b/c', 'a/B/d'], true],
  [['a', 'b', 'c/a'], false],
] as const)('whether %j clash: %s', ([names, clash]) => {
  expect(haveClash(names)).toBe(clash)
  expect(haveClash(names.toReversed())).toBe(clash)
})
