import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  parseJson,
  parseLimits,
  parseReceipts,
  parseRefusal,
  parseSent,
  parseUploaded,
  Refused,
} from '#client/refused.ts'
import type { Answer } from '#client/transport.ts'
import { isDropError } from '#protocol/error.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import receipts from '../vectors/receipts.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { noise } from './support/bytes.ts'

const numRuns = runs(100, 10_000)
const good = receipts.receipts[0]?.receipt as object
const created = { expires: 1_800_000_000, reads: 1, size: 18_000, parts: 3 }
const sent = { ...created, state: 'claimed', triesLeft: 10, claims: [good] }

function answer(body: unknown, status = 404, fields: Record<string, string> = {}): Answer {
  const bytes =
    body instanceof Uint8Array
      ? new Uint8Array(body)
      : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
  return { status, field: (name) => fields[name] ?? null, body: bytes }
}

test.for(Object.keys(PROBLEMS))('a refusal says %s', (code) => {
  const error = parseRefusal(answer({ type: `/problems/${code}`, title: 'x', status: 400 }, 400))
  expect(error).toBeInstanceOf(Refused)
  expect(error.code).toBe(code)
})

test.for([
  ['a page of a proxy', '<html>', 404],
  ['nothing', '', 403],
  ['a list', '[]', 400],
  ['null', 'null', 400],
  ['bytes that are no UTF-8', noise(50), 400],
  ['a problem of somebody else', { type: 'about:blank' }, 404],
  ['a code that only ends use', { type: '/problems/open_failed' }, 400],
  ['a redirection', '', 302],
] as const)('%s is no answer of ours', ([, body, status]) => {
  expect(parseRefusal(answer(body, status))).toMatchObject({ name: 'DropError', code: 'bad_answer' })
})

test('a proxy that cannot reach the server is the network, not the server', () => {
  for (const status of [500, 502, 503, 504, 530]) expect(parseRefusal(answer('<html>', status)).code).toBe('offline')
})

test('a refusal brings what belongs to it', () => {
  const fields = { 'Retry-After': '5', 'Accept-Signature': `claim=("@method");nonce="${'n'.repeat(24)}"` }
  const body = { type: '/problems/wrong_passphrase', triesLeft: 3, claims: [good] }
  expect(parseRefusal(answer(body, 403, fields))).toMatchObject({
    triesLeft: 3,
    claims: [good],
    offer: fields['Accept-Signature'],
    retryAfterMs: 5_000,
  })
})

test.for(['0', '0.0001', '-1', '3601', 'soon', 'Wed, 21 Oct 2026 07:28:00 GMT', 'NaN', 'Infinity', '1e9', ''])(
  'a server cannot make a client wait for %j',
  (seconds) => {
    const refusal = parseRefusal(answer({ type: '/problems/try_later' }, 503, { 'Retry-After': seconds }))
    expect(refusal).toMatchObject({ code: 'try_later', retryAfterMs: undefined })
  },
)

test.for([-1, 1.5, '3', null, {}, 1e300])('%j tries are no number of tries', (triesLeft) => {
  expect(parseRefusal(answer({ type: '/problems/wrong_passphrase', triesLeft }, 403))).toMatchObject({
    triesLeft: undefined,
  })
})

test('a drop that is too large is refused with what the server takes, if that is a number of bytes', () => {
  const refusal = (largest: unknown) => parseRefusal(answer({ type: '/problems/too_large', largest }, 413))
  expect(refusal(104_857_600)).toMatchObject({ code: 'too_large', largest: 104_857_600 })
  for (const other of [undefined, -1, '5', 1.5, null]) expect(refusal(other)).toMatchObject({ largest: undefined })
})

test('which parts the server has comes back as it was', () => {
  const received = ['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU', null, null]
  const uploaded = { ...created, state: 'uploading', received }
  expect(parseUploaded(answer(uploaded, 200))).toEqual(uploaded)
  expect(parseUploaded(answer({ ...uploaded, state: 'ready', received: [] }, 200)).received).toEqual([])
})

