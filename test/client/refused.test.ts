import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS, readAnswer, sentForm, uploadedForm, type Form } from '#client/answers.ts'
import { parseBody, parseReceipts, parseRefusal, Refused } from '#client/refused.ts'
import type { Answer } from '#client/transport.ts'
import { formatDropId } from '#protocol/id.ts'
import { PROBLEMS } from '#protocol/problem.ts'
import receipts from '../vectors/receipts.json' with { type: 'json' }
import { runs } from '../runs.ts'
import { noise } from '../kit/bytes.ts'

const numRuns = runs(100, 10_000)
const good = receipts.receipts[0]?.receipt as object
const created = { expires: 1_800_000_000, reads: 1, size: 18_000, parts: 3 }
const sent = { ...created, state: 'claimed', triesLeft: 10, claims: [good] }
const drop = formatDropId(noise(16))
const named = (body: object): object => ({ drop, ...body })

function answer(body: unknown, status = 404, fields: Record<string, string> = {}): Answer {
  const bytes =
    body instanceof Uint8Array
      ? new Uint8Array(body)
      : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
  const all: Record<string, string> = { 'Content-Type': TYPE[status === 200 ? 'said' : 'refused'], ...fields }
  return { status, field: (name) => all[name] ?? null, body: bytes }
}

const TYPE = { said: 'application/json; charset=utf-8', refused: 'application/problem+json' }

/** The content of an answer in a form, or the code of its fault. */
async function read<T>(form: Form<T>, given: Answer): Promise<T | string> {
  const outcome = await readAnswer(given, form)
  return 'said' in outcome ? outcome.said : outcome.code
}

test.for(Object.keys(PROBLEMS))('a refusal says %s', (code) => {
  const error = parseRefusal(answer({ type: `https://drop.example/problems/${code}`, title: 'x', status: 400 }, 400))
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
  ['a code that only ends use', { type: 'https://drop.example/problems/open_failed' }, 400],
  ['a redirection', '', 302],
] as const)('%s is no answer of ours', ([, body, status]) => {
  expect(parseRefusal(answer(body, status))).toMatchObject({ name: 'DropError', code: 'bad_answer' })
})

test('a proxy that cannot reach the server is the network, not the server', () => {
  for (const status of [500, 502, 503, 504, 530]) expect(parseRefusal(answer('<html>', status)).code).toBe('offline')
})

test('a refusal brings what belongs to it', () => {
  const fields = { 'Retry-After': '5', 'Accept-Signature': `claim=("@method");nonce="${'n'.repeat(24)}"` }
  const body = { type: 'https://drop.example/problems/wrong_passphrase', triesLeft: 3, claims: [good] }
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
    const refusal = parseRefusal(
      answer({ type: 'https://drop.example/problems/try_later' }, 503, { 'Retry-After': seconds }),
    )
    expect(refusal).toMatchObject({ code: 'try_later', retryAfterMs: undefined })
  },
)

const MADE = 'Tue, 01 Dec 2026 10:59:50 GMT'

test.for([
  ['Tue, 01 Dec 2026 11:00:00 GMT', MADE, 10_000],
  ['Tuesday, 01-Dec-26 11:00:00 GMT', MADE, 10_000],
  ['Tue Dec  1 11:00:00 2026', MADE, 10_000],
  ['Tue, 01 Dec 2026 11:00:00 GMT', 'Tuesday, 01-Dec-26 10:59:50 GMT', 10_000],
  ['Tue, 01 Dec 2026 10:59:51 GMT', MADE, 1_000],
  ['Tue, 01 Dec 2026 11:59:50 GMT', MADE, 3_600_000],
  // A clock that is years behind has the same ten seconds.
  ['Thu, 01 Jan 1970 00:00:10 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT', 10_000],
  ['10', MADE, 10_000],
] as const)('a server that says until when to stay away is left alone so long: %s, said at %s', ([until, made, ms]) => {
  const fields = { 'Retry-After': until, Date: made }
  expect(parseRefusal(answer('<html>', 503, fields))).toMatchObject({ code: 'offline', retryAfterMs: ms })
  expect(parseRefusal(answer('<html>', 429, fields))).toMatchObject({ code: 'rate_limited', retryAfterMs: ms })
  const problem = { type: 'https://drop.example/problems/try_later' }
  expect(parseRefusal(answer(problem, 503, fields))).toMatchObject({ code: 'try_later', retryAfterMs: ms })
})

test.for([
  ['Tue, 01 Dec 2026 10:59:50 GMT', MADE],
  ['Tue, 01 Dec 2026 10:00:00 GMT', MADE],
  ['Tue, 01 Dec 2026 11:59:51 GMT', MADE],
  ['Fri, 01 Jan 9999 00:00:00 GMT', MADE],
  ['Tue, 01 Dec 2026 11:00:00 GMT', undefined],
  ['Tue, 01 Dec 2026 11:00:00 GMT', 'today'],
  ['Tue, 01 Dec 2026 25:00:00 GMT', MADE],
  ['Tue, 01 Dec 2026 11:00:00 CET', MADE],
  ['2026-12-01T11:00:00Z', MADE],
  ['Tue, 01 Dec 2026 11:00:00 GMT, 10', MADE],
] as const)(
  'a date that is over, far off, counted from nothing or none at all makes nobody wait: %s, said at %s',
  (given) => {
    const [until, made] = given
    const fields = { 'Retry-After': until, ...(made === undefined ? {} : { Date: made }) }
    expect(parseRefusal(answer('<html>', 503, fields))).toMatchObject({ code: 'offline', retryAfterMs: undefined })
  },
)

