import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPlace, isPage, parsePlace, parseTyped } from '../../../web/offline/place.ts'

test.for([
  ['drop.example', 'https://drop.example', ''],
  ['  https://drop.example/ ', 'https://drop.example', ''],
  ['HTTPS://Drop.Example:8443', 'https://drop.example:8443', ''],
  ['drop.example:8443', 'https://drop.example:8443', ''],
  ['localhost:8787', 'http://localhost:8787', ''],
  ['http://localhost:8787/#sdlink1qq', 'http://localhost:8787', 'sdlink1qq'],
  ['https://drop.example/#sdbox1qq', 'https://drop.example', 'sdbox1qq'],
  ['drop.example/#sdlink1qq', 'https://drop.example', 'sdlink1qq'],
] as const)('%s names a server', ([typed, origin, fragment]) => {
  expect(parseTyped(typed)).toEqual({ origin, fragment })
})

test.for([
  '',
  'drop example',
  'http://drop.example',
  'http://127.0.0.1:8787',
  'http://localhost.evil.example',
  'https://drop.example/page',
  'https://drop.example/?a=1',
  'https://someone@drop.example',
  'ftp://drop.example',
  'javascript:alert(1)',
  'file:///etc/passwd',
  '//drop.example',
  'sdlink1qqqqzqsrqszsvpcgpy9qkrqdpc83qygjzv2p29shcka9vx',
])('%j names none', (typed) => {
  expect(parseTyped(typed)).toBeUndefined()
})

test('what stands in the address is read as it was written, for every server and fragment', () => {
  const origins = fc.oneof(
    fc.domain().map((name) => new URL(`https://${name}`).origin),
    fc.integer({ min: 81, max: 65_535 }).map((port) => `http://localhost:${port}`),
  )
  fc.assert(
    fc.property(origins, fc.stringMatching(/^[\w-]*$/), (origin, fragment) => {
      expect(parsePlace(formatPlace(origin, fragment))).toEqual({ origin, fragment })
    }),
  )
})

test.for(['', '#', '#how', '#sdlink1qq', '#http://drop.example/'])('%j names no server, and is a fragment', (hash) => {
  expect(parsePlace(hash)).toEqual({ origin: undefined, fragment: hash.slice(1) })
})

test.for([
  ['', true],
  ['how', true],
  ['return', true],
  ['sdlink1qq', false],
  ['SDLINK1QQ', false],
  ['sdbox1qq', false],
  ['sdin1qq', false],
  ['sdlink', false],
] as const)('%j may stand in an address: %j', ([fragment, may]) => {
  expect(isPage(fragment)).toBe(may)
})
