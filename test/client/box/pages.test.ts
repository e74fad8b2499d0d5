import { expect, test } from 'vitest'
import { watchPages } from '#client/box/pages.ts'
import type { Item } from '#protocol/box-api.ts'
import { dropIdOf } from './support/states.ts'

const item: Item = { drop: dropIdOf('A'.repeat(22)), seq: 1, size: 1, parts: 1, arrived: 1, expires: 1 }

function page(
  count: number,
  listed: number,
  { more = true, again = 0 } = {},
): Parameters<ReturnType<typeof watchPages>>[0] {
  return {
    count,
    more,
    items: Array.from({ length: listed }, () => item),
    repeated: Array.from({ length: again }, () => item),
  }
}

test('a list of as many items as were promised is followed to its end, though some come and some go meanwhile', () => {
  const watched = watchPages()
  for (const each of [page(250, 100), page(260, 100), page(90, 50), page(90, 10, { more: false })])
    expect(() => watched(each)).not.toThrow()
})

test.for([
  ['items beyond what it holds', [page(200, 200), page(200, 1)]],
  ['the same items for ever', [page(1, 1, { again: 1 }), page(1, 0, { again: 1 })]],
  ['more, and nothing of it', [page(200, 100), page(200, 0)]],
] as const)('a server that invents %s is not followed', ([, [first, second]]) => {
  const watched = watchPages()
  watched(first)
  expect(() => watched(second)).toThrow('bad_answer')
})

test('a server that promises more than any box holds is not followed for ever', () => {
  const watched = watchPages()
  for (let n = 0; n < 5_000; n++) watched(page(8_000_000_000, 200))
  expect(() => watched(page(8_000_000_000, 1))).toThrow('bad_answer')
})
