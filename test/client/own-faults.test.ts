import { expect, test } from 'vitest'
import { PART } from '#client/answers.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { ask, mayHaveArrived, type Call } from '#client/server.ts'
import { noise } from '../kit/bytes.ts'
import { delivers, serverThat } from '../kit/network.ts'

const call: Call = { name: 'claim', body: noise(10) }
const fault = new TypeError('undefined is not a function')
const fail = (): never => {
  throw fault
}

test('an exception of our own while an answer is read was told as a server that cannot be reached', async () => {
  const server = serverThat([await delivers(noise(5))])
  await expect(ask(server, call, { ...PART, read: fail })).rejects.toBe(fault)
  expect(server.waits).toEqual([])
  expect(mayHaveArrived(fault)).toBe(true)
})

test('an exception of our own while a request is signed was told as a server that cannot be reached', async () => {
  const server = serverThat([])
  const key = await signingKeyFromSeed(noise(32))
  const signers = { locator: Object.defineProperty({ ...key }, 'privateKey', { get: fail }) }
  await expect(ask(server, { ...call, signers }, PART)).rejects.toBe(fault)
  expect(server.exchanges).toEqual([])
})