test.for([
  ['no list', { received: undefined }],
  ['a list of numbers', { received: [5] }],
  ['a digest that is too short', { received: ['47DE'] }],
  ['a digest with stray bits', { received: [`${'A'.repeat(42)}B`] }],
  ['a state that there is not', { state: 'begun' }],
  ['no parts', { parts: 0 }],
  ['parts in words', { parts: 'three' }],
] as const)('an answer to what is uploaded with %s is a bad answer', ([, change]) => {
  const uploaded = { ...created, state: 'uploading', received: [null], ...change }
  expect(() => parseUploaded(answer(uploaded, 200))).toThrow('bad_answer')
})

test('what a server takes is a number of bytes or nothing', () => {
  expect(parseLimits(answer({ largest: 5, more: 1 }, 200))).toEqual({ largest: 5 })
  for (const largest of [undefined, null, '5', -5, 0.5, 1e300])
    expect(() => parseLimits(answer({ largest }, 200))).toThrow('bad_answer')
})

test('what the server holds for a sender comes back as it was', () => {
  expect(parseSent(answer(sent, 200))).toEqual(sent)
})

test.for([
  ['no claims', { claims: undefined }],
  ['claims that are no list', { claims: {} }],
  ['a claim that is none', { claims: [good, {}] }],
  ['another state', { state: 'burnt' }],
  ['a state that every object has', { state: 'toString' }],
  ['no expiry', { expires: undefined }],
  ['no parts', { parts: 0 }],
  ['an expiry that no calendar has', { expires: 9_007_199_254_740_991 }],
  ['a negative size', { size: -1 }],
  ['a broken number', { reads: 0.5 }],
  ['tries in words', { triesLeft: 'ten' }],
] as const)('an answer to the sender with %s is a bad answer', ([, change]) => {
  expect(() => parseSent(answer({ ...sent, ...change }, 200))).toThrow('bad_answer')
})

test('receipts are taken whole or not at all', () => {
  for (const { receipt } of receipts.receipts.filter(({ why }) => why !== 'a nonce that is too short'))
    expect(parseReceipts([receipt])).toEqual([receipt])
  const [record] = [(good as { claim: object }).claim]
  const broken = [
    null,
    'receipt',
    { ...good, reader: 'short' },
    { ...good, reader: 5 },
    { ...good, claim: undefined },
    { ...good, claim: { ...record, created: '5' } },
    { ...good, claim: { ...record, created: 1.5 } },
    { ...good, claim: { ...record, nonce: 'short' } },
    { ...good, claim: { ...record, nonce: `${'n'.repeat(24)}"` } },
    { ...good, claim: { ...record, signature: 'AAAA' } },
    { ...good, ack: null },
    { ...good, ack: {} },
    { ...good, ack: { ...(good as { ack: object }).ack, opened: 'short' } },
    { ...good, ack: { ...(good as { ack: object }).ack, opened: `${'A'.repeat(42)}B` } },
  ]
  for (const each of broken) expect([each, parseReceipts([good, each])]).toEqual([each, undefined])
  expect(parseReceipts({ length: 1, 0: good })).toBeUndefined()
})

test('a receipt brings nothing with it that is not its own', () => {
  const [parsed] = parseReceipts([{ ...good, extra: 'x', __proto__: { y: 1 } }]) ?? []
  expect(Object.keys(parsed ?? {}).toSorted()).toEqual(['ack', 'claim', 'reader'])
})

test('no answer makes the parsers throw anything but a DropError', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys(sent)),
      fc.integer({ min: 300, max: 599 }),
      (value, key, status) => {
        for (const body of [
          value,
          { ...sent, [key]: value },
          { type: '/problems/claimed', claims: value, triesLeft: value },
        ]) {
          expect(parseRefusal(answer(body, status)).name).toBe('DropError')
          for (const parse of [parseSent, parseUploaded, parseLimits])
            expect(['whole', 'bad_answer']).toContain(outcomeOf(() => parse(answer(body, 200))))
        }
      },
    ),
    { numRuns },
  )
})

/** The code of what is thrown, or its text if it has none. */
function outcomeOf(run: () => unknown): string {
  try {
    run()
    return 'whole'
  } catch (error) {
    return isDropError(error) ? error.code : String(error)
  }
}

test('JSON is read as an object or not at all', () => {
  expect(parseJson(answer('{"a":1}'))).toEqual({ a: 1 })
  for (const text of ['[1]', '"a"', '1', 'null', '{', '']) expect(parseJson(answer(text))).toBeUndefined()
})
