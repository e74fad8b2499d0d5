import { expect, test } from 'vitest'
import { utf8 } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { readAnswer } from '../../cli/operator/answer.ts'
import { formatJson } from '../../cli/terminal.ts'

const ABOUT = { drop: 'oWoM-7cC-h23a0_amIcAbw' as DropId }
const ANSWER = { v: 1, kind: 'sealdrop disclosure', about: ABOUT, held: [] }

test('what a server answers about another drop is not signed as the answer to this one', () => {
  expect(readAnswer(utf8(JSON.stringify(ANSWER)), ABOUT)).toEqual(ANSWER)
  const others = [
    { ...ANSWER, about: { drop: 'A'.repeat(22) } },
    { ...ANSWER, about: undefined },
    { about: ABOUT },
    null,
  ]
  for (const other of others)
    expect(() => readAnswer(utf8(JSON.stringify(other)), ABOUT)).toThrow(
      expect.objectContaining({ code: 'bad_answer' }),
    )
})

test('what a server puts into a disclosure is no command to the terminal', () => {
  const value = { text: 'a\u009b2Jb\u202ec\u0007' }
  const shown = formatJson(value, 2)
  expect(shown).toBe('{\n  "text": "a\\u009b2Jb\\u202ec\\u0007"\n}')
  expect(JSON.parse(shown)).toEqual(value)
})
