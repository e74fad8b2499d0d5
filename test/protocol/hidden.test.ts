import { expect, test } from 'vitest'
import { parseName } from '#protocol/card.ts'
import { hasHidden, replaceHidden, withoutMarks } from '#protocol/hidden.ts'
import { parseOperator } from '#protocol/operator.ts'

const SEEN = [
  ['a letter and a mark', 'e\u0301'],
  ['Persian with a joiner', 'نامه\u200cی من'],
  ['Sinhala with a joiner', '\u0d9a\u0dca\u200d\u0dbb'],
  ['Devanagari with a joiner', '\u0930\u200d\u094d\u092f'],
  ['a picture of several', '👩\u200d🚀'],
  ['a picture with a tone of skin', '👨🏽\u200d⚕\ufe0f'],
  ['a heart on fire', '❤\ufe0f\u200d🔥'],
  ['a flag of two letters', '🇩🇪'],
  ['a key of a telephone', '1\ufe0f\u20e3'],
  ['a variant of an ideograph', '葛\u{e0100}'],
  ['a variant of a Mongolian letter', '\u1820\u180b'],
  ['a picture that few know yet', '\u{1faef}'],
  ['a letter that no Unicode has yet', '\u{1fbff}\u{33479}\u0378'],
  ['a letter of private use', '\uf8ff'],
  ['the mark of what was no text', '\ufffd'],
] as const

const HIDDEN = [
  ['a control', 'a\u0007b'],
  ['a control of the upper half', 'a\u009bb'],
  ['a line feed', 'a\nb'],
  ['a line separator', 'a\u2028b'],
  ['a soft hyphen', 'a\u00adb'],
  ['a joiner of graphemes', 'a\u034fb'],
  ['an Arabic letter mark', 'a\u061cb'],
  ['a filler of Hangul', '\u3164'],
  ['a filler of half width', '\uffa0'],
  ['a filler at the beginning of a syllable', '\u115f'],
  ['a filler in a syllable', '\u1160'],
  ['a vowel of Khmer without a shape', '\u17b4'],
  ['a separator of Mongolian vowels', '\u180e'],
  ['a space without width', 'a\u200bb'],
  ['a mark of direction', 'a\u200fb'],
  ['an override of direction', 'a\u202eb'],
  ['an isolate', 'a\u2066b'],
  ['a word joiner', 'a\u2060b'],
  ['an invisible plus', 'a\u2064b'],
  ['Braille without a dot', '\u2800'],
  ['a byte order mark', '\ufeffa'],
  ['an annotation', 'a\ufff9b'],
  ['a shorthand control', 'a\u{1bca0}b'],
  ['a musical control', 'a\u{1d173}b'],
  ['a letter of a tag', 'a\u{e0065}b'],
  ['a flag made of tags', '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}'],
  ['a selector without a number', 'a\u{e01f0}'],
  ['half of a surrogate pair', 'a\ud800b'],
  ['a joiner between Latin letters', 'a\u200db'],
  ['a joiner between ideographs', '文\u200d書'],
  ['a joiner at the end', '\u06cc\u200c'],
  ['a joiner at the beginning', '\u200c\u06cc'],
  ['two joiners', '\u06cc\u200c\u200c\u06cc'],
  ['a selector behind a letter', 'a\ufe0f'],
  ['a selector behind a digit that is no key', '1\ufe0f'],
  ['a selector at the beginning', '\ufe0f'],
  ['two selectors', '❤\ufe0f\ufe0f'],
  ['a selector of ideographs behind a letter', 'a\u{e0100}'],
  ['a selector of Mongolian behind a letter', 'a\u180b'],
] as const

test.for(SEEN)('%s is seen, and may be in a name', ([, text]) => {
  expect(hasHidden(text)).toBe(false)
  expect(parseName(text)).toBe(text)
  expect(parseOperator({ name: text })).toEqual({ name: text })
})

test.for(HIDDEN)('%s is not seen, and is in no name', ([, text]) => {
  expect(hasHidden(text)).toBe(true)
  expect(parseName(text)).toBeUndefined()
  expect(parseOperator({ name: text })).toBeUndefined()
  expect(hasHidden(replaceHidden(text, () => '_'))).toBe(false)
})

test.for([' a', 'a ', '\u3000a', 'a\u00a0', '\u2003', ' '])(
  '%j begins or ends with white space, and is no name',
  (text) => {
    expect(parseName(text)).toBeUndefined()
  },
)

test('a text without joiners and selectors has only visible characters', () => {
  expect(withoutMarks('ن\u200cی👩\u200d🚀1\ufe0f\u20e3葛\u{e0100}')).toBe('نی👩🚀1\u20e3葛')
})

test('every character by itself is hidden or not, as the list has it', () => {
  // The list of docs/protocol.md §1.1, once more and in another form: what has a condition, alone, does not meet it.
  const ranges =
    '0-1f 7f-9f ad 34f 61c 115f-1160 17b4-17b5 180b-180f 200b-200f 2028-202e 2060-206f 2800 3164 d800-dfff fdd0-fdef \
fe00-fe0f feff ffa0 fff0-fffc fffe-ffff 1bca0-1bca3 1d173-1d17a e0000-e0fff'
      .split(' ')
      .map((range) => range.split('-').map((end) => Number.parseInt(end, 16)))
  const isListed = (code: number) => ranges.some(([from = 0, to = from]) => from <= code && code <= to)
  const wrong: string[] = []
  for (let code = 0; code <= 0x10_ffff; code++) {
    if (hasHidden(String.fromCodePoint(code)) !== isListed(code)) wrong.push(code.toString(16))
  }
  expect(wrong).toEqual([])
})
