import { expect, test } from 'vitest'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { sealAnswer, sealForBox } from '#client/box/write.ts'
import { deposit } from '#client/send.ts'
import { memorySource } from '#client/source.ts'
import { noise } from '../../kit/bytes.ts'
import { boxServer } from '../../kit/box-server.ts'
import { newBox, NOW, orderFor } from '../../kit/boxes.ts'
import { fileOf } from '../../kit/messages.ts'
import { says } from '../../kit/network.ts'

test('a drop that was sealed a day ago is finished, but not begun: its readers may delete the keys before it expires', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const source = memorySource(noise(9_000_000))
  const message = { text: '', files: [{ ...fileOf('large', noise(0)), source }] }
  const [sealed, server] = [await sealForBox(message, order), boxServer()]
  const dayLater = { ...server, clock: () => NOW + 86_401_000 }
  server.hand = (name) => (name === 'limits' ? says({ largest: 1e9, time: NOW / 1_000 + 86_401 }) : undefined)
  await expect(deposit(dayLater, sealed, order)).rejects.toMatchObject({ code: 'gone' })
  expect(server.asked).toEqual(['limits', 'uploaded'])
  await deposit(server, sealed, order)
  await deposit(dayLater, sealed, order)
  expect(server.lists.get(box.address)).toHaveLength(1)
  // A return code opens for as long as it is kept.
  const { key, recipient: age } = await deriveReturn(newReturnCode())
  const answer = await sealAnswer(message, { ...order, to: { key: key.publicKey, age }, from: box.address })
  await deposit(dayLater, answer, order)
  expect(server.lists.get(answer.terms.box)).toHaveLength(1)
})

test('a large message that was not begun yet was lost by a clock that was ahead for one command', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const source = memorySource(noise(9_000_000))
  const message = { text: '', files: [{ ...fileOf('large', noise(0)), source }] }
  const [sealed, server] = [await sealForBox(message, order), boxServer()]
  await deposit({ ...server, clock: () => NOW + 40 * 86_400_000 }, sealed, order)
  expect(server.lists.get(box.address)).toHaveLength(1)
})
