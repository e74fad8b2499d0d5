import { expect, test } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { boxOfThread } from '../../cli/return/thread.ts'
import { boxServer, type BoxServer } from '../kit/box-server.ts'
import { newBox, NOW, ORIGIN } from '../kit/boxes.ts'
import { lost } from '../kit/network.ts'

async function answer(server: BoxServer, code: ReturnCode, from: BoxAddress): Promise<void> {
  const { key, recipient: age } = await deriveReturn(code)
  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, to: { key: key.publicKey, age }, from, ttlSeconds: 86_400, sender, now: NOW }
  await deposit(server, await sealAnswer({ text: 'which shelf?', files: [] }, order), { sender })
}

test('an answer that cannot be read keeps nobody from writing to the box of an older one', async () => {
  const { address } = await newBox(1)
  const server = boxServer()
  const [code, other] = [newReturnCode(), newReturnCode()]
  const access = accessOfReturn(await deriveReturn(code))
  await answer(server, code, address)
  await answer(server, other, address)
  const readable = server.lists.get(access.address) ?? []
  const unreadable = server.lists.get((await deriveReturn(other)).address) ?? []
  expect([readable.length, unreadable.length]).toEqual([1, 1])
  expect(await boxOfThread(server, access, [...unreadable, ...readable])).toBe(address)
  expect(await boxOfThread(server, access, unreadable)).toBeUndefined()
  server.hand = () => lost
  await expect(boxOfThread({ ...server, patienceMs: 0 }, access, readable)).rejects.toMatchObject({ code: 'offline' })
})
