import { expect, test } from 'vitest'
import * as format from '../../web/copy/format.ts'

test.for([
  [['en-US@posix'], 'en-GB'],
  [['en-US@posix', 'en-US'], 'en-US'],
  [['de', 'en-NZ', 'en'], 'en-NZ'],
  [['C'], 'en-GB'],
  [[], 'en-GB'],
] as const)('on a system without a language the page stayed white: of %j it takes %s', ([languages, locale]) => {
  expect(format.localeOf(languages)).toBe(locale)
  expect(() => new Intl.NumberFormat(format.localeOf(languages))).not.toThrow()
})

test.for([
  [999, /^999 bytes?$/],
  [99_949, /^99\.9 kB$/],
  [999_499, /^999 kB$/],
  [999_500, /^1 MB$/],
  [999_499_999, /^999 MB$/],
  [999_500_000, /^1 GB$/],
] as const)('%d bytes are told in the unit that fits', ([count, text]) => {
  expect(format.bytes(count)).toMatch(text)
})

test.for([
  [9.9, 'less than 10 seconds'],
  [11, 'about 20 seconds'],
  [50, 'about 50 seconds'],
  [50.1, 'about 1 minute'],
  [61, 'about 2 minutes'],
  [3_540, 'about 59 minutes'],
  [3_541, 'about 1 hour'],
  [3_601, 'about 1.5 hours'],
] as const)('%d seconds that are left are told roughly', ([seconds, text]) => {
  expect(format.roughly(seconds)).toBe(text)
})

test.for([
  [59, 'in 1 minute'],
  [-59, 'just now'],
  [3_520, 'in 59 minutes'],
  [3_599, 'in 1 hour'],
  [-3_599, '1 hour ago'],
  [84_500, 'in 23 hours'],
  [86_399, 'in 1 day'],
] as const)('%d seconds from now are told in the unit that fits', ([seconds, text]) => {
  expect(format.relative(1_000 * seconds, 0)).toBe(text)
})

test('what is over a limit never reads like the limit, and a limit never like more than it is', () => {
  for (const [over, limit, told, most] of [
    [104_000_000, 102_700_000, '104 MB', '102 MB'],
    [102_700_001, 102_700_000, '103 MB', '102 MB'],
    [98_010_001, 98_010_000, '98.1 MB', '98 MB'],
    [999_700_000, 999_600_000, '1 GB', '999 MB'],
    [1_001, 1_000, '1.1 kB', '1 kB'],
    [100, 99, '100 bytes', '99 bytes'],
  ] as const)
    expect([format.bytesAgainst(over, limit), format.atMost(limit)]).toEqual([told, most])
  expect(format.bytesAgainst(98_010_000, 98_010_000)).toBe('98 MB')
})
