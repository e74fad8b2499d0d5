import { expect, test } from 'vitest'
import { isAway, meaningOf } from '#client/meaning.ts'
import { NotOurs, parseRefusal } from '#client/refused.ts'
import { DropError, type DropErrorCode } from '#protocol/error.ts'

const says = (status: number, type: string) =>
  parseRefusal({
    status,
    body: new TextEncoder().encode('hello'),
    field: (name) => (name === 'Content-Type' ? type : null),
  })

test('a sign-in page of a network means another thing than a server whose answer nobody understands', () => {
  expect(meaningOf(says(200, 'text/html'))).toBe('not_ours')
  expect(meaningOf(says(404, 'application/problem+json'))).toBe('bad_answer')
  expect(meaningOf(new DropError('bad_answer'))).toBe('bad_answer')
  expect(says(200, 'text/html')).toBeInstanceOf(NotOurs)
})

test('what differs only for programs means the same to a person', () => {
  const same: readonly [DropErrorCode, DropErrorCode][] = [
    ['internal', 'try_later'],
    ['claimed', 'gone'],
    ['bad_link', 'bad_code'],
    ['foreign_card', 'bad_card'],
    ['rolled_back_card', 'bad_card'],
    ['length_required', 'bad_request'],
    ['method_not_allowed', 'bad_request'],
  ]
  for (const [code, other] of same) expect(meaningOf(new DropError(code))).toBe(other)
})

test('only a server that may answer in a while is waited for', () => {
  for (const code of ['offline', 'try_later', 'internal'] as const) expect(isAway(new DropError(code))).toBe(true)
  for (const code of ['gone', 'open_failed', 'stopped', 'damaged'] as const)
    expect(isAway(new DropError(code))).toBe(false)
  expect([isAway(new TypeError('offline')), isAway(undefined)]).toEqual([false, false])
})
