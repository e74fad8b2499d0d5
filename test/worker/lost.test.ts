import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { formatPartQuery } from '#protocol/api.ts'
import { collect, depositInBox, openBox } from './support/boxes.ts'
import { MINUTE, travel } from './support/clock.ts'
import { claim, depositDrop, look, lookAsHolder, part, sent } from './support/drops.ts'
import { storeWith } from './support/faults.ts'
import { blobsOf } from './support/inside.ts'
import { newReader, newReaderKey } from '../kit/people.ts'
import { attemptsAt, depositInParts } from './support/parts.ts'
import { withBindings } from './support/wire.ts'

test('a message whose ciphertext is gone is lost to its reader and its sender, who are told so, and told so again', async () => {
  const drop = await depositDrop()
  const reader = await newReader()
  await env.KV.delete((await blobsOf(drop.dropId)).at(-1) ?? '')
  travel(11 * MINUTE)
  for (let n = 0; n < 2; n += 1) {
    expect(await claim(drop, reader.publicKey)).toMatchObject({ status: 410, code: 'lost' })
    expect(await part(drop, reader)).toMatchObject({ status: 410, code: 'lost' })
    expect((await sent(drop)).json).toMatchObject({ state: 'lost' })
  }
})

test('the loss of a message is told only to those who have proved that it is theirs', async () => {
  const [whole, lost] = [await depositDrop(), await depositDrop()]
  await env.KV.delete((await blobsOf(lost.dropId)).at(-1) ?? '')
  travel(11 * MINUTE)
  const stranger = await newReader()
  for (const drop of [whole, lost]) {
    expect((await look(drop)).status).toBe(200)
    expect((await lookAsHolder(drop)).json).toMatchObject({ state: 'ready' })
    expect((await part(drop, stranger)).code).toBe('gone')
  }
})

test('a message that the store does not show yet is not lost: its reader asks again', async () => {
  const drop = await depositDrop()
  await env.KV.delete((await blobsOf(drop.dropId)).at(-1) ?? '')
  travel(9 * MINUTE)
  expect(await claim(drop, await newReaderKey())).toMatchObject({ status: 503, code: 'try_later' })
  expect((await sent(drop)).json).toMatchObject({ state: 'claimed' })
})

test('a store that fails has lost nothing', async () => {
  const drop = await depositDrop()
  travel(11 * MINUTE)
  const fails = async (): Promise<never> => Promise.reject(new Error('KV failed: 500'))
  const via = withBindings({ KV: storeWith(env.KV, { get: fails }) })
  expect((await claim(drop, await newReaderKey(), { via })).code).toBe('try_later')
  expect((await sent(drop, { via })).json).toMatchObject({ state: 'claimed' })
})

test.for([0, 1, 2])('a message of which part %i is gone is lost', async (n) => {
  const drop = await depositInParts()
  const reader = await newReader()
  const gone = (await attemptsAt(drop.dropId)).find((each) => each.n === n)
  await env.KV.delete(gone?.blob ?? '')
  travel(11 * MINUTE)
  const first = await claim(drop, reader.publicKey)
  const asked = n === 0 ? first : await part(drop, reader, { query: formatPartQuery(n) })
  expect(asked).toMatchObject({ status: 410, code: 'lost' })
  expect((await sent(drop)).json).toMatchObject({ state: 'lost' })
})

test('the loss of a message in a box is told to its readers', async () => {
  const box = await openBox()
  const drop = await depositInBox(box, { ttlSeconds: 864_000 })
  await env.KV.delete((await blobsOf(drop.dropId)).at(-1) ?? '')
  // In a box the life of a drop begins at a day's turn, for all that anybody can tell.
  travel(24 * 60 * MINUTE + 11 * MINUTE)
  expect(await collect(box, drop.dropId)).toMatchObject({ status: 410, code: 'lost' })
})
