import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatReaderBody, type Receipt } from '#protocol/api.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { parseDropId } from '#protocol/id.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { signRequest } from '#client/crypto/sign.ts'
import {
  checkProof,
  formatProof,
  makeProof,
  matchProof,
  provedReceipts,
  type OpeningProof,
} from '#client/proof-file.ts'
import { verifyFields } from '../protocol/support/fields.ts'
import { runs } from '../runs.ts'
import vectors from '../vectors/proofs.json' with { type: 'json' }

test.for(vectors.proofs)('a proof holds: $why', async ({ file }) => {
  expect(await checkProof(file)).toMatchObject({ state: 'holds' })
})

test.for(vectors.refused)('a file is refused: $why', async ({ file, state }) => {
  expect(await checkProof(file)).toEqual({ state })
})

test('a proof that was written is read back, byte by byte', async () => {
  for (const { file } of vectors.proofs) {
    const written = formatProof(await proofIn(file))
    expect(written.replace(/\s/g, '')).toBe(file.replace(/\s/g, ''))
    expect(formatProof(await proofIn(written))).toBe(written)
  }
})

test('whatever character of a proof is changed, it does not hold, or says the same', async () => {
  const { file } = good
  const same = JSON.stringify(await proofIn(file))
  const changed = fc.tuple(fc.nat(file.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
  const found = await fc.check(
    fc.asyncProperty(changed, async ([at, character]) => {
      const verdict = await checkProof(`${file.slice(0, at)}${character}${file.slice(at + 1)}`)
      return verdict.state !== 'holds' || JSON.stringify(verdict.proof) === same
    }),
    { numRuns: runs(100, 5_000) },
  )
  expect(found.counterexample).toBeNull()
})

test('a proof is made of what was proved, and of nothing else', async () => {
  const proof = await proofIn(good.file)
  const ticket = { ...proof, origin: `https://${proof.authority}`, opened: proof.opened ?? '' }
  const [receipt] = proof.receipts as [Receipt]
  const judged = { ...receipt, isClaimProved: true, isOpeningProved: true }
  expect(makeProof(ticket, provedReceipts([judged]))).toEqual(proof)
  expect(provedReceipts([{ ...judged, isClaimProved: false }])).toEqual([])
  const { ack, ...claimed } = receipt
  expect(ack).toBeDefined()
  expect(provedReceipts([{ ...judged, isOpeningProved: false }])).toEqual([claimed])
  expect(await checkProof(formatProof(makeProof(ticket, [claimed]) as OpeningProof))).toMatchObject({ state: 'holds' })
  expect(makeProof(ticket, [])).toBeUndefined()
})

test('what was proved once stays proved, although the server shows less later', async () => {
  const { receipts } = await proofIn(good.file)
  const [{ ack, ...claimed }] = receipts as [Receipt]
  const shown = { isClaimProved: true, isOpeningProved: false }
  expect(provedReceipts([], receipts)).toEqual(receipts)
  expect(provedReceipts([{ ...claimed, ...shown }], receipts)).toEqual(receipts)
  const opened = { ...claimed, ...(ack === undefined ? {} : { ack }), isClaimProved: true, isOpeningProved: true }
  expect(provedReceipts([opened], [claimed])).toEqual(receipts)
})

test('a proof under a key that somebody made up holds, and names that key', async () => {
  const [made, reader] = await Promise.all([generateSigningKey(), generateSigningKey()])
  const { authority, dropId, claim } = await proofIn(good.file)
  const digest = await contentDigest(formatReaderBody(reader.publicKey))
  const request = { name: 'claim', authority, query: '', dropId, digest } as const
  const fields = await signRequest(request, { locator: made, claim: made }, 'A'.repeat(22), 1_764_000_000)
  const signed = await verifyFields({ ...request, ...fields }, 'claim', made.publicKey)
  const receipts = signed === undefined ? [] : [{ reader: reader.publicKey, claim: signed }]
  const proof = await proofIn(formatProof({ authority, dropId, claim: made.publicKey, receipts }))
  expect([proof.dropId, proof.claim === claim, proof.receipts.length]).toEqual([dropId, false, 1])
})

test('a proof is told from one for another server, drop or key, and from one of another opening', async () => {
  const proof = await proofIn(good.file)
  const { dropId, claim, opened = '' } = proof
  const other = (await generateSigningKey()).publicKey
  const otherDrop = parseDropId('A'.repeat(22)) ?? dropId
  const ticket = { origin: `https://${proof.authority}`, dropId, claim, opened }
  const matches = [
    ticket,
    { origin: ticket.origin, dropId, claim },
    { ...ticket, origin: 'https://other.example', dropId: otherDrop },
    { ...ticket, dropId: otherDrop, claim: other },
    { ...ticket, claim: other, opened: 'A'.repeat(43) },
    { ...ticket, opened: 'A'.repeat(43) },
  ].map((each) => matchProof(proof, each))
  expect(matches).toEqual(['same', 'same', 'another_server', 'another_drop', 'another_key', 'another_opening'])
  const [receipt] = proof.receipts
  if (receipt?.ack === undefined) throw new Error('The proof says nothing of an opening.')
  const unopened = makeProof(ticket, [{ reader: receipt.reader, claim: receipt.claim }])
  if (unopened === undefined) throw new Error('The claim is no proof.')
  expect(matchProof(unopened, { ...ticket, opened: 'A'.repeat(43) })).toBe('same')
})

test('a drop for a box, which nobody claims, has no proof', async () => {
  const { dropId, receipts } = await proofIn(good.file)
  expect(makeProof({ origin: 'https://drop.example', dropId, opened: '' }, receipts)).toBeUndefined()
})

test('a file of any length is refused without being read', async () => {
  expect(await checkProof(' '.repeat(300_000) + good.file)).toEqual({ state: 'malformed' })
  expect(await checkProof(' '.repeat(100_000) + good.file)).toMatchObject({ state: 'holds' })
})

test('a proof holds no secret: keys, ids, hashes and signatures are all that it has', async () => {
  const { authority, dropId, claim, opened, receipts, ...rest } = await proofIn(good.file)
  expect([parseDropId(dropId), parsePublicKey(claim), authority]).toEqual([dropId, claim, 'drop.example'])
  expect([opened?.length, receipts.length, rest]).toEqual([43, 1, {}])
})

const good = vectors.proofs[0] ?? { file: '' }

async function proofIn(file: string): Promise<OpeningProof> {
  const verdict = await checkProof(file)
  if (verdict.state !== 'holds') throw new Error('it does not hold')
  return verdict.proof
}
