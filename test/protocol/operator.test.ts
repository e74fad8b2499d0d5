import { expect, test } from 'vitest'
import { formatSecurityTxt, isCurrent, parseOperator, readOperatorSettings } from '#protocol/operator.ts'

const KEY = 'eKyZzPOzoXdRRX9oNuJvBnnFEpZF9B61PL6IBAg2i9Q'
const STATEMENT = { text: 'No order has come.\nNone is expected.', issued: '2026-11-01', expires: '2027-01-31' }
const WHOLE = {
  OPERATOR_NAME: 'The newsroom',
  OPERATOR_CONTACT: 'mailto:security@drop.example',
  OPERATOR_JURISDICTION: 'Iceland',
  OPERATOR_STATEMENT: STATEMENT.text,
  OPERATOR_STATEMENT_ISSUED: STATEMENT.issued,
  OPERATOR_STATEMENT_EXPIRES: STATEMENT.expires,
  OPERATOR_KEY: KEY,
}

test('settings become what a client reads, and what is empty is not set', () => {
  const operator = readOperatorSettings(WHOLE)
  expect(operator).toEqual({
    name: 'The newsroom',
    contact: 'mailto:security@drop.example',
    jurisdiction: 'Iceland',
    statement: STATEMENT,
    key: KEY,
  })
  expect(parseOperator(JSON.parse(JSON.stringify(operator)))).toEqual(operator)
  expect(readOperatorSettings({ OPERATOR_NAME: '', OPERATOR_KEY: '' })).toEqual({})
  expect(readOperatorSettings({})).toEqual({})
})

test.for([
  ['OPERATOR_NAME', 'a'.repeat(101)],
  ['OPERATOR_NAME', ' '],
  ['OPERATOR_NAME', 'two\nlines'],
  ['OPERATOR_NAME', 'a\u202eb'],
  ['OPERATOR_CONTACT', 'security@drop.example'],
  ['OPERATOR_CONTACT', 'http://drop.example/'],
  ['OPERATOR_CONTACT', 'https://drop.example/\nContact: mailto:evil@drop.example'],
  ['OPERATOR_CONTACT', 'javascript:alert(1)'],
  ['OPERATOR_JURISDICTION', 'a'.repeat(201)],
  ['OPERATOR_STATEMENT', 'a'.repeat(2_001)],
  ['OPERATOR_STATEMENT', ''],
  ['OPERATOR_STATEMENT_ISSUED', '2026-02-30'],
  ['OPERATOR_STATEMENT_ISSUED', '2027-02-01'],
  ['OPERATOR_STATEMENT_EXPIRES', '2027-11-03'],
  ['OPERATOR_STATEMENT_EXPIRES', '31.1.2027'],
  ['OPERATOR_KEY', 'A'.repeat(43)],
  ['OPERATOR_KEY', 'short'],
] as const)('%s is refused, and named, when it is %j', ([setting, value]) => {
  expect(() => readOperatorSettings({ ...WHOLE, [setting]: value })).toThrow(setting.replace(/_(ISSUED|EXPIRES)$/, ''))
})

test.for([[null], [[]], ['x'], [{ name: 1 }], [{ statement: {} }], [{ statement: { ...STATEMENT, text: 1 } }]])(
  'an answer that is %j is none',
  ([answer]) => {
    expect(parseOperator(answer)).toBeUndefined()
  },
)

test('an operator may be called wrong', () => {
  expect(readOperatorSettings({ OPERATOR_NAME: 'wrong' })).toEqual({ name: 'wrong' })
})

test('members that nobody knows yet are left out', () => {
  expect(parseOperator({ name: 'x', later: true })).toEqual({ name: 'x' })
})

test.for([
  ['2026-10-31T23:59:59Z', false],
  ['2026-11-01T00:00:00Z', true],
  ['2027-01-31T23:59:59Z', true],
  ['2027-02-01T00:00:00Z', false],
] as const)('at %s it is %s that the statement holds', ([time, holds]) => {
  expect(isCurrent(STATEMENT, Date.parse(time))).toBe(holds)
})

test('security.txt says what RFC 9116 asks for, and for less than a year', () => {
  expect(formatSecurityTxt('mailto:a@drop.example', 'https://drop.example', Date.parse('2026-11-23T12:00:00Z'))).toBe(
    [
      'Contact: mailto:a@drop.example',
      'Expires: 2026-12-23T00:00:00Z',
      'Canonical: https://drop.example/.well-known/security.txt',
      '',
    ].join('\n'),
  )
})
