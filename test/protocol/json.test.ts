import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  anyText,
  bytesOf,
  isWhole,
  listOf,
  membersOf,
  parseExactJson,
  parseJson,
  recordOf,
  textOf,
} from '#protocol/json.ts'

test('only an object has members, and all of them are read', () => {
  for (const value of [undefined, null, 0, '', 'text', true, [], [{}]]) {
    expect(recordOf(value)).toBeUndefined()
    expect(membersOf(value, [])).toBeUndefined()
  }
  expect(recordOf(parseJson('{"a":1,"__proto__":2}'))).toEqual(
    Object.fromEntries([
      ['a', 1],
      ['__proto__', 2],
    ]),
  )
})

test('an object with a member too many or too few is refused, in whatever order they come', () => {
  expect(membersOf({ b: 2, a: 1 }, ['a', 'b'])).toEqual({ a: 1, b: 2 })
  expect(membersOf({ a: 1 }, ['a', 'b'])).toBeUndefined()
  expect(membersOf({ a: 1, c: 3 }, ['a'])).toBeUndefined()
  expect(membersOf({ a: 1, c: 3 }, ['a'], ['c'])).toEqual({ a: 1, c: 3 })
  expect(membersOf({ a: undefined }, ['a'])).toEqual({ a: undefined })
})

test('a list with one element that cannot be read is none', () => {
  expect(listOf(['a', 'b'], anyText)).toEqual(['a', 'b'])
  expect(listOf(['a', 1], anyText)).toBeUndefined()
  expect(listOf({ length: 0 }, anyText)).toBeUndefined()
  expect(listOf([], anyText)).toEqual([])
})

test('whatever a JSON text holds, no text that is none is read, and its one spelling comes back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify(value)
      expect(JSON.stringify(parseExactJson(json))).toBe(json)
      expect(JSON.stringify(parseJson(json))).toBe(json)
    }),
  )
  for (const text of ['', '{', 'undefined', '{"a":1,}', "{'a':1}"]) expect(parseJson(text)).toBeUndefined()
  for (const text of ['{"a":1,"a":2}', ' {}', '[1.0]']) expect(() => parseExactJson(text)).toThrow(RangeError)
})

test('a number is whole from 0 to the largest that is exact', () => {
  const whole = [0, 1, Number.MAX_SAFE_INTEGER]
  const others = [-1, 0.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1, '1', null, undefined]
  expect([...whole, ...others].filter(isWhole)).toEqual(whole)
})

test('bytes are read in their one spelling, of one length or of any', () => {
  const bytes = new Uint8Array([1, 2, 3])
  expect([bytesOf('AQID', 3), bytesOf('AQID'), bytesOf('')]).toEqual([bytes, bytes, new Uint8Array(0)])
  for (const value of ['AQID=', 'AQI', 'AQJ', 1, null]) expect(bytesOf(value, 3)).toBeUndefined()
  for (const value of ['AQID=', 'A', 'AQJ', 1, null]) expect(bytesOf(value)).toBeUndefined()
  expect([textOf('a', (text) => text), textOf(1, String), anyText(null)]).toEqual(['a', undefined, undefined])
})
