import { expect, test } from 'vitest'
import { readLine, type TypedText } from '../../cli/terminal/keys.ts'

test.for([
  ['Ctrl-W takes the last word', 'one two\x17three\r', 'one three'],
  ['Ctrl-W takes the space after it as well', 'one two  \x17\r', 'one '],
  ['Ctrl-W again takes the word before', 'one two\x17\x17\r', ''],
  ['Ctrl-W takes a word in any script', 'eins день 日本語\x17\r', 'eins день '],
  ['Ctrl-U takes all', 'one two\x15three\r', 'three'],
  ['Backspace takes a whole character', 'aé日😀\x7f\x7f\x7f\r', 'a'],
  ['Ctrl-H is Backspace', 'ab\b\r', 'a'],
  ['Backspace at the beginning takes nothing', '\x7f\x7fa\r', 'a'],
  ['a Tab that was pasted stays', 'one\ttwo\r', 'one\ttwo'],
  ['a word ends at a Tab', 'one\ttwo\x17\r', 'one\t'],
  ['arrows and other keys without a letter leave nothing', 'a\x1b[D\x1bOHb\x1b[3~\r', 'ab'],
  ['a paste in brackets is what is between them', '\x1b[200~one two\x1b[201~\r', 'one two'],
  ['Ctrl-D ends the line', 'one\x04', 'one'],
  ['Ctrl-D alone is nothing', '\x04', ''],
  ['a terminal that goes away ends the line', 'one', 'one'],
])('%s', async ([, keys = '', text]) => {
  expect(await type(keys)).toEqual({ state: 'typed', text })
})

test.for([
  ['\x03', 'SIGINT'],
  ['\x1c', 'SIGQUIT'],
])('%j ends the command as %s does', async ([key = '', by]) => {
  expect(await type(`one${key}`)).toEqual({ state: 'ended', by })
})

test('Ctrl-Z suspends, and what was typed before is not part of what comes after', async () => {
  let suspended = 0
  expect(await type('one\x1atwo', ['three\r'], () => suspended++)).toEqual({ state: 'typed', text: 'three' })
  expect(suspended).toBe(1)
})

test('of several lines that are pasted at once each is an answer', async () => {
  const ahead = ['a', '\r', 'b', '\r']
  const read = (): Promise<TypedText> =>
    readLine(
      ahead,
      async () => undefined,
      async () => undefined,
    )
  expect([await read(), await read()]).toEqual(['a', 'b'].map((text) => ({ state: 'typed', text })))
})

test.for([
  [
    'a link that was pasted over three lines lost all but the first',
    'https://a/#sd\rlink\r\nq\x1b[201~\r',
    'https://a/#sd\nlink\n\nq',
  ],
  ['a line end at the end of a paste is no Enter', 'one\rtwo\r\x1b[201~\r', 'one\ntwo\n'],
  ['a paste goes on to the end of its brackets, whatever keys it seems to hold', 'a\x1b[Db\rc\x1b[201~d\r', 'ab\ncd'],
])('%s', async ([, keys = '', text]) => {
  const pieces = Array.from(`\x1b[200~${keys}`)
  const typed = await readLine(
    [],
    async () => pieces.shift(),
    async () => undefined,
    true,
  )
  expect([typed, pieces]).toEqual([{ state: 'typed', text }, []])
})

test('where each line is an answer, brackets change nothing', async () => {
  expect(await type('\x1b[200~one\rtwo\x1b[201~\r')).toEqual({ state: 'typed', text: 'one' })
})

test('an arrow that comes in pieces leaves nothing', async () => {
  for (const pieces of [
    ['\x1b', '[', 'D'],
    ['\x1b[', '1;5', 'D'],
    ['\x1bO', 'H'],
    ['\x1b[20', '0~'],
  ])
    expect(await type('a', [...pieces, 'b\r'])).toEqual({ state: 'typed', text: 'ab' })
  expect(await type('a\x1b', ['[', '\x03'])).toEqual({ state: 'ended', by: 'SIGINT' })
  expect(await type('a\x1b', ['b\r'])).toEqual({ state: 'typed', text: 'ab' })
})

test('keys that come one by one make the same line', async () => {
  expect(await type('o', ['n', 'e', '\t', 'x', '\x7f', '\r'])).toEqual({ state: 'typed', text: 'one\t' })
})

function type(
  first: string,
  later: readonly string[] = [],
  onSuspend: () => void = () => undefined,
): Promise<TypedText> {
  const left = [...later]
  return readLine(
    Array.from(first),
    async () => left.shift(),
    async () => onSuspend(),
  )
}
