import { expect, test } from 'vitest'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { signReply, threadOf } from '#client/box/thread.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { parseBoxAddress } from '#protocol/address.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { formatDropId, parseDropId } from '#protocol/id.ts'
import { formatPublicKey, parsePublicKey } from '#protocol/public-key.ts'
import vectors from '../../vectors/box-requests.json' with { type: 'json' }
import { fromHex, noise } from '../support/bytes.ts'

const age = 'age1pq1…'
const parsed = vectors.threads.map(({ seed, key, thread, box, drop, proof }) => {
  const names = { key: parsePublicKey(key), box: parseBoxAddress(box), drop: parseDropId(drop) }
  if (!names.key || !names.box || !names.drop) throw new Error('a vector is damaged')
  return { seed, proof, thread, key: names.key, box: names.box, drop: names.drop }
})

test.for(parsed)('the proof for $drop is that of the vector, and names its thread', async (vector) => {
  const { box, drop, proof, thread } = vector
  const key = await signingKeyFromSeed(fromHex(vector.seed))
  const keys = { ...(await deriveReturn(newReturnCode())), key, recipient: age }
  expect(await signReply(keys, box, drop)).toEqual({ key: vector.key, age, proof })
  expect(await threadOf({ key: vector.key, age, proof }, box, drop)).toBe(thread)
})

test('a proof holds for its drop in its box, by its key, and for nothing else', async () => {
  const [one, two] = parsed
  if (one === undefined || two === undefined) throw new Error('vectors are missing')
  const other = await deriveReturn(newReturnCode())
  const { key, proof, box, drop } = one
  expect(await threadOf({ key, age, proof }, box, two.drop)).toBeUndefined()
  expect(await threadOf({ key, age, proof }, other.address, drop)).toBeUndefined()
  expect(await threadOf({ key: other.key.publicKey, age, proof }, box, drop)).toBeUndefined()
  expect(await threadOf({ key, age, proof: two.proof }, box, drop)).toBeUndefined()
  for (const bad of ['', 'x', proof.slice(1), toBase64url(noise(64))]) {
    expect(await threadOf({ key, age, proof: bad }, box, drop)).toBeUndefined()
  }
})

test('a key that signs everything proves no thread', async () => {
  const [one] = parsed
  if (one === undefined) throw new Error('vectors are missing')
  // The point of order 1, and the signature that some verifiers take for any message under it.
  const identity = new Uint8Array([1, ...Array.from({ length: 31 }, () => 0)])
  const proof = toBase64url(new Uint8Array([...identity, ...new Uint8Array(32)]))
  expect(
    await threadOf({ key: formatPublicKey(identity), age, proof }, one.box, formatDropId(noise(16))),
  ).toBeUndefined()
})
