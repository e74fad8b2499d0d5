import { expect, test } from 'vitest'
import { judgePassphrase, type Strength } from '#client/passphrase.ts'

/** The passphrases that people choose, and how they hold on a device and behind a link. */
const CHOSEN: readonly (readonly [passphrase: string, any: Strength, ten: Strength])[] = [
  ['', 'hopeless', 'hopeless'],
  ['a', 'hopeless', 'hopeless'],
  ['abc', 'hopeless', 'hopeless'],
  ['right', 'hopeless', 'weak'],
  ['1234', 'hopeless', 'hopeless'],
  ['12345678', 'hopeless', 'hopeless'],
  ['87654321', 'hopeless', 'hopeless'],
  ['4711', 'hopeless', 'weak'],
  ['aaaaaaaaaaaaaaaa', 'hopeless', 'hopeless'],
  ['abababababababab', 'hopeless', 'hopeless'],
  ['password', 'hopeless', 'hopeless'],
  ['Password1!', 'hopeless', 'hopeless'],
  ['P@ssw0rd2026', 'hopeless', 'hopeless'],
  ['qwertyuiop', 'hopeless', 'hopeless'],
  ['qwertz', 'hopeless', 'hopeless'],
  ['iloveyou', 'hopeless', 'hopeless'],
  ['ｐａｓｓｗｏｒｄ', 'hopeless', 'hopeless'],
  ['Sommer2026', 'hopeless', 'hopeless'],
  ['mein Mond', 'weak', 'weak'],
  ['19991231', 'weak', 'weak'],
  ['1999-12-31 1999', 'weak', 'weak'],
  ['open sesame', 'weak', 'weak'],
  ['größe zählt', 'weak', 'weak'],
  ['correct horse', 'fair', 'fair'],
  ['a long passphrase', 'fair', 'fair'],
  ['abandon-zebra-ocean-lemon-thing', 'fair', 'fair'],
  ['我的秘密是月亮', 'fair', 'fair'],
  ['月亮代表', 'weak', 'weak'],
]

test.for(CHOSEN)('“%s” is %s against whoever may try without end, %s against ten tries', ([passphrase, any, ten]) => {
  expect([judgePassphrase(passphrase, 'any'), judgePassphrase(passphrase, 'ten')]).toEqual([any, ten])
})

test('a passphrase of the greatest length is judged at once', () => {
  expect(judgePassphrase('ab'.repeat(2_047) + 'c', 'any')).toBe('weak')
  expect(judgePassphrase(' '.repeat(4_096), 'any')).toBe('hopeless')
})