test.for([-1, 1.5, '3', null, {}, 1e300])('%j tries are no number of tries', (triesLeft) => {
  expect(
    parseRefusal(answer({ type: 'https://drop.example/problems/wrong_passphrase', triesLeft }, 403)),
  ).toMatchObject({
    triesLeft: undefined,
  })
})

test('a drop that is too large is refused with what the server takes, if that is a number of bytes', () => {
  const refusal = (largest: unknown) =>
    parseRefusal(answer({ type: 'https://drop.example/problems/too_large', largest }, 413))
  expect(refusal(104_857_600)).toMatchObject({ code: 'too_large', largest: 104_857_600 })
  for (const other of [undefined, -1, '5', 1.5, null]) expect(refusal(other)).toMatchObject({ largest: undefined })
})

test('which parts the server has comes back as it was', async () => {
  const received = ['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU', null, null]
  const uploaded = { ...created, state: 'uploading', received }
  expect(await read(uploadedForm(drop, created), answer(named(uploaded), 200))).toEqual(uploaded)
  const ended = { ...uploaded, state: 'ready', received: [] }
  expect(await read(uploadedForm(drop, created), answer(named(ended), 200))).toEqual(ended)
})

test.for([
  ['no list', { received: undefined }],
  ['a list of numbers', { received: [5] }],
  ['a digest that is too short', { received: ['47DE'] }],
  ['a digest with stray bits', { received: [`${'A'.repeat(42)}B`] }],
  ['a state that there is not', { state: 'begun' }],
  ['no parts', { parts: 0 }],
  ['parts in words', { parts: 'three' }],
  ['the parts of another drop', { parts: 4 }],
  ['the size of another drop', { size: 18_001 }],
] as const)('an answer to what is uploaded with %s is a bad answer', async ([, change]) => {
  const uploaded = { ...created, state: 'uploading', received: [null], ...change }
  expect(await read(uploadedForm(drop, created), answer(named(uploaded), 200))).toBe('bad_answer')
})

test('what a server takes is a number of bytes, and its time a number of seconds, or nothing', async () => {
  expect(await read(LIMITS, answer({ largest: 5, time: 6, more: 1 }, 200))).toEqual({ largest: 5, time: 6 })
  for (const other of [undefined, null, '5', -5, 0.5, 1e300]) {
    expect(await read(LIMITS, answer({ largest: other, time: 6 }, 200))).toBe('bad_answer')
    expect(await read(LIMITS, answer({ largest: 5, time: other }, 200))).toBe('bad_answer')
  }
})

test('what the server holds for a sender comes back as it was', async () => {
  expect(await read(sentForm(drop), answer(named(sent), 200))).toEqual(sent)
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
] as const)('an answer to the sender with %s is a bad answer', async ([, change]) => {
  expect(await read(sentForm(drop), answer(named({ ...sent, ...change }), 200))).toBe('bad_answer')
})

test('what the server holds of one drop was believed of another', async () => {
  for (const about of [{}, { drop: formatDropId(noise(16, 2)) }, { drop: null }]) {
    const received = [null]
    expect(await read(sentForm(drop), answer({ ...about, ...sent }, 200))).toBe('bad_answer')
    const uploaded = { ...about, ...created, state: 'uploading', received }
    expect(await read(uploadedForm(drop, created), answer(uploaded, 200))).toBe('bad_answer')
  }
})

test('an answer out of a cache was believed, whatever it was about', async () => {
  const stored = { Age: '5' }
  expect(await read(sentForm(drop), answer(named(sent), 200, stored))).toBe('bad_answer')
  expect(await read(LIMITS, answer({ largest: 5, time: 6 }, 200, stored))).toBe('bad_answer')
  const gone = { type: 'https://drop.example/problems/gone' }
  expect(parseRefusal(answer(gone, 404, stored))).toMatchObject({ code: 'bad_answer', isGarbled: false })
  // The mark that some write on everything they pass on.
  expect(await read(sentForm(drop), answer(named(sent), 200, { Age: '0' }))).toEqual(sent)
  expect(parseRefusal(answer(gone, 404, { Age: '0' })).code).toBe('gone')
})

test('the time in an answer that a cache gave out as its own was believed', async () => {
  const date = (seconds: number): Record<string, string> => ({ Date: new Date(seconds * 1_000).toUTCString() })
  const limits = { largest: 5, time: 1_800_000_000 }
  expect(await read(LIMITS, answer(limits, 200, date(1_800_000_300)))).toEqual(limits)
  for (const seconds of [1_799_999_699, 1_800_000_301])
    expect(await read(LIMITS, answer(limits, 200, date(seconds)))).toBe('bad_answer')
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

test('no answer makes the parsers throw', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys(sent)),
      fc.integer({ min: 300, max: 599 }),
      async (value, key, status) => {
        for (const body of [
          value,
          named({ ...sent, [key]: value }),
          { type: 'https://drop.example/problems/claimed', claims: value, triesLeft: value },
        ]) {
          expect(parseRefusal(answer(body, status)).name).toBe('DropError')
          for (const form of [sentForm(drop), uploadedForm(drop, created), LIMITS]) {
            const said = await read<unknown>(form, answer(body, 200))
            expect(typeof said === 'string' ? said : 'whole').toMatch(/^(whole|bad_answer)$/)
          }
        }
      },
    ),
    { numRuns },
  )
})

test('JSON is read as an object or not at all', () => {
  expect(parseBody(answer('{"a":1}'))).toEqual({ a: 1 })
  for (const text of ['[1]', '"a"', '1', 'null', '{', '']) expect(parseBody(answer(text))).toBeUndefined()
})
