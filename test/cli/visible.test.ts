import { expect, test } from 'vitest'
import { formatJson, visible } from '../../cli/terminal/terminal.ts'

test.for([
  ['a\u001b[31mb', 'a\\u{1b}[31mb'],
  ['a\u202eb', 'a\\u{202e}b'],
  ['a\u{e0065}b', 'a\\u{e0065}b'],
  ['\u3164', '\\u{3164}'],
  ['\u115f\u034f\u2800\u00ad', '\\u{115f}\\u{34f}\\u{2800}\\u{ad}'],
  ['a\u200db', 'a\\u{200d}b'],
  ['a\rb', 'a\\u{d}b'],
  ['one\r\ntwo\n\tthree', 'one\r\ntwo\n\tthree'],
  ['نامه\u200cی من', 'نامه\u200cی من'],
  ['👩\u200d🚀 1\ufe0f\u20e3 \u{1faef}', '👩\u200d🚀 1\ufe0f\u20e3 \u{1faef}'],
])('what nobody sees in %j is made visible, and nothing else', ([text = '', shown = '']) => {
  expect(visible(text)).toBe(shown)
})

test('JSON on a terminal holds nothing that nobody sees, and is the same JSON', () => {
  const value = { name: 'a\u202eb\u{e0065}\u3164\u009b', lines: 'a\r\nb\tc', persian: 'نامه\u200cی' }
  for (const spaces of [0, 2]) {
    const json = formatJson(value, spaces)
    expect(JSON.parse(json)).toEqual(value)
    expect(visible(json)).toBe(json)
  }
  expect(formatJson('\u{e0065}')).toBe('"\\udb40\\udc65"')
})
