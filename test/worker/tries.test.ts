import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import {
  acknowledge,
  claim,
  guess,
  depositDrop,
  look,
  lookAsHolder,
  part,
  readWhole,
  revoke,
  sent,
} from './support/drops.ts'
import { blobsOf, evict, rowOf, shelfUses } from './support/inside.ts'
import { slowDeletes } from './support/faults.ts'
import { newReader, newReaderKey, repeatedly } from '../kit/people.ts'
import { newNonce } from './support/wire.ts'

test('nine wrong passphrases leave the drop, the tenth destroys it', async () => {
  const drop = await depositDrop()
  const guesses = await repeatedly(9, () => guess(drop))
  expect(guesses.map(({ code, json }) => [code, json['triesLeft']])).toEqual(
    [9, 8, 7, 6, 5, 4, 3, 2, 1].map((left) => ['wrong_passphrase', left]),
  )
  expect(await blobsOf(drop.dropId)).toHaveLength(1)

  const blobs = (await rowOf(drop.dropId))?.blobs ?? []
  expect((await guess(drop)).json['triesLeft']).toBe(0)
  expect(await env.KV.get(blobs[0] ?? '')).toBe(null)
  expect((await claim(drop, await newReaderKey())).code).toBe('gone')
  expect((await look(drop)).code).toBe('gone')
  expect((await sent(drop)).json).toMatchObject({ state: 'locked', triesLeft: 0 })
})

test('after nine wrong passphrases the right one opens', async () => {
  const drop = await depositDrop()
  await repeatedly(9, () => guess(drop))
  await readWhole(drop)
  expect((await sent(drop)).json).toMatchObject({ state: 'read', triesLeft: 1 })
})

test('nobody can use up the tries without the link', async () => {
  const drop = await depositDrop()
  const stranger = await generateSigningKey()
  const signers = [
    { locator: stranger, claim: stranger },
    { locator: stranger, claim: drop.claim },
  ]
  for (const each of signers) {
    await repeatedly(12, () => guess(drop, { signers: each }))
    await repeatedly(12, () => look(drop, { signers: each }))
  }
  expect((await rowOf(drop.dropId))?.tries).toEqual([])
})

test('a wrong passphrase counts on status as it does on claim', async () => {
  const drop = await depositDrop()
  const signers = { locator: drop.locator, claim: await generateSigningKey() }
  expect((await look(drop, { signers })).json['triesLeft']).toBe(9)
  expect((await guess(drop)).json['triesLeft']).toBe(8)
  await repeatedly(8, () => look(drop, { signers }))
  expect((await sent(drop)).json['state']).toBe('locked')
})

test('a replayed wrong try is not counted again', async () => {
  const drop = await depositDrop()
  const reader = await newReaderKey()
  const signers = { locator: drop.locator, claim: await generateSigningKey() }
  const nonce = newNonce()
  await repeatedly(20, () => claim(drop, reader, { signers, nonce, createdMs: 1_000 * Math.floor(Date.now() / 1_000) }))
  expect((await sent(drop)).json).toMatchObject({ state: 'ready', triesLeft: 9 })
})

test('one nonce is good for one guess: a guesser who reuses it does not go uncounted', async () => {
  const drop = await depositDrop()
  const nonce = newNonce()
  expect((await guess(drop, { nonce })).code).toBe('wrong_passphrase')
  // Now the right passphrase under the nonce of the wrong one: it must not be told apart from another wrong one.
  const right = await claim(drop, await newReaderKey(), { nonce })
  const wrong = await guess(drop, { nonce })
  expect([right.status, right.code]).toEqual([wrong.status, wrong.code])
  expect(right.json).toEqual(wrong.json)
  const looks = [
    await lookAsHolder(drop, { nonce }),
    await look(drop, { nonce, signers: { locator: drop.locator, claim: await generateSigningKey() } }),
  ]
  expect(looks.map(({ code }) => code)).toEqual(['wrong_passphrase', 'wrong_passphrase'])
  expect((await rowOf(drop.dropId))?.tries).toEqual([nonce])
})

