import { expect, test } from 'vitest'
import { toBase64url } from '#protocol/bytes.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import type { JudgedReceipt, DropReport } from '#client/sender.ts'
import { describeDropStatus, dropStatusOf, parseDropStatus } from '../../cli/sent/drop-status.ts'

const RECORD = { created: 1_790_000_000, nonce: 'n'.repeat(22), signature: '' }
const ACK = { opened: toBase64url(new Uint8Array(32)), claim: RECORD, reader: { ...RECORD, created: 1_790_000_060 } }
const READER = formatPublicKey(new Uint8Array(32).fill(0xab))

const IN_BOX = { state: 'deleted', reads: 0, claims: [] } as const

test('what no signature proves is told as the word of the server', () => {
  expect(words({ isClaimProved: false, isOpeningProved: false })).toMatch(
    /^reader abababab claimed .* says the server without proof/,
  )
  expect(words({ ack: ACK, isClaimProved: true, isOpeningProved: false })).toMatch(
    /opened .*, says the server without proof$/,
  )
  expect(words({ ack: ACK, isClaimProved: false, isOpeningProved: true })).toMatch(
    /opened .*, says the server without proof$/,
  )
})

test('what signatures prove is told as proved', () => {
  expect(words({ isClaimProved: true, isOpeningProved: false })).toMatch(
    /claimed .* by someone who holds the key, proved by signature; has not told/,
  )
  expect(words({ ack: ACK, isClaimProved: true, isOpeningProved: true })).toMatch(
    /opened .* by someone who holds the key, proved by signature$/,
  )
})

test('a time that no calendar has does not stop the report', () => {
  const far = { ...RECORD, created: Number.MAX_SAFE_INTEGER }
  expect(words({ claim: far, isClaimProved: true, isOpeningProved: false })).toMatch(/claimed 1970-01-01/)
})

test('a status that was stored is read back, and anything else is refused', () => {
  const status = dropStatusOf(report({ ack: ACK, isClaimProved: true, isOpeningProved: true }), 1_790_000_000_000)
  const stored: unknown = JSON.parse(JSON.stringify(status))
  expect(parseDropStatus(stored)).toEqual(status)
  const changes = [
    { state: 'toString' },
    { expires: 'soon' },
    { reads: 1.5 },
    { readers: {} },
    { readers: [{}] },
    { asked: undefined },
  ]
  for (const change of changes) expect(parseDropStatus({ ...status, ...change })).toBeUndefined()
  for (const other of [null, 'read', []]) expect(parseDropStatus(other)).toBeUndefined()
})

test('of a drop that was taken out of its box nobody says that it was opened', () => {
  const status = dropStatusOf(
    { ...report({ isClaimProved: true, isOpeningProved: true }), ...IN_BOX },
    1_790_000_000_000,
  )
  expect(describeDropStatus(status)).toEqual(['deleted from its box, read or not'])
  expect(parseDropStatus(JSON.parse(JSON.stringify(status)))).toEqual(status)
  expect(describeDropStatus({ ...status, state: 'ready' })[0]).toMatch(/^waits, until [^,]+$/)
})

type Told = Partial<JudgedReceipt> & Pick<JudgedReceipt, 'isClaimProved' | 'isOpeningProved'>

function words(receipt: Told): string {
  return describeDropStatus(dropStatusOf(report(receipt), 1_790_000_000_000))[1] ?? ''
}

function report(receipt: Told): DropReport {
  const claims = [{ reader: READER, claim: RECORD, ...receipt }]
  return { state: 'claimed', expires: 1_790_003_600, reads: 1, size: 16_384, parts: 1, triesLeft: 10, claims }
}
