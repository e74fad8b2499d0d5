import { expect, test } from 'vitest'
import { Reports } from '../../tools/serve/reports.ts'

test('an operator reads of faults and of lost messages, once in ten minutes each, and of nothing else', () => {
  let now = 0
  const said: string[] = []
  const reports = new Reports(
    (sentence) => said.push(sentence),
    () => now,
  )
  for (const code of ['gone', 'not_proved', 'try_later', 'bad_request'] as const) reports.notice(code)
  expect(said).toEqual([])
  for (let n = 0; n < 100; n += 1) reports.notice('internal')
  reports.notice('lost')
  expect(said).toEqual([expect.stringContaining('(internal)'), expect.stringContaining('whose ciphertext is gone')])
  now = 600_000
  reports.notice('internal')
  expect(said).toHaveLength(3)
})