test('many guesses at once under one nonce are one guess', async () => {
  const drop = await depositDrop()
  const nonce = newNonce()
  const replies = await Promise.all(Array.from({ length: 30 }, () => guess(drop, { nonce })))
  expect(replies.map(({ json }) => json['triesLeft'])).toEqual(Array.from({ length: 30 }, () => 9))
  expect((await rowOf(drop.dropId))?.tries).toEqual([nonce])
})

test('of thirty guesses at once ten are judged', async () => {
  const drop = await depositDrop()
  const replies = await Promise.all(Array.from({ length: 30 }, () => guess(drop)))
  expect(replies.filter(({ code }) => code === 'wrong_passphrase')).toHaveLength(10)
  expect(replies.filter(({ code }) => code === 'gone')).toHaveLength(20)
})

test('while the tenth wrong passphrase is destroying the drop, right and wrong look alike', async () => {
  const drop = await depositDrop()
  await repeatedly(9, () => guess(drop))
  const store = slowDeletes(env.KV)
  await shelfUses(drop.dropId, store.kv)
  const tenth = guess(drop)
  await store.reached
  const during = await Promise.all([
    guess(drop),
    claim(drop, await newReaderKey()),
    lookAsHolder(drop),
    acknowledge(drop, await newReader()),
  ])
  store.release()
  expect((await tenth).json['triesLeft']).toBe(0)
  expect(during.map(({ code }) => code)).toEqual(['gone', 'gone', 'gone', 'gone'])
})

test('a holder of the link cannot try passphrases against the acknowledgement, where nothing is counted', async () => {
  const drop = await depositDrop()
  const mine = await newReader()
  const wrong = await generateSigningKey()
  const guesses = [
    await acknowledge(drop, mine),
    await acknowledge(drop, mine, { signers: { claim: wrong, reader: mine } }),
  ]
  expect(guesses[0]?.body).toEqual(guesses[1]?.body)
  expect(guesses[0]?.status).toBe(guesses[1]?.status)
})

test('the tombstone of a read drop tells right from wrong ten times, and then no more', async () => {
  const drop = await depositDrop()
  await readWhole(drop)
  expect((await claim(drop, await newReaderKey())).json['claims']).toHaveLength(1)
  const guesses = await repeatedly(10, () => guess(drop))
  expect(guesses.every(({ code, json }) => code === 'gone' && json['claims'] === undefined)).toBe(true)

  const signers = { locator: drop.locator, claim: await generateSigningKey() }
  const wrong = [await guess(drop), await look(drop, { signers })]
  const right = [await claim(drop, await newReaderKey()), await lookAsHolder(drop)]
  for (const [index, { status, body }] of right.entries()) {
    expect(status).toBe(wrong[index]?.status)
    expect(body).toEqual(wrong[index]?.body)
  }
})

test.for(['read', 'revoked', 'locked'])(
  'wrong passphrases on the tombstone of a drop that was %s are limited',
  async (state) => {
    const drop = await depositDrop()
    if (state === 'read') await readWhole(drop)
    if (state === 'revoked') await revoke(drop)
    if (state === 'locked') await repeatedly(10, () => guess(drop))
    await repeatedly(25, () => guess(drop))
    expect((await rowOf(drop.dropId))?.tries).toHaveLength(10)
    expect((await sent(drop)).json['state']).toBe(state)
  },
)

test('the tries are remembered across an eviction', async () => {
  const drop = await depositDrop()
  await repeatedly(5, () => guess(drop))
  await evict(drop.dropId)
  expect((await guess(drop)).json['triesLeft']).toBe(4)
})

test('ten wrong passphrases take the ciphertext from under a reader who has claimed and not finished', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await claim(drop, reader.publicKey)
  await repeatedly(10, () => guess(drop))
  expect((await part(drop, reader)).code).toBe('gone')
  const { json } = await sent(drop)
  expect(json['state']).toBe('locked')
  expect(json['claims']).toHaveLength(1)
})
