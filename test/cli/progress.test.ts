import { expect, test } from 'vitest'
import { makeProgress } from '../../cli/terminal/progress.ts'

test('who sent to a gateway that was down heard nothing for minutes where standard error is no terminal', () => {
  const told: string[] = []
  let now = 0
  const progress = makeProgress(
    () => now,
    (sentence) => told.push(sentence),
  )
  const wait = (why: 'offline' | 'rate_limited' = 'offline'): void => {
    progress({ stage: 'sending', bytes: 10, total: 100 })
    progress({ stage: 'waiting', ms: 10_000, why })
    now += 10_000
  }
  for (let times = 0; times < 15; times++) wait()
  expect(told).toEqual(Array(5).fill('the server is not reached or not ready; trying again in 10 s'))
  // A transfer that goes on again is no news, and one that stops again is reckoned anew.
  progress({ stage: 'sending', bytes: 20, total: 100 })
  for (let times = 0; times < 2; times++) wait('rate_limited')
  expect(told).toHaveLength(5)
  wait('rate_limited')
  expect(told.at(-1)).toBe('the server asks to wait, after too many requests from here; trying again in 10 s')
})
