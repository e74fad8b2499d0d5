import { expect, test } from 'vitest'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import type { Receipt } from '#protocol/api.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import vectors from '../vectors/receipts.json' with { type: 'json' }

const { authority, opened } = vectors
const context = { authority, dropId: vectors.dropId as DropId, claim: vectors.claim as PublicKey }

test.for(vectors.receipts)('a receipt is judged for what it is: $why', async ({ receipt: shown, ...judged }) => {
  const receipt = shown as unknown as Receipt
  expect(await isClaimProved(receipt, context)).toBe(judged.isClaimProved)
  expect(await isOpeningProved(receipt, context, opened)).toBe(judged.isOpeningProved)
})

test('a good receipt proves nothing about another drop, server, key or token', async () => {
  const receipt = vectors.receipts[0]?.receipt as unknown as Receipt
  const others = [
    { ...context, authority: 'other.example' },
    { ...context, dropId: 'AAAAAAAAAAAAAAAAAAAAAA' as DropId },
    { ...context, claim: receipt.reader },
  ]
  for (const other of others) {
    expect(await isClaimProved(receipt, other)).toBe(false)
    expect(await isOpeningProved(receipt, other, opened)).toBe(false)
  }
  expect(await isOpeningProved(receipt, context, 'A'.repeat(43))).toBe(false)
})

test('a receipt made of nonsense is no proof and no crash', async () => {
  const record = { created: Number.NaN, nonce: '"\n', signature: ':' }
  const reader = 'not a key' as PublicKey
  const nonsense: Receipt = { reader, claim: record, ack: { opened, claim: record, reader: record } }
  expect(await isClaimProved(nonsense, context)).toBe(false)
  expect(await isOpeningProved(nonsense, context, opened)).toBe(false)
})
