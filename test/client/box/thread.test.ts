import { expect, test } from 'vitest'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { signReply, threadOf } from '#client/box/thread.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { parseBoxAddress } from '#protocol/address.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { formatDropId, parseDropId } from '#protocol/id.ts'
import { formatPublicKey, parsePublicKey } from '#protocol/public-key.ts'
import vectors from '../../vectors/box-requests.json' with { type: 'json' }
import { fromHex, noise } from '../../kit/bytes.ts'

const parsed = vectors.threads.map(({ seed, key, thread, box, drop, age, text, files, proof }) => {
  const names = { key: parsePublicKey(key), box: parseBoxAddress(box), drop: parseDropId(drop) }
  if (!names.key || !names.box || !names.drop) throw new Error('a vector is damaged')
  const said = { box: names.box, drop: names.drop, text, files }
  return { seed, proof, thread, age, key: names.key, said }
})

test.for(parsed)('the proof for $said.drop is that of the vector, and names its thread', async (vector) => {
  const { age, proof, said, thread } = vector
  const key = await signingKeyFromSeed(fromHex(vector.seed))
  const keys = { ...(await deriveReturn(newReturnCode())), key, recipient: age }
  expect(await signReply(keys, said)).toEqual({ key: vector.key, age, proof })
  expect(await threadOf({ key: vector.key, age, proof }, said)).toBe(thread)
})

test('a proof holds for its drop in its box, by its key, and for nothing else', async () => {
  const [one, two] = parsed
  if (one === undefined || two === undefined) throw new Error('vectors are missing')
  const other = await deriveReturn(newReturnCode())
  const { age, key, proof, said } = one
  expect(await threadOf({ key, age, proof }, { ...said, drop: two.said.drop })).toBeUndefined()
  expect(await threadOf({ key, age, proof }, { ...said, box: other.address })).toBeUndefined()
  expect(await threadOf({ key: other.key.publicKey, age, proof }, said)).toBeUndefined()
  expect(await threadOf({ key, age, proof: two.proof }, said)).toBeUndefined()
  // A reader of the drop knows all of it but the key, and may send it again once it is gone.
  expect(await threadOf({ key, age: other.recipient, proof }, said)).toBeUndefined()
  for (const bad of ['', 'x', proof.slice(1), toBase64url(noise(64))]) {
    expect(await threadOf({ key, age, proof: bad }, said)).toBeUndefined()
  }
})

test('other words, or other files, do not come into a thread under the id of a drop that is gone', async () => {
  const [bare, full] = parsed
  if (bare === undefined || full === undefined) throw new Error('vectors are missing')
  const [first, second] = full.said.files
  if (first === undefined || second === undefined) throw new Error('two files')
  const listed = [[], [first], [second, first], [first, { ...second, size: 9 }], [{ ...first, name: 'b.txt' }, second]]
  for (const files of [...listed, [{ ...first, name: `${first.name}\n${second.size} ${second.name}` }, first]])
    expect(await threadOf(full, { ...full.said, files })).toBeUndefined()
  for (const text of ['', 'Hello, Ana.', 'Hello, Ana.\n\n', bare.said.text.toUpperCase()])
    expect(await threadOf(bare, { ...bare.said, text })).toBeUndefined()
  expect(await threadOf(bare, { ...bare.said, files: [first] })).toBeUndefined()
})

test('a key that signs everything proves no thread', async () => {
  const [one] = parsed
  if (one === undefined) throw new Error('vectors are missing')
  // The point of order 1, and the signature that some verifiers take for any message under it.
  const identity = new Uint8Array([1, ...Array.from({ length: 31 }, () => 0)])
  const proof = toBase64url(new Uint8Array([...identity, ...new Uint8Array(32)]))
  expect(
    await threadOf(
      { key: formatPublicKey(identity), age: one.age, proof },
      { ...one.said, drop: formatDropId(noise(16)) },
    ),
  ).toBeUndefined()
})
